"""Finds contacts who are the same person and links them to the one that stands for them.

Cautious: a double needs the same e-mail, phone or company and alike names; a name alone proves nothing. Only pairs
that share a block (e-mail, phone, company with a name, birth year and city with a name) are compared.
"""

from collections.abc import Iterator
from typing import Literal

import cologne_phonetics
import numpy as np
import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler
from sqlalchemy import Connection, func, select, update
from sqlalchemy.orm import aliased

from persona_store.crm.values import map_distinct
from persona_store.crm.words import fold
from persona_store.database.bulk import read_rows
from persona_store.database.models import Contact

ALIKE_LAST = 0.88  # "Meier" and "Meyer", "Schmidt" and "Schmitd", not "Meier" and "Mayerhofer"
ALIKE_FIRST = 0.86
SHORTEST_SLIP = 4  # in shorter names one letter makes another name
BLOCK_LIMIT = 40  # more contacts on one e-mail or phone: a switchboard, not a person
Rule = Literal["known", "both", "slip"]  # names known have to agree; both have to be there; all but one slip equal
SHARED_MAILBOXES = (
    "info", "kontakt", "contact", "office", "mail", "sales", "vertrieb", "support", "service", "team", "post",
    "einkauf", "admin", "hello", "hallo", "buero", "verwaltung", "zentrale", "empfang", "marketing", "hr", "bewerbung",
)  # fmt: skip
SCHEMA: dict[str, type[pl.DataType]] = {
    "id": pl.Int64,
    "email": pl.String,
    "phone": pl.String,
    "first_name": pl.String,
    "last_name": pl.String,
    "company_id": pl.Int64,
    "birth_year": pl.Int64,
    "city": pl.String,
    "duplicate_of": pl.Int64,
}


def link_duplicates(connection: Connection) -> int:
    """Links every double in the store to the first contact of the same person; returns how many are linked now."""
    contacts = read_rows(connection, select(*(getattr(Contact, name) for name in SCHEMA)).order_by(Contact.id), SCHEMA)
    originals = find_originals(contacts)
    found = contacts.select("id", "duplicate_of").join(originals, on="id", how="left", maintain_order="left")
    link(connection, found.filter(pl.col("original").ne_missing(pl.col("duplicate_of"))))
    _carry_objections(connection)
    return originals.height


def link(connection: Connection, changed: pl.DataFrame) -> None:
    """Writes for each contact (`id`) whom it stands for (`original`)."""
    if not changed.is_empty():
        mark = "%s" if connection.dialect.name == "postgresql" else "?"
        statement = f"UPDATE contacts SET duplicate_of = {mark} WHERE id = {mark}"  # noqa: S608
        connection.exec_driver_sql(statement, changed.select("original", "id").rows())


def _carry_objections(connection: Connection) -> None:
    """Who objected under one entry is left alone under all: a double's objection holds for its original too.

    The other way round needs nothing, since a double is answered by its original.
    """
    double = aliased(Contact)
    objected = select(func.min(double.blocked_on)).where(double.duplicate_of == Contact.id).scalar_subquery()
    originals = select(double.duplicate_of).where(double.blocked_on.is_not(None), double.duplicate_of.is_not(None))
    connection.execute(
        update(Contact).where(Contact.blocked_on.is_(None), Contact.id.in_(originals)).values(blocked_on=objected)
    )


def find_originals(contacts: pl.DataFrame) -> pl.DataFrame:
    """Columns id and original for each double among `contacts` (columns as in SCHEMA; lowest id stands for all)."""
    frame = contacts.with_columns(
        map_distinct(contacts["first_name"], fold, pl.String).alias("first"),
        map_distinct(contacts["last_name"], fold, pl.String).alias("last"),
        map_distinct(contacts["last_name"], _sound, pl.String).alias("sound"),
    ).with_columns(pl.concat_list("first", "last").list.sort().list.join(" ").alias("either_way"))
    pairs = [_same(frame, left, right, rule) for left, right, rule in _candidates(frame)]
    edges = [pair for pair in pairs if pair.height]
    if not edges:
        return pl.DataFrame(schema={"id": pl.Int64, "original": pl.Int64})
    return _clusters(pl.concat(edges).unique())


