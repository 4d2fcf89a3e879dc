"""Finds out what the tables of an export are: from which system, which table, which column is which field."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from persona_store.crm.fields import (
    FIELDS,
    NUMERIC,
    TABLE_KINDS,
    TEMPORAL,
    WITH_ATTRIBUTES,
    AttributeType,
    FieldType,
    TableKind,
)
from persona_store.crm.mapping import Column, FileMapping, LayoutMapping
from persona_store.crm.people import PLAIN_EMAIL
from persona_store.crm.problems import problem
from persona_store.crm.readers import Source, find_files, open_tables
from persona_store.crm.survey import MANY_CELLS, Survey, survey
from persona_store.crm.survey import Column as Look
from persona_store.crm.values import Dates, Decimal
from persona_store.crm.words import fold, layout_file, word_set

GENERIC = "crm"
FILE_NAME_BONUS = 1.5  # less than one telling heading
UNKNOWN_PENALTY = 0.25
FEW_ROWS = 100  # below this a column of names may well repeat itself
PRIVATE: frozenset[FieldType] = frozenset({"email", "phone", "name"})  # a second one is no attribute of a segment

OFFERS: frozenset[TableKind] = frozenset({"content", "ideas"})  # these address roles, so a role is no sign of people

# How telling a heading is for a kind of table; all others count PLAIN_WEIGHT.
PLAIN_WEIGHT = 0.5
WEIGHTS: dict[TableKind, dict[str, float]] = {
    "contacts": {
        "first_name": 3, "last_name": 3, "email": 3, "job_title": 3, "birth_year": 3, "birth_date": 3,
        "salutation": 3, "mobile": 2, "outcome": 2, "name": 1, "phone": 1, "company": 1, "status": 1,
    },
    "companies": {"industry": 2, "employees": 2, "revenue": 2, "website": 2, "name": 1, "postal_code": 1},
    "interactions": {"direction": 3, "responded": 3, "minutes": 3, "kind": 2, "channel": 2, "at": 1, "contact_id": 1},
    "deals": {"margin": 3, "stage": 2, "amount": 2, "won": 2, "closed_on": 2, "opened_on": 1, "product": 1},
    "products": {"series": 3, "price": 3, "name": 1},
    "sellers": {"manager": 3, "office": 2, "name": 1},
    "content": {"message": 3, "persona": 2, "phase": 2, "language": 2, "link": 2, "title": 1, "function": 1},
    "ideas": {"idea": 3, "impact": 3, "effort": 3, "persona": 2},
}  # fmt: skip
# At least one field of each group has to be there, else the table is of another kind.
REQUIRED: dict[TableKind, tuple[frozenset[str], ...]] = {
    "contacts": (),
    "companies": (frozenset({"name"}), frozenset({"industry", "employees", "revenue", "website", "city"})),
    "interactions": (frozenset({"contact_id", "contact_email", "contact_name"}), frozenset({"kind", "at"})),
    "deals": (frozenset({"stage", "won", "amount"}), frozenset({"product", "closed_on", "won", "margin", "stage"})),
    "products": (frozenset({"name"}), frozenset({"price"})),
    "sellers": (frozenset({"name"}), frozenset({"manager"})),
    "content": (frozenset({"message", "link"}), frozenset({"persona", "phase"})),
    "ideas": (frozenset({"idea"}), frozenset({"impact", "effort"})),
}
FILE_NAMES: dict[TableKind, str] = {
    "contacts": r"contact|kontakt|lead|person|kunde|customer",
    "companies": r"compan|firm|account|unternehmen|organi",
    "interactions": r"interacti|activit|aktivit|engagement|touch|event",
    "deals": r"deal|opportunit|pipeline|chance|auftr|order",
    "products": r"product|produkt|artikel",
    "sellers": r"team|seller|verkauf|agent|rep",
    "content": r"content|inhalt|message|nachricht",
    "ideas": r"idea|idee",
}


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A table with what one pass over it found."""

    source: Source
    survey: Survey


