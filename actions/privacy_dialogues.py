"""The yes or no to an erasure or an objection; who names somebody else instead means them."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import Session

from actions import erasing, objections
from actions.ask import ask_about
from actions.context import Request
from actions.forgetting import read_subject
from actions.reply import Reply
from actions.running import RUNNERS, Runner
from actions.state import Kind, Question, Running, Subject
from actions.subject import named_contact

ANSWERS = frozenset({"affirm", "deny"})
# What names somebody in these is said of the question that is open, not a question of its own.
CORRECTIONS = frozenset({"affirm", "deny", "inform", "follow_up", "choose_option"})
Deed = Callable[[Request, Session, Subject], Reply]


def _answered(request: Request, session: Session, running: Running, kind: Kind, deed: Deed) -> Reply | None:
    """Does the `deed` after a yes and nothing after a no; a name that comes with either is another person's."""
    subject = read_subject(running)
    if subject is None:
        return None
    closed = replace(request.talk, running=None, question=Question((kind,)), missed=0)
    if request.named("contact") and request.intent in CORRECTIONS:
        meaning = named_contact(request, session)
        same = meaning.subject is not None and meaning.subject.same_as(subject)
        if not same:
            return ask_about(replace(request, talk=closed, intent=""), session, Question((kind,)), meaning)
    if request.intent not in ANSWERS:
        return None
    if request.intent == "deny":
        left = RUNNERS[running.name].left(running, request.language)
        return Reply((left,), closed)
    return deed(request, session, subject)


RUNNERS[erasing.NAME] = Runner(
    lambda request, session, running: _answered(request, session, running, "erasure", erasing.carry_out),
    erasing.ask_again,
    erasing.kept,
)
RUNNERS[objections.NAME] = Runner(
    lambda request, session, running: _answered(request, session, running, "objection", objections.record_objection),
    objections.ask_again,
    objections.unrecorded,
)
