"""Topics, content and offers that suit a persona, in a phase and on a channel where they are named."""

from sqlalchemy.orm import Session

from actions.ask import ask
from actions.ask_approach import named_channel
from actions.base import StoreAction
from actions.context import Request
from actions.marketing_subject import persona_meant, which_of_all
from actions.reply import Reply
from actions.state import Question
from persona_store.lexicon import normalise_phase


class ActionAskContent(StoreAction):
    """Answers the intent ask_content."""

    intent = "ask_content"

    def reply(self, request: Request, session: Session) -> Reply:
        """What to offer the persona that is named, else the one last spoken of."""
        phase = next((normalise_phase(one.text) or normalise_phase(one.value) for one in request.named("phase")), None)
        question = Question(("content",), phase=phase, channel=named_channel(request))
        meant = persona_meant(request, session, question, self.intent)
        if isinstance(meant, Reply):
            return meant
        if meant is None:
            return which_of_all(request, session, question, self.intent)
        return ask(request, session, Question(("content",), meant, phase=phase, channel=question.channel))
