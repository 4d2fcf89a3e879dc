"""The rejects file: every row that was not taken over and every cell left out, with row, column and reason."""

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from persona_store.crm.problems import problem, sentence

MAX_LINES = 100_000  # beyond this the export is wrong as a whole, and more lines help nobody
MAX_CELL = 2_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet would run as a formula


def harmless(cell: object) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)[:MAX_CELL].replace("\x00", "")
    bare = text.lstrip()
    return f"'{text}" if text.startswith(FORMULA) or bare.startswith(FORMULA) else text


class RejectsFile:
    """Writes beside the final place and moves there at the end, so that a failed import leaves nothing behind."""

    def __init__(self, path: Path, width: int) -> None:
        self.path = path
        self.lines = 0
        self._width = width
        self._file: IO[str] | None = None
        self._writer: Any = None

    @property
    def room(self) -> int:
        """How many more lines the file takes."""
        return max(MAX_LINES - self.lines, 0)

    def add(self, file: str, row: int, column: str, reason: str, kept: bool, cells: Sequence[object]) -> None:
        """One line; beyond MAX_LINES lines are counted only."""
        self.lines += 1
        if self.lines > MAX_LINES:
            return
        if self._file is None:
            self._open()
        answer = sentence(f"rejects.{'yes' if kept else 'no'}")
        self._writer.writerow([harmless(file), row, harmless(column), harmless(reason), answer, *map(harmless, cells)])

    def finish(self) -> Path | None:
        """Puts the file in its place; None where there was nothing to say."""
        if self._file is None:
            return None
        self._file.close()
        Path(self._file.name).replace(self.path)
        return self.path

    def drop(self) -> None:
        """Removes what was written."""
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # a name nobody can foresee: in a shared folder a link could lie in wait under any other
            self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed by finish or drop
                "w", encoding="utf-8-sig", newline="", dir=self.path.parent, prefix=f".{self.path.name}.", delete=False
            )
        except OSError as error:
            raise problem("unreadable", self.path, reason=error.strerror or "") from error
        self._writer = csv.writer(self._file, delimiter=";", lineterminator="\n")
        names = [sentence(f"rejects.{name}") for name in ("file", "row", "column", "reason", "kept")]
        cells = [sentence("rejects.cell", number=number) for number in range(1, self._width + 1)]
        self._writer.writerow(names + cells)
