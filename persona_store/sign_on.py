"""Accounts of those who log in elsewhere: groups become rights, and nobody takes over an account by its name."""

from collections.abc import Iterable, Mapping
from typing import cast, get_args

from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import User
from persona_store.errors import InputError
from persona_store.privacy.audit import record
from persona_store.privacy.rights import RIGHTS, Rights
from persona_store.settings import Language, settings
from persona_store.users import add_user_from_elsewhere, user_from_elsewhere
from persona_store.wording import say

PARTED_BY = ","
MEANS = "="


def read_group_rights(text: str) -> dict[str, Rights]:
    """ "crm-sales=sales, crm-boss=admin" as groups and their rights; raises InputError for what is no such list."""
    found: dict[str, Rights] = {}
    for entry in filter(None, (part.strip() for part in text.split(PARTED_BY))):
        group, _, rights = (part.strip() for part in entry.rpartition(MEANS))
        if not group or rights not in get_args(Rights):
            raise InputError(say("users.bad_group_rights", settings().language, allowed=", ".join(get_args(Rights))))
        found[group] = cast(Rights, rights)
    return found


def rights_of(groups: Iterable[str], known: Mapping[str, Rights]) -> Rights | None:
    """The rights of somebody in these groups, the widest of several; None where no group has any."""
    found = [known[group] for group in groups if group in known]
    return max(found, key=lambda rights: len(RIGHTS[rights]), default=None)


def signed_on(session: Session, subject: str, name: str, rights: Rights, language: Language | None = None) -> User:
    """The account of somebody who has proved elsewhere to be `subject`, made at their first login; recorded.

    Their rights are those of their groups today. Raises NameTaken where `name` is that of another account: names prove
    nothing.
    """
    user = user_from_elsewhere(session, subject)
    if user is None:
        user = add_user_from_elsewhere(session, name, subject, rights, language)
    elif rights != user.rights:
        record(session, user.name, "change_rights", detail=f"{user.name}: {user.rights} → {rights}, single sign-on")
        user.rights = rights
    record(session, user.name, "login", detail="single sign-on")
    session.flush()
    return user


def shut_out(session: Session, subject: str) -> None:
    """Ends the logins of somebody who is in no group with rights any more."""
    user = user_from_elsewhere(session, subject)
    if user is not None:
        user.logins_since = utc_now()
        record(session, user.name, "shut_out", detail="single sign-on")
