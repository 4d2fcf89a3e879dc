"""Who takes part in the purchase at a company, which roles are known and which are missing."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.ask import ask, ask_about, ask_about_company
from actions.base import StoreAction
from actions.context import Request
from actions.options import offer_again, still_open
from actions.reply import Reply
from actions.state import Question, Subject
from actions.subject import named_company, named_contact, named_role


class ActionAskBuyingCenter(StoreAction):
    """Answers the intent ask_buying_center."""

    intent = "ask_buying_center"
    needs = "contacts"

    def reply(self, request: Request, session: Session) -> Reply:
        """The buying centre of the company that is named, that of a named contact, else of whom was spoken of."""
        role = named_role(request)
        return ask_about_account(request, session, Question(("centre",), role=role.key if role else None))


def ask_about_account(request: Request, session: Session, question: Question) -> Reply:
    """Asks `question` about the company that the message names, else the contact, else the one last spoken of."""
    company = named_company(request, session)
    if company.known:
        return ask_about_company(request, session, question, company)
    meaning = named_contact(request, session)
    if request.named("contact") or (not company.missing and meaning.known):  # a person's name taken for a company's
        return ask_about(request, session, question, meaning)
    if not company.missing:
        return ask_about_company(request, session, question, company)
    if still_open(request, question):
        return offer_again(request, question)
    return ask(request, session, replace(question, subject=_spoken_of(request)))


def _spoken_of(request: Request) -> Subject | None:
    """ "There", "they": the company or contact that the last question was about, else the last contact."""
    last = request.talk.question.subject if request.talk.question else None
    return last if last is not None and last.kind in ("company", "contact") else request.talk.contact
