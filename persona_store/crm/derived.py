"""What follows from the rows of an import: outcomes, doubles, the index of names, hits in texts, who was erased."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, case, func, select, update
from sqlalchemy.orm import Session

from persona_store.crm.duplicates import link_duplicates
from persona_store.crm.people_beside import PeopleBeside
from persona_store.crm.problems import sentence
from persona_store.crm.tables import Loader
from persona_store.database.models import Contact, Deal
from persona_store.names import index_people
from persona_store.text_hits import fill_hits, index_texts, talk_hits, without_hits

Progress = Callable[[str, float], None]

LOADED = 0.8  # share of the whole work that is done when the rows are there, as measured
IDS_AT_ONCE = 10_000  # parameters of one statement


def derive(session: Session, loader: Loader, tell: Progress) -> tuple[int, int]:
    """Brings what follows from the rows up to date; returns how many doubles there are, and who must not come back."""
    from persona_store.privacy.erasure import erase_returned  # it knows this room, through the live classes

    tell(sentence("progress.duplicates"), LOADED)
    linked = link_duplicates(session.connection())
    tell(sentence("progress.names"), 0.9)
    _index(session, loader)
    owners = loader.finish_touchpoints()
    touched = _new_and_changed(session, loader)
    held_back = erase_returned(session, touched)
    tell(sentence("progress.texts"), 0.95)
    if owners is None or loader.first_new_contact == 1:
        index_texts(session)
    else:
        index_texts(session, [*touched, *owners, *without_hits(session)])
    return linked, held_back


def derive_first(folder: Path, session: Session, loader: Loader, tell: Progress) -> tuple[int, int]:
    """The same in a store that was empty: what rests on the people alone is made while the touchpoints are written.

    Texts are read from these on their way there; `folder` is for temporary files.
    """
    from persona_store.privacy.erasure import erase_returned

    tell(sentence("progress.names"), LOADED)
    with closing(PeopleBeside(session.connection(), folder)) as people:
        found: list[pl.DataFrame] = []
        loader.fill_touchpoints(lambda rows: found.append(talk_hits(rows)))
        linked, in_notes = people.finish()
    tell(sentence("progress.texts"), 0.95)
    fill_hits(session.connection(), [in_notes, *found])
    newest = session.scalar(select(func.max(Contact.id))) or 0
    return linked, erase_returned(session, range(1, newest + 1))


def _index(session: Session, loader: Loader) -> None:
    """Brings the index of names up to date for new and changed contacts."""
    if loader.first_new_contact == 1:
        index_people(session)
        return
    touched = _new_and_changed(session, loader)
    for start in range(0, len(loader.changed_companies), IDS_AT_ONCE):
        some = loader.changed_companies[start : start + IDS_AT_ONCE]
        touched += session.scalars(select(Contact.id).where(Contact.company_id.in_(some)))
    if touched:
        index_people(session, touched)


def _new_and_changed(session: Session, loader: Loader) -> list[int]:
    new = session.scalars(select(Contact.id).where(Contact.id >= loader.first_new_contact))
    return [*loader.changed_contacts, *new]


def outcomes(connection: Connection, loader: Loader, kinds: set[str]) -> list[str]:
    """Where no column tells the outcome of contacts, their deals do: one won is a customer, only lost ones are none."""
    if loader.outcome_mapped or "deals" not in kinds:
        told = loader.outcome_mapped or not kinds & {"contacts"}
        return [] if told else [sentence("note.no_outcome")]
    is_won = Deal.won.is_(True)
    won = func.max(case((is_won, 1), else_=0))
    ended = (
        select(Deal.contact_id.label("id"), won.label("won"), func.min(case((is_won, Deal.closed_on))).label("on"))
        .where(Deal.won.is_not(None), Deal.contact_id.is_not(None))
        .group_by(Deal.contact_id)
        .subquery()
    )
    lost = connection.execute(
        update(Contact)
        .values(outcome=False)
        .where(Contact.outcome.is_(None), Contact.id == ended.c.id, ended.c.won == 0)
    ).rowcount
    gained = connection.execute(
        update(Contact)
        .values(outcome=True, outcome_on=func.coalesce(Contact.outcome_on, ended.c.on))
        .where(Contact.outcome.is_not(True), Contact.id == ended.c.id, ended.c.won == 1)
    ).rowcount
    return [sentence("note.outcome_deals", won=gained, lost=lost)] if gained or lost else []
