"""A term of the trade explained."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.concepts import unknown_concept_answer
from actions.answers.talk import whom_answer
from actions.ask import ask
from actions.base import StoreAction
from actions.context import Request
from actions.cues import asks_who
from actions.reply import Reply
from actions.state import Question
from persona_store.knowledge.concepts import concept_keys, find_concepts, nearest_concepts

MOST_AT_ONCE = 2
BUYING_CENTRE = "buying_center"


class ActionExplainConcept(StoreAction):
    """Answers the intent explain_concept."""

    intent = "explain_concept"

    def reply(self, request: Request, session: Session) -> Reply:
        """What the term means, or two of them side by side; else which term may be meant."""
        keys = named_concepts(request)[:MOST_AT_ONCE]
        if keys:
            reply = ask(request, session, Question(("concept",), concept=" ".join(keys)))
            return _asking_where(reply, request) if BUYING_CENTRE in keys and asks_who(request.text) else reply
        said = next((mention.text for mention in request.named("concept")), None)
        near = nearest_concepts(said or request.text)
        return Reply((unknown_concept_answer(said, near, request.language),), request.talk)


def _asking_where(reply: Reply, request: Request) -> Reply:
    """Who asks who belongs to "the" buying centre may mean that of a company: its name is all that is missing."""
    question = Question(("centre",))
    answer = replace(reply.answers[0], next_step=whom_answer(question, request.language).text)
    return replace(reply, answers=(answer,), talk=replace(reply.talk, question=question, options=(), chosen=None))


def named_concepts(request: Request) -> tuple[str, ...]:
    """The terms that the message names, in reading order; a button names one by its key."""
    if request.text.startswith("/"):
        return tuple(one.value for one in request.named("concept") if one.value in concept_keys())
    return find_concepts(request.text)
