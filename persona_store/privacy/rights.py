"""Who may do what in the store: the rights of each role, asked for by the calls that need one.

Whoever opens the store says for whom (`session_scope(engine, asker=…)`); without an asker there are no rights.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store.database.session import ASKER
from persona_store.errors import MissingRight
from persona_store.privacy.identity import Identity
from persona_store.settings import settings
from persona_store.wording import say

Rights = Literal["sales", "marketing", "trainer", "admin"]
Right = Literal["contacts", "aggregates", "export", "judge", "object", "erase", "administer"]

# contacts: data of single people and companies; aggregates: personas, figures, advice by role; export: contacts as a
# file; judge: vetoes, storing leads, ideas; object: record an objection, ask for an erasure; erase: carry it out;
# administer: users, links, audit, builds. Sales looks people up one by one and takes no lists away. Trainers introduce,
# test and rehearse: for that nobody's data are needed.
RIGHTS: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        "sales": frozenset({"contacts", "aggregates", "judge", "object"}),
        "marketing": frozenset({"contacts", "aggregates", "export", "judge", "object"}),
        "trainer": frozenset({"aggregates"}),
        "admin": frozenset(get_args(Right)),
    }
)


def may(rights: str, right: Right) -> bool:
    """Whether somebody with the role `rights` has this right; an unknown role has none."""
    return right in RIGHTS.get(rights, frozenset())


def asker_of(session: Session) -> Identity | None:
    """For whom the session was opened, or None."""
    asker = session.info.get(ASKER)
    if asker is None:
        asker = session.get_bind().get_execution_options().get(ASKER)
    return asker if isinstance(asker, Identity) else None


def demand(session: Session, right: Right) -> Identity:
    """The session's asker; raises MissingRight unless they have this right."""
    asker = asker_of(session)
    if asker is None or not may(asker.rights, right):
        raise MissingRight(right, say(f"rights.refused.{right}", settings().language))
    return asker


def on_behalf_of(engine: Engine, asker: Identity) -> Engine:
    """The engine for somebody: all sessions on it are theirs, as those of the operator at the terminal."""
    return engine.execution_options(**{ASKER: asker})
