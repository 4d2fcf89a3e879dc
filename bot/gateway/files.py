"""Files that answers offer: fetched by a proof, streamed from the store, and every one recorded."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine

from bot.gateway.brake import brake_or_refuse
from bot.gateway.chat import ConversationId
from bot.gateway.limits import origin_of
from bot.gateway.login import CurrentPerson
from bot.gateway.parts import Parts, parts
from bot.gateway.rasa_client import sender_id
from bot.gateway.refusals import Refused
from bot.gateway.sessions import Person
from persona_store.database import session_scope
from persona_store.errors import NotAllowed
from persona_store.exports import MEDIA_TYPE, Segment, Ticket, file_name, may_export, redeem, segment_csv, segment_of
from persona_store.exports.ticket import KEY_NAME
from persona_store.privacy.audit import done_lately, record
from persona_store.privacy.rights import on_behalf_of

FILES_PER_HOUR = 30  # of a person, from all gateways: far more than campaigns need, too few to empty a store unseen
HOUR = timedelta(hours=1)
EXPORT = "export_segment"  # in the audit trail

router = APIRouter(prefix="/api/files", tags=["files"])


@router.get("/{token}", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def fetch(
    token: str,
    conversation: Annotated[ConversationId, Query(description="the conversation in which the file was offered")],
    person: CurrentPerson,
    request: Request,
) -> StreamingResponse:
    """The contacts of a persona as CSV, for the person and in the conversation to whom the assistant offered it."""
    brake_or_refuse(parts(request).brakes.network, origin_of(request), "crowded")
    sender = sender_id(parts(request).session_secret, person.account, conversation)
    name, content = await offered_file(parts(request), token, person, sender)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type=MEDIA_TYPE, headers=headers)


async def offered_file(here: Parts, token: str, person: Person, sender: str) -> tuple[str, Iterator[bytes]]:
    """Name and content of the file that the assistant offered to `person` in Rasa's conversation `sender`.

    Raises Refused without the right to it, with a proof that is no (longer) good, or after too many files. It is
    recorded as handed out before the first byte leaves.
    """
    if not may_export(person.rights):
        raise Refused(403, "file_not_allowed")
    try:
        ticket = redeem(token, person.name, sender, here.settings.secret(KEY_NAME))
    except NotAllowed:
        raise Refused(403, "file_expired") from None
    engine = on_behalf_of(here.engine, person.asker)
    segment = await run_in_threadpool(_open, engine, ticket, person)
    if segment is None:
        raise Refused(410, "file_gone")
    return file_name(segment, ticket.language), segment_csv(engine, segment, ticket.language)


def _open(engine: Engine, ticket: Ticket, person: Person) -> Segment | None:
    """The segment, recorded as handed out before the first byte leaves; the records tell, too, how many there were."""
    with session_scope(engine, writes=True) as session:
        if done_lately(session, person.name, EXPORT, HOUR) >= FILES_PER_HOUR:
            raise Refused(429, "too_many_files", retry_after=int(HOUR.total_seconds()))
        segment = segment_of(session, ticket.persona_id)
        if segment is not None:
            record(session, person.name, EXPORT, detail=segment.summary)
    return segment
