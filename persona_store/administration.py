"""What admins do: change what users may, remove them, and read who looked up and changed what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Audit, Persona, User
from persona_store.errors import InputError
from persona_store.privacy.audit import record
from persona_store.privacy.rights import Rights, demand
from persona_store.settings import settings
from persona_store.users import remove_user, user_called
from persona_store.wording import say

if TYPE_CHECKING:
    from persona_store.segmentation.model import PersonaInfo

MOST_ENTRIES = 200  # of the audit trail at once
LOGIN = "login"  # action under which logins are recorded


class LastAdmin(InputError):
    """Without this user nobody would be left to administer."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted: all where None. `before` is the id of an entry; only older ones are given."""

    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def change_rights(session: Session, name: str, rights: Rights) -> User:
    """Gives a user other rights, from their next request on; raises UnknownUser, LastAdmin and MissingRight."""
    asker = demand(session, "administer")
    user = user_called(session, name)
    if rights != user.rights:
        _keep_an_admin(session, user)
        record(session, asker.user, "change_rights", detail=f"{user.name}: {user.rights} → {rights}")
        user.rights = rights
        session.flush()
    return user


def dismiss(session: Session, name: str) -> None:
    """Removes a user with their logins and links at once; raises UnknownUser, LastAdmin and MissingRight."""
    asker = demand(session, "administer")
    user = user_called(session, name)
    _keep_an_admin(session, user)
    record(session, asker.user, "remove_user", detail=user.name)
    remove_user(session, user.name)


def audit_entries(session: Session, wanted: AuditFilter, most: int = 50) -> list[Audit]:
    """Entries of the audit trail, newest first, at most `most`; raises MissingRight. They name contacts by id only."""
    demand(session, "administer")
    statement = select(Audit).order_by(Audit.id.desc()).limit(min(most, MOST_ENTRIES))
    if wanted.actor is not None:
        statement = statement.where(Audit.actor == wanted.actor)
    if wanted.action is not None:
        statement = statement.where(Audit.action == wanted.action)
    if wanted.since is not None:
        statement = statement.where(Audit.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Audit.at < wanted.until)
    if wanted.before is not None:
        statement = statement.where(Audit.id < wanted.before)
    return list(session.scalars(statement))


def audited(session: Session) -> tuple[list[str], list[str]]:
    """Who and what the audit trail tells of, in alphabetical order, to choose from; raises MissingRight."""
    demand(session, "administer")
    actors = session.scalars(select(Audit.actor).distinct().order_by(Audit.actor))
    return list(actors), list(session.scalars(select(Audit.action).distinct().order_by(Audit.action)))


def last_logins(session: Session) -> dict[str, datetime]:
    """When each user last logged in (UTC), by name; raises MissingRight."""
    demand(session, "administer")
    rows = session.execute(select(Audit.actor, func.max(Audit.at)).where(Audit.action == LOGIN).group_by(Audit.actor))
    return {actor: at for actor, at in rows}  # noqa: C416  # a Row is no pair to mypy


def personas_of(session: Session, builds: Sequence[int]) -> "dict[int, list[PersonaInfo]]":
    """The personas of each of `builds`, by number; raises MissingRight."""
    from persona_store.segmentation.model import persona_info  # loads all that builds need; admins of users do without

    demand(session, "administer")
    found: dict[int, list[PersonaInfo]] = {build: [] for build in builds}
    statement = select(Persona).where(Persona.build_id.in_(builds)).order_by(Persona.build_id, Persona.number)
    for row in session.scalars(statement):
        found[row.build_id].append(persona_info(row))
    return found


def _keep_an_admin(session: Session, leaving: User) -> None:
    """Locks the admins, so that two who remove one another at once do not both succeed."""
    admins = session.scalars(select(User.name).where(User.rights == "admin").order_by(User.id).with_for_update()).all()
    if list(admins) == [leaving.name]:
        raise LastAdmin(say("gateway.last_admin", settings().language))
