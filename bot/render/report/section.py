"""What a section of the report is made of."""

from dataclasses import dataclass

from persona_store.answer import Table
from persona_store.charts import Spec

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page; `lead` is what one should remember of it, `lines` are further sentences."""

    key: str
    title: str
    lead: str
    charts: tuple[Spec, ...] = ()
    tables: tuple[Table, ...] = ()
    lines: tuple[str, ...] = ()
