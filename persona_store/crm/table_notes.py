"""What is worth saying about a table, counted while it is loaded."""

from collections import Counter

from persona_store.crm import builders
from persona_store.crm.cells import Cells
from persona_store.crm.problems import sentence
from persona_store.crm.quality import Extremes
from persona_store.crm.readers import ROW

MAX_LISTED = 20  # names listed one by one


class TableNotes:
    """Counts what is worth knowing about a table while it is loaded."""

    def __init__(self) -> None:
        self.keyless = False
        self.repeated = 0
        self.identical = 0
        self.without_company = 0
        self.unknown_companies = 0
        self.lost_companies = 0
        self.unknown_contacts = 0
        self.unreadable: Counter[tuple[str, str]] = Counter()
        self.implausible: dict[str, Counter[str]] = _Counters()
        self.more: list[str] = []
        self._kinds: Counter[str] = Counter()
        self._extremes: dict[str, Extremes] = {}
        self._deals = False

    def look(self, cells: Cells) -> None:
        """Takes in the numbers of a chunk and the kinds of touchpoints that are unknown."""
        for values in (*cells.attributes, *cells.frame.drop(ROW)):
            if values.dtype.is_numeric() and values.name not in ("birth_year", "minutes"):
                self._extremes.setdefault(values.name, Extremes()).add(values)
        self._deals |= "opened_on" in cells.frame.columns or "amount" in cells.frame.columns
        if "kind" in cells.frame.columns:
            for text, count in cells.frame["kind"].drop_nulls().value_counts(name="n").iter_rows():
                if not builders.known_kind(builders.kind(text)):
                    self._kinds[text] += count

    def texts(self) -> list[str]:
        """The notes as sentences."""
        found = list(self.more)
        if self.keyless:
            found.append(sentence("note.no_key"))
        if self.repeated:
            found.append(sentence("note.repeated", n=self.repeated))
        if self.identical:
            found.append(sentence("note.identical", n=self.identical))
        for name, count in (
            ("deals_without_company", self.without_company),
            ("lost_companies", self.lost_companies),
            ("deals_unknown_contact", self.unknown_contacts),
            ("deals_unknown_company", self.unknown_companies if self._deals else 0),
        ):
            if count:
                found.append(sentence(f"note.{name}", n=count))
        for (column, reason), count in self.unreadable.items():
            if reason != "birth_year":
                found.append(sentence("note.unreadable", column=column, n=count))
        for column, values in self.implausible.items():
            shown = ", ".join(sorted(values)[:MAX_LISTED])
            found.append(sentence("note.birth_year", column=column, n=values.total(), values=shown))
        for column, extremes in self._extremes.items():
            if odd := extremes.odd():
                found.append(sentence("note.outlier", column=column, value=f"{odd[0]:g}", n=odd[1]))
        for text, count in self._kinds.most_common(MAX_LISTED):
            found.append(sentence("note.kind", found=text[:60], n=count))
        return found


class _Counters(dict[str, Counter[str]]):
    """A counter for each column."""

    def __missing__(self, column: str) -> Counter[str]:
        self[column] = Counter()
        return self[column]
