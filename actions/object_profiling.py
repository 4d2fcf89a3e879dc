"""A contact objects to profiling, or takes the objection back."""

import re

from sqlalchemy.orm import Session

from actions.answers.privacy import WITHDRAW, already_objected_answer, withdrawn_answer
from actions.ask import ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.objections import SURE, take_back
from actions.privacy_subject import meant, objected
from actions.reply import Reply
from actions.state import Question

# "Take the objection back", without which the same words would record it.
_BACK = re.compile(
    r"zur(?:ü|ue?)ck(?:zu)?(?:ge)?(?:nehm|nomm|zieh|zog)|\bzur(?:ü|ue?)ck\W*$|widerruf|aufheb"
    r"|withdraw|take back|undo|revoke",
    re.IGNORECASE,
)


class ActionObjectProfiling(StoreAction):
    """Answers the intent object_profiling."""

    intent = "object_profiling"
    needs = "object"

    def reply(self, request: Request, session: Session) -> Reply:
        """Records the objection, says what follows; asks first where the name is not quite clear."""
        pressed = next((one.value for one in request.named("contact") if one.value.startswith(WITHDRAW)), "")
        key = pressed.removeprefix(WITHDRAW)
        if pressed and key.isascii() and key.isdigit() and len(key) < 18:
            return take_back(request, session, int(key))
        subject = objected(request, session)
        if _BACK.search(request.text):
            if subject is not None:
                return take_back(request, session, subject.id)
            return Reply((withdrawn_answer(None, request.language),), request.talk)
        meaning = meant(request, session)
        if not meaning.known and subject is not None:
            return Reply((already_objected_answer(request.language),), request.talk)
        exact = not meaning.people or meaning.people[0].exact
        return ask_about(request, session, Question(("objection",), holds=SURE if exact else None), meaning)
