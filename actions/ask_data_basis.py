"""Which personal data about a contact are stored and used, and where they come from."""

from sqlalchemy.orm import Session

from actions.answers.privacy import data_basis_answer
from actions.ask import ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.privacy_subject import meant, objected
from actions.reply import LookUp, Reply
from actions.state import Question
from persona_store.privacy.basis import data_basis


class ActionAskDataBasis(StoreAction):
    """Answers the intent ask_data_basis."""

    intent = "ask_data_basis"
    needs = "contacts"

    def reply(self, request: Request, session: Session) -> Reply:
        """What is stored and used; of somebody who objected only what the law asks for."""
        meaning = meant(request, session)
        if not meaning.known and (subject := objected(request, session)) is not None:
            answer = data_basis_answer(data_basis(session, subject.id), request.language)
            return Reply((answer,), request.talk, (LookUp("data_basis", subject.id),))
        return ask_about(request, session, Question(("data_basis",)), meaning)
