"""Filling the search index of people's names: words, their variants, and who bears them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from persona_store.database.bulk import indexes_later, insert_frame, read_rows
from persona_store.database.models import Company, Contact, ContactToken, NameToken, NameVariant
from persona_store.names.text import MAX_TOKEN, PARTICLES, company_words, name_words, sound, variants

PARAMETERS = 5_000  # values in one IN (...): below the limits of SQLite (32,766) and PostgreSQL (65,535)
SHORTEST_TOKEN = 2  # initials are no words to search by

PEOPLE: dict[str, type[pl.DataType]] = {"id": pl.Int64, "first": pl.String, "last": pl.String, "company": pl.String}

TABLES = ("name_tokens", "name_variants", "contact_tokens")
T = TypeVar("T")
Row = tuple[int, str | None, str | None, str | None]


def index_people(session: Session, contact_ids: Sequence[int] | None = None) -> None:
    """Makes contacts findable by name: all of them anew, or those given, after their names or companies changed.

    Contacts that are blocked or gone lose their entries, so call it after an objection too.
    """
    connection = session.connection()
    if contact_ids is None:
        for table in (ContactToken, NameVariant, NameToken):
            session.execute(delete(table))
        with indexes_later(connection, *TABLES):
            _fill(connection, read_rows(connection, _people().order_by(Contact.id), PEOPLE))
        return
    ids = sorted(set(contact_ids))
    forget_people(session, ids)
    known: dict[str, int] = {}
    for batch in _batches(ids, PARAMETERS):
        rows = session.execute(_people().where(Contact.id.in_(batch))).all()
        _write(session, rows, known)


def _fill(connection: Connection, people: pl.DataFrame) -> None:
    """Fills the empty index."""
    for table, frame in index_frames(people):
        insert_frame(connection, table, frame)
    if connection.dialect.name == "postgresql":  # the numbers were given here, so the counter has to follow
        connection.exec_driver_sql("SELECT setval('name_tokens_id_seq', (SELECT max(id) FROM name_tokens))")


def index_frames(people: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of the index of all `people` (columns of `PEOPLE`), by table. Each distinct name is taken apart once."""
    parts = []
    for field in ("first", "last", "company"):
        names = people[field].drop_nulls().unique()
        words = [_words_of(name, field) for name in names.to_list()]
        lookup = pl.DataFrame({field: names, "token": pl.Series(words, dtype=pl.List(pl.String))}).explode("token")
        borne = people.select("id", field).join(lookup.drop_nulls(), on=field, how="inner")
        parts.append(borne.select(pl.col("id").alias("contact_id"), "token", pl.lit(field).alias("field")))
    borne = pl.concat(parts)
    tokens = borne["token"].unique().sort().to_frame("token").with_row_index("id", offset=1)
    texts = tokens["token"].to_list()
    sounds = pl.Series("code", [sound(token) for token in texts], dtype=pl.String)
    yield "name_tokens", tokens.hstack([sounds])
    varied = pl.Series("variant", [sorted(variants(token)) for token in texts], dtype=pl.List(pl.String))
    pairs = tokens.select(pl.col("id").alias("token_id")).hstack([varied]).explode("variant").drop_nulls()
    yield "name_variants", pairs
    numbered = borne.join(tokens.select("token", pl.col("id").alias("token_id")), on="token", how="left")
    rows = numbered.select("contact_id", "token_id", "field").unique()
    yield "contact_tokens", rows.sort("contact_id", "token_id", "field")


def forget_people(session: Session, contact_ids: Sequence[int]) -> None:
    """Takes contacts out of the index, with the words that nobody else bears; call it before contacts are erased."""
    for batch in _batches(sorted(set(contact_ids)), PARAMETERS):
        borne = select(ContactToken.token_id).where(ContactToken.contact_id.in_(batch)).distinct()
        tokens = session.scalars(borne).all()
        session.execute(delete(ContactToken).where(ContactToken.contact_id.in_(batch)))
        for some in _batches(tokens, PARAMETERS):
            in_use = set(
                session.scalars(select(ContactToken.token_id).where(ContactToken.token_id.in_(some)).distinct())
            )
            gone = [token for token in some if token not in in_use]
            session.execute(delete(NameVariant).where(NameVariant.token_id.in_(gone)))
            session.execute(delete(NameToken).where(NameToken.id.in_(gone)))


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def _people() -> Any:
    return (
        select(Contact.id, Contact.first_name, Contact.last_name, Company.name)
        .outerjoin(Company, Company.id == Contact.company_id)
        .where(Contact.blocked_on.is_(None))
    )


def _write(session: Session, rows: Sequence[Row], known: dict[str, int]) -> None:
    borne = [(row[0], token, field) for row in rows for token, field in _tokens(*row[1:])]
    _learn(session, {token for _, token, _ in borne if token not in known}, known)
    _insert(
        session,
        ContactToken,
        [{"contact_id": contact, "token_id": known[token], "field": field} for contact, token, field in borne],
    )


def _tokens(first: str | None, last: str | None, company: str | None) -> set[tuple[str, str]]:
    """The words of a contact with their fields."""
    names = (("first", first), ("last", last), ("company", company))
    return {(word, field) for field, name in names for word in _words_of(name or "", field)}


def _words_of(name: str, field: str) -> list[str]:
    """The words to find a name by; people's names of several words also as one ("el amrani", "elamrani")."""
    if field == "company":
        words = company_words(name)
    else:
        words = name_words(name)
        words = [*words, "".join(words)[:MAX_TOKEN]]
    return [word for word in dict.fromkeys(words) if len(word) >= SHORTEST_TOKEN and word not in PARTICLES]


def _learn(session: Session, tokens: Iterable[str], known: dict[str, int]) -> None:
    """Adds the ids of `tokens` to `known`, after storing those that are new."""
    missing = sorted(tokens)
    missing = sorted(set(missing) - _look_up(session, missing, known))
    _insert(session, NameToken, [{"token": token, "code": sound(token)} for token in missing])
    _look_up(session, missing, known)
    _insert(
        session,
        NameVariant,
        [{"token_id": known[token], "variant": variant} for token in missing for variant in sorted(variants(token))],
    )


def _look_up(session: Session, tokens: Sequence[str], known: dict[str, int]) -> set[str]:
    found: set[str] = set()
    for batch in _batches(tokens, PARAMETERS):
        for token, token_id in session.execute(select(NameToken.token, NameToken.id).where(NameToken.token.in_(batch))):
            known[token] = token_id
            found.add(token)
    return found


def _insert(session: Session, model: type[Any], rows: list[dict[str, Any]]) -> None:
    """Inserts rows; those that another writer was faster with stay as they are."""
    if not rows:
        return
    table: Table = model.__table__
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table).on_conflict_do_nothing(), rows)
