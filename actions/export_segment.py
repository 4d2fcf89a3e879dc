"""The contacts of a persona as a file."""

from sqlalchemy.orm import Session

from actions.answers.segment import refused_answer
from actions.ask import ask
from actions.base import StoreAction
from actions.context import Request
from actions.marketing_subject import persona_meant, which_of_all
from actions.reply import Reply
from actions.state import Question, Subject
from persona_store.exports import may_export


class ActionExportSegment(StoreAction):
    """Answers the intent export_segment."""

    intent = "export_segment"

    def reply(self, request: Request, session: Session) -> Reply:
        """A link to the file of the persona that is named, else of the one last spoken of."""
        if not may_export(request.identity.rights):  # before anything is asked in vain
            return Reply((refused_answer(request.language),), request.talk)
        question = Question(("segment",))
        meant = persona_meant(request, session, question, self.intent)
        if isinstance(meant, Subject):
            return ask(request, session, Question(("segment",), meant))
        return meant or which_of_all(request, session, question, self.intent)
