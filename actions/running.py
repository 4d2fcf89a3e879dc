"""Dialogues of several turns (a qualification, a quiz ...): who gets a message while one runs, and the way back to it.

A module that runs such a dialogue puts itself into `RUNNERS` when it is imported; the action server imports them all.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from actions.context import Request
from actions.reply import Reply
from actions.state import Running, Talk
from persona_store.answer import Answer
from persona_store.settings import Language

# Messages that answer what was asked, or that only the dialogue can make sense of.
ANSWERS = frozenset(
    {"inform", "affirm", "deny", "choose_option", "follow_up", "nlu_fallback", "default_fallback", "out_of_scope"}
)
ENDS = frozenset({"stop", "restart"})  # they leave whatever is running, unless it accepts them
# A question this surely understood is a question; below, the dialogue may look first whether it is an answer.
SURELY_A_QUESTION = 0.7
# So many questions in a row about something else, and the dialogue rests: who strays that long has left it.
MOST_STRAYED = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message was understood as: the intent, how sure that is (0 to 1), and whether a button sent it."""

    intent: str
    confidence: float = 1.0
    pressed: bool = False


@dataclass(frozen=True, slots=True)
class Runner:
    """How a dialogue of several turns goes on.

    `continue_` replies to a message while the dialogue runs, or gives None where the message is nothing to it: then
    the action of its intent answers. Its reply's `talk.running` says where the dialogue stands now; None ends it.
    `remind` asks once more what was asked last, after something else was answered between; `left` says that the
    dialogue was stopped. `accepts` are intents beside ANSWERS that go to it at once; with `absorbs` all typed messages
    do but those that leave it (a rehearsal, in which a question is part of the talk).
    """

    continue_: Callable[[Request, Session, Running], Reply | None]
    remind: Callable[[Running, Language], Answer]
    left: Callable[[Running, Language], Answer]
    accepts: frozenset[str] = frozenset()
    absorbs: bool = False


RUNNERS: dict[str, Runner] = {}


def runner_of(talk: Talk) -> Runner | None:
    """The runner of the dialogue that goes on, if one does."""
    return RUNNERS.get(talk.running.name) if talk.running else None


def is_for_runner(talk: Talk, heard: Heard) -> bool:
    """Whether the dialogue that goes on gets the message first."""
    runner = runner_of(talk)
    if runner is None or (heard.intent in ENDS and heard.intent not in runner.accepts):
        return False
    if heard.intent in ANSWERS or heard.intent in runner.accepts:
        return True
    return not heard.pressed and (runner.absorbs or heard.confidence < SURELY_A_QUESTION)


def go_on(request: Request, session: Session, heard: Heard) -> Reply | None:
    """The reply of the dialogue that goes on; None where none does, or where the message is nothing to it."""
    runner, running = runner_of(request.talk), request.talk.running
    if runner is None or running is None or not is_for_runner(request.talk, heard):
        return None
    reply = runner.continue_(request, session, running)
    if reply is None or reply.talk.running is None:
        return reply
    return replace(reply, talk=replace(reply.talk, running=replace(reply.talk.running, strayed=0)))


def come_back(before: Talk, reply: Reply) -> Reply:
    """The reply to a question that came between, followed by what the dialogue had asked.

    `before` is the talk before that question. Where it began another dialogue or ended this one, nothing is added;
    nor after MOST_STRAYED questions in a row, when the dialogue is left.
    """
    runner, running = runner_of(before), before.running
    if runner is None or running is None or reply.talk.running != running:
        return reply
    if running.strayed >= MOST_STRAYED:
        left = runner.left(running, reply.talk.spoken)
        return replace(reply, answers=(*reply.answers, left), talk=replace(reply.talk, running=None))
    reminder = runner.remind(running, reply.talk.spoken)
    strayed = replace(running, strayed=running.strayed + 1)
    return replace(reply, answers=(*reply.answers, reminder), talk=replace(reply.talk, running=strayed))


def left_answer(talk: Talk) -> Answer | None:
    """What is said when the dialogue that goes on is stopped; None where none goes on."""
    runner = runner_of(talk)
    return runner.left(talk.running, talk.spoken) if runner and talk.running else None
