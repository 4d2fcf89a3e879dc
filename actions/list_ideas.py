"""The ideas for personalisation, the most worthwhile first."""

from sqlalchemy.orm import Session

from actions.ask import ask
from actions.base import StoreAction
from actions.context import Request
from actions.marketing_subject import by_role, persona_meant
from actions.reply import Reply
from actions.state import Question
from actions.subject import named_personas


class ActionListIdeas(StoreAction):
    """Answers the intent list_ideas."""

    intent = "list_ideas"

    def reply(self, request: Request, session: Session) -> Reply:
        """All ideas; of the persona that is named, those for it and for all."""
        named, question = named_personas(request, session), Question(("ideas",))
        if not (named.personas or named.unknown or by_role(request, session)):
            return ask(request, session, question)
        meant = persona_meant(request, session, question, self.intent)
        return meant if isinstance(meant, Reply) else ask(request, session, Question(("ideas",), meant))