def _candidates(frame: pl.DataFrame) -> Iterator[tuple[pl.Series, pl.Series, Rule]]:
    """Pairs of ids that share a block, with how much their names have to agree."""
    mailbox = pl.col("email").str.split("@").list.first()
    personal = frame.filter(~mailbox.is_in(SHARED_MAILBOXES))
    yield *_pairs(personal, ["email"]), "known"
    yield *_pairs(frame, ["phone", "sound"]), "both"
    yield *_pairs(frame, ["company_id", "sound"]), "both"
    yield *_pairs(frame, ["company_id", "first"]), "slip"
    yield *_pairs(frame, ["company_id", "either_way"]), "both"
    yield *_pairs(frame, ["birth_year", "city", "sound"]), "both"


def _pairs(frame: pl.DataFrame, block: list[str]) -> tuple[pl.Series, pl.Series]:
    """All pairs (lower id, higher id) of contacts with the same, known `block`."""
    known = frame.select("id", *block).drop_nulls()
    sizes = known.group_by(block).len().filter(pl.col("len").is_between(2, BLOCK_LIMIT)).drop("len")
    known = known.join(sizes, on=block, how="semi")
    both = known.join(known, on=block, how="inner", suffix="_other").filter(pl.col("id") < pl.col("id_other"))
    return both["id"], both["id_other"]


def _same(frame: pl.DataFrame, left: pl.Series, right: pl.Series, rule: Rule) -> pl.DataFrame:
    """The pairs whose names agree; columns id and other."""
    names = frame.select("id", "first", "last")
    pairs = pl.DataFrame({"id": left, "other": right})
    pairs = pairs.join(names, on="id", how="left", maintain_order="left")
    pairs = pairs.join(names, left_on="other", right_on="id", how="left", maintain_order="left", suffix="_other")
    if pairs.is_empty():
        return pairs.select("id", "other")
    first = _alike(pairs["first"], pairs["first_other"])
    last = _alike(pairs["last"], pairs["last_other"])
    a, b = pl.col("first"), pl.col("first_other")
    unknown = a.is_null() | b.is_null()
    short = pl.min_horizontal(a.str.len_chars(), b.str.len_chars()) == 1
    initial = short & (a.str.slice(0, 1) == b.str.slice(0, 1))
    part = a.str.split(" ").list.first() == b.str.split(" ").list.first()
    first_agrees = pl.lit(first >= ALIKE_FIRST) | initial.fill_null(False) | part.fill_null(False)
    last_alike = pl.lit(last >= ALIKE_LAST)
    swapped = (a == pl.col("last_other")) & (b == pl.col("last"))
    if rule == "slip":
        agrees = last_alike & _one_slip(pl.col("last"), pl.col("last_other")) & ~unknown
    elif rule == "both":
        agrees = (first_agrees & ~unknown & last_alike) | swapped
    else:
        agrees = first_agrees | swapped | (unknown & (last_alike | pl.col("last").is_null()))
    return pairs.filter(agrees).select("id", "other")


def _one_slip(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """A letter too few, too many or two letters swapped; another letter ("Müller", "Möller") is another name."""
    length, other_length = one.str.len_chars(), other.str.len_chars()
    letters, other_letters = (name.str.split("").list.sort().list.join("") for name in (one, other))
    longer = (length.cast(pl.Int32) - other_length.cast(pl.Int32)).abs() == 1
    return (pl.min_horizontal(length, other_length) >= SHORTEST_SLIP) & (longer | (letters == other_letters))


def _alike(left: pl.Series, right: pl.Series) -> pl.Series:
    """Jaro-Winkler similarity of each pair, 0 where one is missing."""
    scores = process.cpdist(
        left.fill_null("").to_list(), right.fill_null("").to_list(),
        scorer=JaroWinkler.normalized_similarity, dtype=np.float32,
    )  # fmt: skip
    known = left.is_not_null() & right.is_not_null()
    return pl.Series("score", scores).cast(pl.Float64).set(~known, 0.0)


def _clusters(edges: pl.DataFrame) -> pl.DataFrame:
    """The lowest id of each connected group, for all others of the group."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while (above := parent.get(node, node)) != node:
            parent[node] = parent.get(above, above)
            node = above
        return node

    for one, other in edges.iter_rows():
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    nodes = [node for node in set(edges["id"]) | set(edges["other"]) if root(node) != node]
    return pl.DataFrame(
        {"id": nodes, "original": [root(node) for node in nodes]}, schema={"id": pl.Int64, "original": pl.Int64}
    )


def _sound(name: str) -> str | None:
    """The sound of a last name in Cologne phonetics; None where it has no letters."""
    return "".join(code for _, code in cologne_phonetics.encode(name)) or None
