"""Rows of the store from the cells of a chunk: keys, normal values, references still as the export writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from persona_store.crm.cells import Flaw
from persona_store.crm.keys import Occurrences, content_hash
from persona_store.crm.people import as_salutations, company_keys, country_code, name_columns, without_titles
from persona_store.crm.readers import ROW
from persona_store.crm.values import map_distinct
from persona_store.crm.words import fold, layout_file, word_map
from persona_store.database.models import NAME_LENGTH, WORD_LENGTH
from persona_store.lexicon import normalise_channel, normalise_industry, normalise_titles

OLDEST_YEARS = 110  # nobody older than this is a contact
YOUNGEST_YEARS = 5
COMPANY_ID, COMPANY_NAME = "_company_id", "_company_name"
CONTACT_ID, CONTACT_EMAIL, CONTACT_NAME = "_contact_id", "_contact_email", "_contact_name"
CONTACT_FIELDS = {
    "external_id": "id",
    COMPANY_ID: "company_id",
    COMPANY_NAME: "company",
    **{f"_{name}": name for name in ("company_industry", "company_employees", "company_revenue", "company_website")},
    **{name: name for name in ("status", "owner", "region", "city", "notes", "job_title", "email")},
    **{name: name for name in ("created_on", "last_activity_on", "outcome_on")},
}  # columns taken over as they are; those with an underscore describe the company


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows ready for the store but for references (columns with a leading underscore); rejected ones apart.

    `rejected` holds row number and reason; `flaws` cells left out for being implausible.
    """

    frame: pl.DataFrame
    rejected: tuple[tuple[int, str], ...] = ()
    flaws: tuple[Flaw, ...] = ()
    keyless: bool = False


def build_contacts(cells: pl.DataFrame, json: pl.Series | None, system: str, occurrences: Occurrences) -> Rows:
    """Contacts with key, names, role and normal values; rows that name nobody are rejected."""
    there = set(cells.columns)
    out = {ROW: cells[ROW]} | {name: cells[field] for name, field in CONTACT_FIELDS.items() if field in there}
    for values in _person_names(cells):
        out[values.name] = values.str.slice(0, NAME_LENGTH if values.name.endswith("name") else WORD_LENGTH)
    if "source" in there:
        out["source"] = cells["source"].str.slice(0, WORD_LENGTH)
    if there & {"phone", "mobile"}:
        out["phone"] = _first_of(cells, ("phone", "mobile"))
    if "country" in there:
        out["country"] = countries(cells["country"])
    if "job_title" in there:
        out["function"], out["level"] = _roles(cells["job_title"])
    flaws: tuple[Flaw, ...] = ()
    if there & {"birth_year", "birth_date"}:
        out["birth_year"], flaws = _birth_years(cells)
    if there & {"outcome", "status_outcome"}:
        out["outcome"] = _first_of(cells, ("outcome", "status_outcome"))
    out["market"] = _markets(cells)
    if json is not None:
        out["custom"] = json
    built = pl.DataFrame([values.alias(name) for name, values in out.items()])
    return _with_contact_keys(built, cells, system, occurrences, flaws)


def build_companies(cells: pl.DataFrame, json: pl.Series | None, system: str) -> Rows:
    """Companies with key, normalised name and industry; rows without a name are rejected."""
    named = cells["name"].is_not_null()
    rejected = tuple((row, "no_name") for row in cells.filter(~named)[ROW].to_list())
    if json is not None:
        cells = cells.with_columns(json.alias("custom"))
    cells = cells.filter(named)
    keys = company_keys(cells["name"])
    by_name = "name:" + keys
    key = by_name
    if "id" in cells.columns:
        key = pl.select(pl.coalesce(pl.lit(f"{system}:") + pl.lit(cells["id"]), pl.lit(by_name)).alias("key"))["key"]
    extra = [key.alias("key").str.slice(0, 200), keys.alias("name_key").str.slice(0, NAME_LENGTH)]
    if "industry" in cells.columns:
        extra += [industries(cells["industry"]).alias("industry"), cells["industry"].alias("industry_text")]
    if "country" in cells.columns:
        extra.append(countries(cells["country"]).alias("country"))
    if "postal_code" in cells.columns:
        extra.append(cells["postal_code"].str.slice(0, 20).alias("postal_code"))
    return Rows(cells.drop("id", strict=False).with_columns(extra), rejected)


