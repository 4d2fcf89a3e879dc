"""The contacts of a persona as a file."""

import re

from sqlalchemy.orm import Session

from actions.answers.segment import refused_answer
from actions.ask import ask
from actions.base import StoreAction
from actions.context import Request
from actions.marketing_subject import persona_meant, which_of_all
from actions.reply import Reply
from actions.state import Question, Subject
from actions.subject import persona_subject
from persona_store.exports import may_export
from persona_store.names import find_personas
from persona_store.privacy.rights import demand

# A name after the word "persona" that was not understood as one: a capital, then small letters ("CSV" is none).
ANNOUNCED = re.compile(r"\b[Pp]ersona ([A-ZÄÖÜ][a-zäöüß]+(?: [A-ZÄÖÜ]\w+)*)")


class ActionExportSegment(StoreAction):
    """Answers the intent export_segment."""

    intent = "export_segment"

    def reply(self, request: Request, session: Session) -> Reply:
        """A link to the file of the persona that is named, else of the one last spoken of."""
        demand(session, "contacts")
        if not may_export(request.identity.rights):  # before anything is asked in vain
            return Reply((refused_answer(request.language),), request.talk)
        question = Question(("segment",))
        announced = ANNOUNCED.search(request.text)
        if announced and not request.named("persona") and not request.named("role"):
            found = find_personas(session, announced[1])
            if not found:  # a name nobody recognised must not hand out the contacts of another persona
                return which_of_all(request, session, question, self.intent, announced[1])
            if len(found) == 1:
                return ask(request, session, Question(("segment",), persona_subject(found[0], request.language)))
        meant = persona_meant(request, session, question, self.intent)
        if isinstance(meant, Subject):
            return ask(request, session, Question(("segment",), meant))
        return meant or which_of_all(request, session, question, self.intent)