@dataclass(frozen=True, slots=True)
class Recognised:
    """The mapping found and, per table name, columns whose dates (`dates`) or numbers could be read two ways."""

    mapping: LayoutMapping
    unclear: dict[str, dict[str, str]] = field(default_factory=dict)


def recognise(paths: Sequence[Path]) -> LayoutMapping:
    """The mapping of the tables in `paths` as far as headings and cells tell; raises InputError for bad files."""
    sources = [source for path in find_files(list(paths)) for source in open_tables(path)]
    return recognise_tables([Surveyed(source, survey(source)) for source in sources]).mapping


def recognise_tables(tables: Sequence[Surveyed]) -> Recognised:
    """The mapping of tables that have been looked through."""
    system = next((name for table in tables if (name := find_system(table.source.headers))), None)
    files: list[FileMapping] = []
    unclear: dict[str, dict[str, str]] = {}
    for table in tables:
        _check_heading(table.source)
        found = _file_mapping(table, system)
        files.append(found)
        unclear[table.source.name] = _unclear(table.survey, found)
    return Recognised(LayoutMapping(tables=tuple(files)), unclear)


def find_system(headers: Sequence[str]) -> str | None:
    """The CRM whose exports bear these headings; None where none is known by them."""
    folded = {fold(header) for header in headers}
    for node in layout_file("systems")["systems"]:
        if any(set(map(fold, signature)) <= folded for signature in node["signatures"]):
            return str(node["system"])
    return None


@cache
def _synonyms(kind: TableKind) -> dict[str, tuple[str, int]]:
    """Folded heading → field and rank (0 is the most usual)."""
    groups: dict[str, list[str]] = layout_file("fields")[kind]
    return {fold(word): (name, rank) for name, words in groups.items() for rank, word in enumerate(words)}


@cache
def _special(system: str | None, kind: TableKind) -> dict[str, str]:
    for node in layout_file("systems")["systems"]:
        if node["system"] == system:
            return {fold(header): name for header, name in node["fields"].get(kind, {}).items()}
    return {}


def match_headers(headers: Sequence[str], kind: TableKind, system: str | None, look: Survey | None) -> dict[str, str]:
    """Heading → field ("ignore" included) for the headings known; each field once, cells that contradict veto."""
    claims: dict[str, list[tuple[int, int, str]]] = {}
    special = _special(system, kind)
    for position, header in enumerate(headers):
        word = fold(header)
        name, rank = (special[word], -1) if word in special else _synonyms(kind).get(word, ("", 0))
        if name in ("", "attribute") or (name != "ignore" and not _fits(name, kind, header, look)):
            continue
        claims.setdefault(name, []).append((rank, position, header))
    found: dict[str, str] = {}
    for name, headers_ in claims.items():
        best = min(headers_)
        for claim in headers_:
            if name == "ignore" or claim is best:
                found[claim[2]] = name
            elif FIELDS[kind][name] in PRIVATE:
                found[claim[2]] = "ignore"
    return found


def _fits(name: str, kind: TableKind, header: str, look: Survey | None) -> bool:
    """Whether the cells can be what the heading says."""
    if look is None or look.columns[header].filled == 0:
        return True
    column = look.columns[header]
    form = FIELDS[kind][name]
    if form == "email":
        return column.share(column.emails) >= 0.5
    if form == "phone":
        return column.share(column.phones + column.numbers) >= 0.5
    if form in TEMPORAL:
        return column.is_date
    if form in NUMERIC:
        return column.is_count
    if form == "name":
        repeats = column.levels is not None and look.rows >= FEW_ROWS and len(column.levels) < FEW_ROWS // 5
        return not column.is_number and not column.is_date and not repeats
    if form == "truth":
        return _truth_share(column) >= MANY_CELLS or any(_ending_words(column))
    return True


def _truth_share(column: Look) -> float:
    words = word_set("yes") | word_set("no")
    return sum(n for value, n in (column.levels or {}).items() if fold(value) in words) / max(column.filled, 1)


