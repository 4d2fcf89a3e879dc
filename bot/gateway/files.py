"""Files that answers offer: fetched by a proof, streamed from the store, and every one recorded."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine

from bot.gateway.brake import Brake
from bot.gateway.chat import ConversationId
from bot.gateway.login import CurrentPerson
from bot.gateway.rasa_client import sender_id
from bot.gateway.refusals import Refused
from bot.gateway.sessions import Person
from persona_store.database import session_scope
from persona_store.errors import NotAllowed
from persona_store.exports import MEDIA_TYPE, Segment, Ticket, file_name, may_export, redeem, segment_csv, segment_of
from persona_store.exports.ticket import KEY_NAME
from persona_store.privacy.audit import record

FILES_PER_HOUR = 30  # far more than campaigns need, too few to empty a store unseen

router = APIRouter(prefix="/api/files", tags=["files"])


def new_file_brake() -> Brake:
    """Files per person."""
    return Brake(FILES_PER_HOUR, 3600.0)


@router.get("/{token}", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def fetch(
    token: str,
    conversation: Annotated[ConversationId, Query(description="the conversation in which the file was offered")],
    person: CurrentPerson,
    request: Request,
) -> StreamingResponse:
    """The contacts of a persona as CSV, for the person and in the conversation to whom the assistant offered it."""
    if not may_export(person.rights):
        raise Refused(403, "file_not_allowed")
    brake: Brake = request.app.state.file_brake
    if wait := brake.wait(person.account):
        raise Refused(429, "too_many_files", retry_after=wait)
    secret = request.app.state.settings.secret(KEY_NAME)
    sender = sender_id(request.app.state.session_secret, person.account, conversation)
    try:
        ticket = redeem(token, person.name, sender, secret)
    except NotAllowed:
        raise Refused(403, "file_expired") from None
    engine: Engine = request.app.state.engine
    segment = await run_in_threadpool(_open, engine, ticket, person)
    if segment is None:
        raise Refused(410, "file_gone")
    brake.count(person.account)
    content: Iterator[bytes] = segment_csv(engine, segment, ticket.language)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(segment, ticket.language)}"'}
    return StreamingResponse(content, media_type=MEDIA_TYPE, headers=headers)


def _open(engine: Engine, ticket: Ticket, person: Person) -> Segment | None:
    """The segment, recorded as handed out before the first byte leaves."""
    with session_scope(engine, writes=True) as session:
        segment = segment_of(session, ticket.persona_id)
        if segment is not None:
            record(session, person.name, "export_segment", detail=segment.summary)
    return segment
