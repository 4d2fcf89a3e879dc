"""Takes erased people out of the files of rows that imports could not read."""

import csv
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from persona_store.lexicon.text import folded
from persona_store.privacy.memory import Traces
from persona_store.settings import settings

FOLDER = "rejects"
DELIMITER = ";"
ENCODING = "utf-8-sig"
_WORD = re.compile(r"[^\W_]+")


def forget_in_rejects(traces: Traces) -> int:
    """Removes every line that holds the person's e-mail address or full name; returns how many."""
    names = [frozenset(_WORD.findall(folded(name))) for name in traces.full_names]
    return sum(_clean(path, traces.emails, names) for path in (settings().var / FOLDER).glob("*.csv"))


def _clean(path: Path, emails: Sequence[str], names: Sequence[frozenset[str]]) -> int:
    csv.field_size_limit(1 << 24)
    with path.open(encoding=ENCODING, newline="", errors="replace") as file:
        rows = list(csv.reader(file, delimiter=DELIMITER))
    kept = rows[:1] + [row for row in rows[1:] if not _holds(row, emails, names)]
    if len(kept) == len(rows):
        return 0
    with tempfile.NamedTemporaryFile(
        "w", encoding=ENCODING, newline="", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as made:
        csv.writer(made, delimiter=DELIMITER, lineterminator="\n").writerows(kept)
    Path(made.name).replace(path)
    return len(rows) - len(kept)


def _holds(row: Sequence[str], emails: Sequence[str], names: Sequence[frozenset[str]]) -> bool:
    text = "\n".join(row).lower()
    if any(email in text for email in emails):
        return True
    words = frozenset(_WORD.findall(folded(text)))
    return any(name <= words for name in names)
