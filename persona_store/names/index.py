"""Filling the search index of people's names: words, their variants, and who bears them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from persona_store.database.models import Company, Contact, ContactToken, NameToken, NameVariant
from persona_store.names.text import MAX_TOKEN, PARTICLES, company_words, name_words, sound, variants

CACHE_KIB = 256 * 1024  # of SQLite's page cache: an index of millions is filled in random order
CHUNK = 20_000  # contacts read and written at a time
PARAMETERS = 5_000  # values in one IN (...): below the limits of SQLite (32,766) and PostgreSQL (65,535)
SHORTEST_TOKEN = 2  # initials are no words to search by

T = TypeVar("T")
Row = tuple[int, str | None, str | None, str | None]


def index_people(session: Session, contact_ids: Sequence[int] | None = None) -> None:
    """Makes contacts findable by name: all of them anew, or those given, after their names or companies changed.

    Contacts that are blocked or gone lose their entries, so call it after an objection too. Runs in chunks.
    """
    known: dict[str, int] = {}
    if contact_ids is None:
        if session.get_bind().dialect.name == "sqlite":
            session.connection().exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIB}")
        for table in (ContactToken, NameVariant, NameToken):
            session.execute(delete(table))
        for rows in _all_people(session):
            _write(session, rows, known)
        return
    ids = sorted(set(contact_ids))
    forget_people(session, ids)
    for batch in _batches(ids, PARAMETERS):
        rows = session.execute(_people().where(Contact.id.in_(batch))).all()
        _write(session, rows, known)


def forget_people(session: Session, contact_ids: Sequence[int]) -> None:
    """Takes contacts out of the index, with the words that nobody else bears; call it before contacts are erased."""
    for batch in _batches(sorted(set(contact_ids)), PARAMETERS):
        borne = select(ContactToken.token_id).where(ContactToken.contact_id.in_(batch)).distinct()
        tokens = session.scalars(borne).all()
        session.execute(delete(ContactToken).where(ContactToken.contact_id.in_(batch)))
        for some in _batches(tokens, PARAMETERS):
            in_use = select(ContactToken.token_id).where(ContactToken.token_id == NameToken.id).exists()
            session.execute(delete(NameToken).where(NameToken.id.in_(some), ~in_use))


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


def _all_people(session: Session) -> Iterator[Sequence[Row]]:
    last = None
    while True:
        query = _people().order_by(Contact.id).limit(CHUNK)
        rows = session.execute(query if last is None else query.where(Contact.id > last)).all()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _write(session: Session, rows: Sequence[Row], known: dict[str, int]) -> None:
    borne = [(row[0], token, field) for row in rows for token, field in _tokens(*row[1:])]
    _learn(session, {token for _, token, _ in borne if token not in known}, known)
    _insert(
        session,
        ContactToken,
        [{"contact_id": contact, "token_id": known[token], "field": field} for contact, token, field in borne],
    )


def _tokens(first: str | None, last: str | None, company: str | None) -> set[tuple[str, str]]:
    """The words of a contact with their fields; names of several words also as one ("el amrani", "elamrani")."""
    found = {(word, "company") for word in company_words(company or "")}
    for name, field in ((first, "first"), (last, "last")):
        words = name_words(name or "")
        found |= {(word, field) for word in (*words, "".join(words)[:MAX_TOKEN])}
    return {(word, field) for word, field in found if len(word) >= SHORTEST_TOKEN and word not in PARTICLES}


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