def build_interactions(cells: pl.DataFrame, system: str, occurrences: Occurrences) -> Rows:
    """Touchpoints with key, normal kind, channel and direction; the contact is still a reference."""
    there = set(cells.columns)
    out = {ROW: cells[ROW]}
    if "kind" in there:
        kinds = map_distinct(cells["kind"], kind, pl.String)
    else:
        kinds = pl.Series([None] * cells.height, dtype=pl.String)
    channels = map_distinct(cells["channel"], _channel, pl.String) if "channel" in there else None
    usual = map_distinct(kinds, layout_file("words")["kind_channels"].get, pl.String)
    frame = pl.DataFrame({"kind": kinds, "channel": usual if channels is None else channels, "usual": usual})
    frame = frame.with_columns(pl.coalesce("channel", "usual").alias("channel"))
    by_channel = {"phone": "call", "email": "email", "chat": "chat", "social": "social", "in_person": "meeting"}
    named = pl.col("channel").replace_strict(by_channel, default="visit", return_dtype=pl.String)
    out["kind"] = frame.select(pl.coalesce("kind", named).alias("kind"))["kind"]
    out["channel"] = frame["channel"]
    if "direction" in there:
        out["direction"] = map_distinct(
            cells["direction"], lambda text: word_map("directions").get(fold(text)), pl.String
        )
    for name in ("responded", "at", "minutes", "topic", "text"):
        if name in there:
            out[name] = cells[name]
    for name, column in ((CONTACT_ID, "contact_id"), (CONTACT_EMAIL, "contact_email"), (CONTACT_NAME, "contact_name")):
        if column in there:
            out[name] = cells[column]
    built = pl.DataFrame([values.alias(name) for name, values in out.items()])
    return Rows(built.with_columns(_row_keys(built, cells, system, "act", occurrences)))


def build_deals(cells: pl.DataFrame, json: pl.Series | None, system: str, occurrences: Occurrences) -> Rows:
    """Deals with key; contact and company are still references."""
    there = set(cells.columns)
    out = {ROW: cells[ROW]}
    for name in ("product", "stage", "amount", "margin", "opened_on", "closed_on", "owner"):
        if name in there:
            out[name] = cells[name]
    if there & {"won", "status_outcome"}:
        out["won"] = _first_of(cells, ("won", "status_outcome"))
    refs = (
        (CONTACT_ID, "contact_id"),
        (CONTACT_EMAIL, "contact_email"),
        (COMPANY_ID, "company_id"),
        (COMPANY_NAME, "company"),
    )
    for name, column in refs:
        if column in there:
            out[name] = cells[column]
    if json is not None:
        out["custom"] = json
    built = pl.DataFrame([values.alias(name) for name, values in out.items()])
    return Rows(built.with_columns(_row_keys(built, cells, system, "deal", occurrences)))


def build_named(cells: pl.DataFrame) -> Rows:
    """Products or sellers, known by their name; rows without one are rejected."""
    named = cells["name"].is_not_null()
    rejected = tuple((row, "no_name") for row in cells.filter(~named)[ROW].to_list())
    frame = cells.filter(named).drop("id", strict=False)
    return Rows(
        frame.with_columns(map_distinct(frame["name"], fold, pl.String).str.slice(0, 200).alias("key")), rejected
    )


def countries(values: pl.Series) -> pl.Series:
    """ISO codes of the countries known, the text itself of others."""
    return map_distinct(values, lambda text: country_code(text) or text[:WORD_LENGTH], pl.String)


def industries(values: pl.Series) -> pl.Series:
    """Normal values of the industries."""
    return map_distinct(values, normalise_industry, pl.String)


def _person_names(cells: pl.DataFrame) -> pl.DataFrame:
    """Columns salutation, title, first_name and last_name as far as the table tells them."""
    found: dict[str, list[pl.Series]] = {}
    if "salutation" in cells.columns:
        found["salutation"] = [as_salutations(cells["salutation"])]
    if "title" in cells.columns:
        found["title"] = [cells["title"]]
    for name in ("first_name", "last_name"):
        if name in cells.columns:
            parts = without_titles(cells[name])
            found[name] = [parts["name"]]
            found.setdefault("title", []).append(parts["title"])
    if "name" in cells.columns:
        parts = name_columns(cells["name"])
        for name in parts.columns:
            found.setdefault(name, []).append(parts[name])
    return pl.DataFrame([_coalesce(series).alias(name) for name, series in found.items()])


def _coalesce(series: list[pl.Series]) -> pl.Series:
    return pl.select(pl.coalesce([pl.lit(values) for values in series]).alias("v"))["v"]


def _first_of(cells: pl.DataFrame, names: tuple[str, ...]) -> pl.Series:
    return _coalesce([cells[name] for name in names if name in cells.columns])


def _roles(titles: pl.Series) -> tuple[pl.Series, pl.Series]:
    distinct = titles.drop_nulls().unique()
    roles = normalise_titles(distinct.to_list())
    lookup = pl.DataFrame(
        {
            "v": distinct,
            "function": pl.Series([role.function for role in roles], dtype=pl.String),
            "level": pl.Series([role.level for role in roles], dtype=pl.String),
        }
    )
    joined = titles.to_frame("v").join(lookup, on="v", how="left", maintain_order="left")
    return joined["function"], joined["level"]


