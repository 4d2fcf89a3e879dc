"""One message of a person in, the assistant's answers out, or within seconds a word that they are coming."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.gateway.brake import brake_or_refuse
from bot.gateway.limits import origin_of
from bot.gateway.login import CurrentPerson
from bot.gateway.parts import parts
from bot.gateway.rasa_client import LONGEST_MESSAGE, clean_message, sender_id
from bot.gateway.refusals import Refused, wanted_language
from bot.gateway.replies import apology, moment
from persona_store.answer import Answer

PATIENCE_SECONDS = 4.0  # after which the person hears that it takes a while
SLACK_SECONDS = 0.05  # in which an apology for a turn that took too long arrives

router = APIRouter(prefix="/api", tags=["chat"])

ConversationId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="any name the client chooses for a conversation")
]

MessageId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
        description="any name for the message; sent again under it, the message is answered once",
    ),
]


class ChatRequest(BaseModel):
    """What the person says, in a conversation of their own."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str
    conversation: ConversationId
    id: MessageId | None = None


class ChatAnswer(BaseModel):
    """The answers in the order they are said; empty parts of an answer are left out."""

    messages: list[Answer]


@router.post(
    "/chat",
    response_model=ChatAnswer,
    responses={202: {"model": ChatAnswer, "description": "It takes a moment: asked again under its id, it answers"}},
)
async def chat(said: ChatRequest, person: CurrentPerson, request: Request) -> JSONResponse:
    """Hands the message on; the Accept-Language header tells the language of messages too short to tell their own.

    Who gave the message an id and hears that it takes a moment (202) sends it again, and waits for the same answers.
    """
    if len(said.text) > LONGEST_MESSAGE:
        raise Refused(422, "text_long", maximum=LONGEST_MESSAGE)
    if not clean_message(said.text):
        raise Refused(422, "text_empty")
    here = parts(request)
    brake_or_refuse(here.brakes.messages, person.account, "too_many")
    brake_or_refuse(here.brakes.network, origin_of(request), "crowded")
    rasa, metrics, underway = here.rasa, here.metrics, here.underway
    conversation = sender_id(here.session_secret, person.account, said.conversation)
    language = wanted_language(request.headers) or person.language
    message = said.id or uuid4().hex

    async def ask() -> list[Answer]:
        with metrics.turn_seconds.time():
            answers = await rasa.ask(person.name, person.rights, conversation, said.text, language, message)
        metrics.turns.labels("error" if any(answer.kind == "error" for answer in answers) else "answered").inc()
        return answers

    patience = PATIENCE_SECONDS if said.id else rasa.turn_seconds + SLACK_SECONDS
    answers = await underway.answers((conversation, message), ask, patience)
    if answers is not None:
        return _told(answers)
    spoken = rasa.spoken(said.text, language)
    if said.id is not None:
        return _told([moment(spoken)], status=202)
    underway.give_up((conversation, message))
    return _told([apology("slow", spoken, clean_message(said.text))])


def _told(answers: Sequence[Answer], status: int = 200) -> JSONResponse:
    messages: list[dict[str, Any]] = [answer.as_dict() for answer in answers]
    return JSONResponse({"messages": messages}, status)