def _ending_words(column: Look) -> tuple[list[str], list[str]]:
    levels = list(column.levels or {})
    won, lost = word_set("won"), word_set("lost")
    return [v for v in levels if fold(v) in won], [v for v in levels if fold(v) in lost]


def _table_kind(source: Source, system: str | None, look: Survey) -> TableKind:
    scores: dict[TableKind, float] = {}
    person = set(match_headers(source.headers, "contacts", system, look).values())
    for kind in TABLE_KINDS:
        fields = match_headers(source.headers, kind, system, look)
        named = set(fields.values()) - {"ignore"}
        if not all(group & named for group in REQUIRED[kind]):
            continue
        if kind in OFFERS and person & {"first_name", "last_name", "email"}:
            continue
        if kind == "companies" and person & {"first_name", "last_name", "email", "job_title"}:
            continue
        weights = WEIGHTS[kind]
        bonus = FILE_NAME_BONUS if re.search(FILE_NAMES[kind], fold(source.sheet or source.path.stem)) else 0.0
        unknown = len(source.headers) - len(fields)
        scores[kind] = sum(weights.get(name, PLAIN_WEIGHT) for name in named) + bonus - UNKNOWN_PENALTY * unknown
    return max(scores, key=lambda kind: scores[kind])


def holds_touchpoints(source: Source, look: Survey) -> bool:
    """Whether the table is one of interactions as far as it has been looked at."""
    return _table_kind(source, find_system(source.headers), look) == "interactions"


def _file_mapping(table: Surveyed, system: str | None) -> FileMapping:
    source, look = table.source, table.survey
    kind = _table_kind(source, system, look)
    fields = match_headers(source.headers, kind, system, look)
    if kind == "contacts":
        _add_weak(fields, source, look)
    _add_by_content(fields, kind, look)
    dates, decimal = _file_formats(source, look)
    columns = {}
    for header in source.headers:
        columns[header] = _column(header, fields.get(header), kind, look.columns[header], dates, decimal)
    if kind in ("contacts", "deals"):
        add_outcome(columns, kind, look)
    return FileMapping(
        file=source.path.name, sheet=source.sheet, table=kind, system=(system or GENERIC).lower(),
        dates=dates, decimal=decimal, columns=columns,
    )  # fmt: skip


def _add_weak(fields: dict[str, str], source: Source, look: Survey) -> None:
    """Headings such as "job" mean a field only in a table that holds people of companies beyond doubt."""
    if not set(fields.values()) & {"last_name", "email", "company", "name"}:
        return
    for name, words in layout_file("fields")["weak"]["contacts"].items():
        for header in source.headers:
            if fold(header) in words and header not in fields and name not in fields.values():
                people = name != "name" or not {"last_name", "first_name"} & set(fields.values())
                if people and _fits(name, "contacts", header, look):
                    fields[header] = name


def _add_by_content(fields: dict[str, str], kind: TableKind, look: Survey) -> None:
    """Columns of addresses and numbers are known by their cells, whatever their heading."""
    targets = {"contacts": ("email", "phone"), "interactions": ("contact_email", ""), "deals": ("contact_email", "")}
    email, phone = targets.get(kind, ("", ""))
    for header, column in look.columns.items():
        if header in fields or not column.filled:
            continue
        if column.share(column.emails) >= MANY_CELLS:
            fields[header] = email if email and email not in fields.values() else "ignore"
        elif column.share(column.phones) >= MANY_CELLS and not column.is_date and not column.is_number:
            fields[header] = phone if phone and phone not in fields.values() else "ignore"


def _column(header: str, name: str | None, kind: TableKind, look: Look, dates: Dates, decimal: Decimal) -> Column:
    own_dates = _dates(look)
    own_decimal = _decimal(look)
    form = Column(
        field="ignore",
        dates=own_dates if look.is_date and own_dates != dates else None,
        decimal=own_decimal if look.is_number and own_decimal != decimal else None,
    )
    if name is None and kind not in WITH_ATTRIBUTES:
        name = "ignore"
    if name is not None:
        return form.model_copy(update={"field": name})
    kind_of_value = _attribute_type(look)
    values = _stray_separators(look) if kind_of_value == "text" else {}
    update = {"field": None, "attribute": header, "type": kind_of_value, "values": values or None}
    return form.model_copy(update=update)


