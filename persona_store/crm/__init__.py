"""From a CRM export to the store: recognise the layout, clean, load, link doubles, report."""

from persona_store.crm.importing import import_files
from persona_store.crm.mapping import LayoutMapping, overruled_columns, read_mapping, write_mapping
from persona_store.crm.recognition import recognise
from persona_store.crm.report import ImportReport

__all__ = [
    "ImportReport", "LayoutMapping", "import_files", "overruled_columns", "read_mapping", "recognise", "write_mapping",
]  # fmt: skip
