"""A term of the trade explained."""

from sqlalchemy.orm import Session

from actions.answers.concepts import unknown_concept_answer
from actions.ask import ask
from actions.base import StoreAction
from actions.context import Request
from actions.reply import Reply
from actions.state import Question
from persona_store.knowledge.concepts import concept_keys, find_concepts, nearest_concepts

MOST_AT_ONCE = 2


class ActionExplainConcept(StoreAction):
    """Answers the intent explain_concept."""

    intent = "explain_concept"

    def reply(self, request: Request, session: Session) -> Reply:
        """What the term means, or two of them side by side; else which term may be meant."""
        keys = named_concepts(request)[:MOST_AT_ONCE]
        if keys:
            return ask(request, session, Question(("concept",), concept=" ".join(keys)))
        said = next((mention.text for mention in request.named("concept")), None)
        near = nearest_concepts(said or request.text)
        return Reply((unknown_concept_answer(said, near, request.language),), request.talk)


def named_concepts(request: Request) -> tuple[str, ...]:
    """The terms that the message names, in reading order; a button names one by its key."""
    if request.text.startswith("/"):
        return tuple(one.value for one in request.named("concept") if one.value in concept_keys())
    return find_concepts(request.text)
