"""An idea for personalisation, recorded with its impact and its effort."""

from sqlalchemy.orm import Session

from actions.base import StoreAction
from actions.context import Request
from actions.ideas import Draft, draft_of, record
from actions.marketing_subject import by_role
from actions.reply import Reply
from actions.subject import named_personas


class ActionAddIdea(StoreAction):
    """Answers the intent add_idea."""

    intent = "add_idea"
    needs = "judge"

    def reply(self, request: Request, session: Session) -> Reply:
        """Stores the idea, or asks for what is missing of it."""
        named = named_personas(request, session)
        personas = list(named.personas) or by_role(request, session)
        persona = personas[0].number if len(personas) == 1 else None
        draft = Draft() if request.text.startswith("/") else draft_of(request.text, persona)
        return record(request, session, draft, named.unknown)
