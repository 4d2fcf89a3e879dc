"""Links doubles among the contacts that events touched, by the rules of the import, without reading the whole store."""

from collections.abc import Iterable
from typing import Any

import polars as pl
from sqlalchemy import func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from persona_store.crm.duplicates import SCHEMA, find_originals
from persona_store.database.models import Contact
from persona_store.live.store import batches, rows_of

PAIRS_AT_ONCE = 400  # of birth year and city in one statement; each is two parameters in a list that is searched


def link_touched(session: Session, touched: Iterable[int]) -> set[int]:
    """Links and unlinks the touched contacts and their doubles; returns every contact and person whose links changed.

    The lowest id stands for all, so of several new entries of one person the one that came first. An objection under
    one entry holds for the person.
    """
    near = _with_clusters(session, set(touched))
    if not near:
        return set()
    frame = _read(session, near)
    candidates = _with_clusters(session, near | _block_mates(session, frame))
    frame = _read(session, candidates)
    originals = find_originals(frame)
    found = frame.select("id", "duplicate_of").join(originals, on="id", how="left", maintain_order="left")
    changed = found.filter(pl.col("original").ne_missing(pl.col("duplicate_of")))
    if changed.is_empty():
        return set()
    session.execute(
        update(Contact),
        [
            {"id": own, "duplicate_of": original}
            for own, _, original in changed.select("id", "duplicate_of", "original").iter_rows()
        ],
    )
    moved = {value for column in changed.columns for value in changed[column].drop_nulls().to_list()}
    _carry_objections(session, moved)
    return moved


def _with_clusters(session: Session, ids: set[int]) -> set[int]:
    """The contacts with all entries that stand for the same persons."""
    found = set(ids)
    for some in batches(sorted(ids)):
        found |= {o for o in session.scalars(rows_of(Contact, "id", ("duplicate_of",)), {"some": some}) if o}
    for some in batches(sorted(found)):
        found |= set(session.scalars(rows_of(Contact, "duplicate_of", ("id",)), {"some": some}))
    return found


def _block_mates(session: Session, frame: pl.DataFrame) -> set[int]:
    """Those who share an address, a number, a company, or birth year and city with any contact of `frame`."""
    found: set[int] = set()
    for name in ("email", "phone", "company_id"):
        for some in batches(frame[name].drop_nulls().unique().sort().to_list()):
            found |= set(session.scalars(rows_of(Contact, name, ("id",)), {"some": some}))
    pairs = frame.select("birth_year", "city").drop_nulls().unique().sort("birth_year", "city").rows()
    for some in batches(pairs, PAIRS_AT_ONCE):
        same = tuple_(Contact.birth_year, Contact.city).in_(some)
        found |= set(session.scalars(select(Contact.id).where(same)))
    return found


def _read(session: Session, ids: set[int]) -> pl.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for some in batches(sorted(ids)):
        rows += [tuple(row) for row in session.execute(rows_of(Contact, "id", tuple(SCHEMA)), {"some": some})]
    rows.sort()
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _carry_objections(session: Session, moved: set[int]) -> None:
    for some in batches(sorted(moved)):
        rows = session.execute(
            select(Contact.duplicate_of, func.min(Contact.blocked_on))
            .where(Contact.duplicate_of.in_(some), Contact.blocked_on.is_not(None))
            .group_by(Contact.duplicate_of)
        ).all()
        for original, on in rows:
            own = or_(Contact.id == original, Contact.duplicate_of == original)
            session.execute(update(Contact).where(own, Contact.blocked_on.is_(None)).values(blocked_on=on))
