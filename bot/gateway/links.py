"""A person's own links: which accounts of Telegram speak for them, a code for another one, and ending one."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from bot.gateway.brake import brake_or_refuse
from bot.gateway.login import CurrentPerson
from bot.gateway.parts import parts
from bot.gateway.refusals import Refused
from persona_store import links
from persona_store.database import session_scope
from persona_store.database.models import Link, User
from persona_store.users import find_user

LONGEST_ACCOUNT = 64

router = APIRouter(prefix="/api/links", tags=["links"])


class OneLink(BaseModel):
    """An account that speaks for the person."""

    channel: str
    account: str
    linked_at: datetime


class OwnLinks(BaseModel):
    """The person's links, oldest first; `telegram` says whether the assistant can be reached there at all."""

    telegram: bool
    links: list[OneLink]


class Code(BaseModel):
    """A code to be sent to the assistant as `/start CODE`, once, within `minutes`; it is shown this once only."""

    code: str
    minutes: int


class Account(BaseModel):
    """Which account is meant, as the list of links names it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    channel: str = Field(max_length=20)
    account: str = Field(max_length=LONGEST_ACCOUNT)


def shown(link: Link) -> OneLink:
    """The link as it is told."""
    return OneLink(channel=link.channel, account=link.external_id, linked_at=link.linked_at.replace(tzinfo=UTC))


@router.get("")
async def own_links(person: CurrentPerson, request: Request) -> OwnLinks:
    """The accounts that speak for the person who asks."""
    engine = parts(request).engine

    def read() -> list[OneLink]:
        with session_scope(engine, asker=person.asker) as session:
            return [shown(link) for link in links.links_of(session, _self(session, person.name))]

    return OwnLinks(telegram=parts(request).telegram is not None, links=await run_in_threadpool(read))


@router.post("/code")
async def code(person: CurrentPerson, request: Request) -> Code:
    """A one-time code by which the person's Telegram account is linked; earlier ones end."""
    engine = parts(request).engine
    brake_or_refuse(parts(request).brakes.codes, person.account, "too_many_codes")

    def make() -> str:
        with session_scope(engine, writes=True, asker=person.asker) as session:
            return links.new_code(session, person.name)

    return Code(code=await run_in_threadpool(make), minutes=links.CODE_MINUTES)


@router.post("/end", status_code=204)
async def end_link(account: Account, person: CurrentPerson, request: Request) -> None:
    """Ends a link of the person who asks, at once; those of others are not found."""
    engine = parts(request).engine

    def end() -> bool:
        with session_scope(engine, writes=True, asker=person.asker) as session:
            own = links.links_of(session, _self(session, person.name))
            if (account.channel, account.account) not in {(link.channel, link.external_id) for link in own}:
                return False
            return links.unlink(session, account.channel, account.account) > 0

    if not await run_in_threadpool(end):
        raise Refused(404, "link_unknown")


def _self(session: Session, name: str) -> User:
    user = find_user(session, name)
    if user is None:  # removed since the request came in
        raise Refused(401, "not_logged_in")
    return user
