"""What came of an import: counts per table, the mapping found, notes for people."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from persona_store.crm.mapping import FileMapping, LayoutMapping


@dataclass(slots=True)
class TableCounts:
    """Rows of one kind of table: read, then what became of them."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    repeated: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class FileReport:
    """One table: which file, how many rows, how it was read, and what is worth knowing about it."""

    name: str
    rows: int
    mapping: FileMapping
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready data."""
        return {
            "file": self.name,
            "rows": self.rows,
            "mapping": self.mapping.model_dump(mode="json", exclude_none=True),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole import. `tables` has the counts per kind of table in the order of loading.

    `companies` implied by contacts and deals count as new companies though no row of a company table was read;
    `cells_left_out` are unreadable cells of rows taken over; `rejects` is the file that lists them and the bad rows.
    """

    files: tuple[FileReport, ...]
    tables: dict[str, TableCounts]
    notes: tuple[str, ...]
    duplicates: int
    cells_left_out: int
    rejects: Path | None
    dry_run: bool
    seconds: float
    markets: dict[str, int] = field(default_factory=dict)

    @property
    def mapping(self) -> LayoutMapping:
        """The mapping that was used, to write it to a file."""
        return LayoutMapping(tables=tuple(file.mapping for file in self.files))

    @property
    def unchanged(self) -> bool:
        """Whether the store is as it was before."""
        return not any(counts.new or counts.changed for counts in self.tables.values())

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready data."""
        return {
            "files": [file.as_dict() for file in self.files],
            "tables": {kind: counts.as_dict() for kind, counts in self.tables.items()},
            "notes": list(self.notes),
            "duplicates": self.duplicates,
            "cells_left_out": self.cells_left_out,
            "markets": self.markets,
            "rejects": str(self.rejects) if self.rejects else None,
            "dry_run": self.dry_run,
            "seconds": round(self.seconds, 2),
        }