def _birth_years(cells: pl.DataFrame) -> tuple[pl.Series, tuple[Flaw, ...]]:
    years = cells.select(
        pl.coalesce(
            [pl.col(n) for n in ("birth_year",) if n in cells.columns]
            + [pl.col(n).dt.year().cast(pl.Int64) for n in ("birth_date",) if n in cells.columns]
        ).alias("year")
    )["year"]
    today = date.today().year
    odd = ~years.is_between(today - OLDEST_YEARS, today - YOUNGEST_YEARS)
    column = "birth_year" if "birth_year" in cells.columns else "birth_date"
    flaws = tuple(Flaw(row, column, "birth_year") for row in cells[ROW].filter(odd.fill_null(False)).to_list())
    return years.set(odd.fill_null(False), None), flaws


def _markets(cells: pl.DataFrame) -> pl.Series:
    """Business customers are those with a company or a job title."""
    signs = [pl.col(name).is_not_null() for name in ("company", "company_id", "job_title") if name in cells.columns]
    business = pl.any_horizontal(pl.lit(False), *signs)
    return cells.with_columns(pl.when(business).then(pl.lit("b2b")).otherwise(pl.lit("b2c")).alias("market"))["market"]


def _with_contact_keys(
    built: pl.DataFrame, cells: pl.DataFrame, system: str, occurrences: Occurrences, flaws: tuple[Flaw, ...]
) -> Rows:
    """Adds the key of each contact: id in the CRM, else e-mail, else name with company, else the whole content."""
    ways: list[pl.Expr] = []
    if "external_id" in built.columns:
        ways.append(pl.lit(f"{system}:") + pl.col("external_id"))
    if "email" in built.columns:
        ways.append(pl.lit("mail:") + pl.col("email").str.slice(0, 190))
    names = [name for name in ("first_name", "last_name") if name in built.columns]
    if names:
        built = _with_name_hash(built, names, pl.coalesce([*ways, pl.lit(None, dtype=pl.String)]).is_null())
        named = pl.any_horizontal(pl.col(name).is_not_null() for name in names)
        ways.append(pl.when(named).then(pl.lit("name:") + pl.col("_hash")))
    if not ways:
        hashes = occurrences.number(content_hash(cells.drop(ROW).with_columns(_custom_of(built))))
        return Rows(built.with_columns(("row:" + hashes).alias("key")), (), flaws, keyless=True)
    built = built.with_columns(pl.coalesce(ways).alias("key"))
    nobody = built["key"].is_null()
    rejected = tuple((row, "nobody") for row in built.filter(nobody)[ROW].to_list())
    return Rows(built.filter(~nobody).drop("_hash", strict=False), rejected, flaws)


def _with_name_hash(built: pl.DataFrame, names: Sequence[str], wanted: pl.Expr) -> pl.DataFrame:
    """Adds `_hash`, of the name with company, birth year and city, to the rows that are wanted."""
    rows = built.filter(wanted)
    place = [name for name in (COMPANY_ID, "birth_year", "city") if name in built.columns]
    person = rows.select(*(pl.col(name).str.to_lowercase() for name in names), *place)
    if COMPANY_NAME in built.columns:
        person = person.with_columns(company_keys(rows[COMPANY_NAME]).alias("company"))
    hashes = pl.DataFrame([rows[ROW], content_hash(person).alias("_hash")])
    return built.join(hashes, on=ROW, how="left", maintain_order="left")


def _custom_of(built: pl.DataFrame) -> list[pl.Series]:
    return [built["custom"]] if "custom" in built.columns else []


def _row_keys(
    built: pl.DataFrame, cells: pl.DataFrame, system: str, prefix: str, occurrences: Occurrences
) -> pl.Series:
    """The key of each interaction or deal: its id in the CRM, else its content."""
    ids = cells["id"] if "id" in cells.columns else pl.Series([None] * cells.height, dtype=pl.String)
    key = f"{system}:" + ids
    bare = ids.is_null()
    if bare.any():
        hashes = occurrences.number(content_hash(built.drop(ROW)).set(~bare, None))
        key = _coalesce([key, f"{prefix}:" + hashes])
    return key.alias("key")


def kind(text: str) -> str:
    """The normal value of a kind of touchpoint; what is unknown stays as it is, folded."""
    return word_map("kinds").get(fold(text), fold(text)[:WORD_LENGTH] or "visit")


def _channel(text: str) -> str | None:
    return word_map("channels").get(fold(text)) or normalise_channel(text)


def known_kind(name: str) -> bool:
    """Whether a kind of touchpoint is one of the normal values."""
    return name in layout_file("words")["kinds"]
