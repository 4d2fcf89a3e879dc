"""The mapping file: which column of which table means what. Recognised, shown, corrected by hand, read back."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.crm.fields import FIELDS, OUTCOME_FIELDS, AttributeType, TableKind
from persona_store.crm.problems import problem, sentence
from persona_store.crm.values import Dates, Decimal
from persona_store.database.models import Import

MAX_MAPPING_BYTES = 4 << 20


class _Loader(yaml.SafeLoader):
    """Reads yes, no, on and off as words, as YAML 1.2 does: here they are names of columns and cells."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if first in "tTfF" or not tag.endswith(":bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _words(value: Any) -> Any:
    """YAML reads 1 as a number and true as a truth value; here they are words."""
    if isinstance(value, list):
        return [_word(item) for item in value]
    return [_word(value)]


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Column(BaseModel):
    """What one column means: a field of the store, a custom attribute, or nothing (`field: ignore`).

    `yes` and `no` are the words that mean a customer and a lost lead, for the column that tells the outcome;
    `values` replaces cells by others before they are read ("2n;Cycle" by "2n Cycle"). `keep: true` overrules the
    suspicion that the column is known only after the outcome, in this and later imports; `keep: false` ends that.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str | None = None
    attribute: str | None = Field(default=None, min_length=1, max_length=200)
    type: AttributeType | None = None
    dates: Dates | None = None
    decimal: Decimal | None = None
    yes: Words | None = None
    no: Words | None = None
    values: dict[str, str] | None = None
    keep: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"field": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        if (self.field is None) == (self.attribute is None):
            raise ValueError(sentence("mapping.one_meaning"))
        return self


class FileMapping(BaseModel):
    """How one table of one file is read; `dates` and `decimal` hold where a column says nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    sheet: str | None = None
    table: TableKind | Literal["ignore"]
    system: str = "crm"
    dates: Dates = "dmy"
    decimal: Decimal = "."
    columns: dict[str, Column]

    @model_validator(mode="after")
    def _fields_exist(self) -> Self:
        if self.table == "ignore":
            return self
        known = FIELDS[self.table]
        taken: dict[str, str] = {}
        for header, column in self.columns.items():
            name = column.field
            if name is None or name == "ignore":
                continue
            if name not in known:
                raise ValueError(
                    sentence("mapping.unknown_field", column=header, field=name, fields=", ".join([*known, "ignore"]))
                )
            if name in taken:
                raise ValueError(sentence("mapping.twice", field=name, first=taken[name], second=header))
            if (column.yes or column.no) and name not in OUTCOME_FIELDS:
                raise ValueError(sentence("mapping.no_outcome", column=header))
            taken[name] = header
        return self

    def header_of(self, field: str) -> str | None:
        """The heading that stands for `field`, None where there is none."""
        return next((header for header, column in self.columns.items() if column.field == field), None)

    def dates_of(self, header: str) -> Dates:
        """The order of day, month and year in a column."""
        return self.columns[header].dates or self.dates

    def decimal_of(self, header: str) -> Decimal:
        """The decimal sign of a column."""
        return self.columns[header].decimal or self.decimal


class LayoutMapping(BaseModel):
    """The mapping of all tables of one import."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tables: tuple[FileMapping, ...] = Field(min_length=1)


def read_mapping(path: Path) -> LayoutMapping:
    """The mapping in a YAML file; raises InputError with what is wrong and where."""
    try:
        if path.stat().st_size > MAX_MAPPING_BYTES:
            raise problem("mapping.too_big", path)
        text = path.read_text(encoding="utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader)):
            raise problem("mapping.no_yaml", path, row=1)  # references can make a small file grow without bound
        return LayoutMapping.model_validate(yaml.load(text, Loader=_Loader))  # noqa: S506  # a safe loader
    except OSError as error:
        raise problem("unreadable", path, reason=error.strerror or "") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise problem("mapping.no_yaml", path, row=mark.line + 1 if mark else 1) from error
    except RecursionError as error:
        raise problem("mapping.no_yaml", path, row=1) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = " → ".join(str(part) for part in first["loc"]) or "tables"
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise problem("mapping.invalid", path, place=place, reason=reason) from error


def overruled_columns(session: Session) -> frozenset[str]:
    """The attributes (or fields) that the team keeps in spite of a suspected leak, by the mappings of all imports."""
    kept: dict[str, bool] = {}
    for mapping in session.scalars(select(Import.mapping).order_by(Import.id)):
        columns = [column for table in mapping.get("tables", ()) for column in table["columns"].values()]
        kept |= {column.get("attribute") or column["field"]: column["keep"] for column in columns if "keep" in column}
    return frozenset(name for name, keep in kept.items() if keep)


def write_mapping(mapping: LayoutMapping, path: Path) -> None:
    """Writes the mapping as YAML with a heading that explains it; `read_mapping` gives the same mapping back."""
    tables = []
    for table in mapping.tables:
        node = table.model_dump(exclude_none=True, exclude={"columns"}, mode="json")
        node["columns"] = {header: _short(column) for header, column in table.columns.items()}
        tables.append(node)
    text = yaml.safe_dump({"tables": tables}, allow_unicode=True, sort_keys=False, width=120)
    heading = "".join(f"# {line}\n" for line in sentence("mapping.heading").splitlines())
    try:
        path.write_text(heading + text, encoding="utf-8")
    except OSError as error:
        raise problem("not_writable", path, reason=error.strerror or "") from error


def _short(column: Column) -> Any:
    node = column.model_dump(exclude_none=True, mode="json")
    return node["field"] if set(node) == {"field"} else node