def _stray_separators(look: Look) -> dict[str, str]:
    """Categories broken by a semicolon ("2n;Cycle") with what they mean; lists ("a;b" beside "a" or "b;c") stay."""
    levels = list(look.levels or ())
    parts = Counter(part for value in levels for part in value.split(";"))
    broken = [
        value
        for value in levels
        if re.fullmatch(r"[^;]*\w(;\w[^;]*)+", value) and all(parts[part] == 1 for part in value.split(";"))
    ]
    return {value: " ".join(value.replace(";", " ").split()) for value in broken}


def _attribute_type(look: Look) -> AttributeType:
    if look.is_date:
        return "date"
    if look.is_number:
        return "whole" if look.is_whole else "number"
    if str(look.kind) == "Boolean" or (look.filled and _truth_share(look) == 1.0):
        return "yes_no"
    return "text"


def add_outcome(columns: dict[str, Column], kind: TableKind, look: Survey) -> None:
    """Says for the outcome column which words mean yes and no; without one, a status may tell how a lead ended."""
    outcome, status = ("outcome", "status") if kind == "contacts" else ("won", "stage")
    header = next((h for h, column in columns.items() if column.field == outcome), None)
    if header is not None:
        levels = list(look.columns[header].levels or {})
        won, lost = _ending_words(look.columns[header])
        yes = [value for value in levels if fold(value) in word_set("yes") or value in won]
        no = [value for value in levels if fold(value) in word_set("no") or value in lost]
        columns[header] = columns[header].model_copy(update={"yes": tuple(sorted(yes)), "no": tuple(sorted(no))})
        return
    header = next((h for h, column in columns.items() if column.field == status), None)
    if header is not None:
        won, lost = _ending_words(look.columns[header])
        if won or lost:
            columns[header] = columns[header].model_copy(update={"yes": tuple(sorted(won)), "no": tuple(sorted(lost))})


def _file_formats(source: Source, look: Survey) -> tuple[Dates, Decimal]:
    """The order of dates and the decimal sign that most columns of the table prove; else what is usual for it."""
    columns = look.columns.values()
    orders = Counter(order for column in columns if column.is_date and (order := _dates(column)))
    signs = Counter(sign for column in columns if column.is_number and (sign := _decimal(column)))
    usual: Decimal = "," if source.text is not None and source.text.delimiter == ";" else "."
    dates: Dates = max(sorted(orders), key=orders.__getitem__, default="dmy")
    return dates, max(sorted(signs), key=signs.__getitem__, default=usual)


def _dates(look: Look) -> Dates | None:
    if look.day_first or look.month_first:
        return "dmy" if look.day_first >= look.month_first else "mdy"
    return "ymd" if look.dates and not look.unclear_dates else None


def _decimal(look: Look) -> Decimal | None:
    if look.comma == look.point:
        return None
    return "," if look.comma > look.point else "."


def _unclear(look: Survey, mapping: FileMapping) -> dict[str, str]:
    """Columns whose cells bear two readings, with the reading chosen."""
    found: dict[str, str] = {}
    for header, column in look.columns.items():
        if mapping.columns[header].field == "ignore":
            continue
        if column.is_date and column.unclear_dates and not _dates(column):
            found[header] = mapping.dates_of(header)
        elif column.is_number and column.unclear_numbers and not _decimal(column):
            found[header] = mapping.decimal_of(header)
    return found


def _check_heading(source: Source) -> None:
    """A heading that is itself a row of data means that the file has none."""
    data = sum(
        bool(re.match(PLAIN_EMAIL, header.lower()) or re.match(r"^[\d.,/-]+( \(\d+\))?$", header))
        for header in source.headers
    )
    if any(re.match(PLAIN_EMAIL, header.lower()) for header in source.headers) or data > len(source.headers) / 2:
        raise problem("no_heading", source.path)
