"""One of the offered options, by ordinal, by name, by button, or "the other one"."""

from sqlalchemy.orm import Session

from actions.answers.common import COMPANY_PAYLOAD, CONTACT_PAYLOAD
from actions.answers.talk import nothing_offered_answer
from actions.ask import ask_about, ask_about_company
from actions.base import StoreAction
from actions.context import Request
from actions.cues import means_other
from actions.follow_up import about_companies, about_people, follow_up
from actions.options import picked, take, take_picked
from actions.reply import Reply
from actions.state import Question
from actions.subject import company_by_id, contact_by_id, contact_in_words, named_contact


class ActionChooseOption(StoreAction):
    """Answers the intent choose_option."""

    intent = "choose_option"

    def reply(self, request: Request, session: Session) -> Reply:
        """The question of the chosen option, asked; where it is unclear which one is meant, all offered again."""
        return choose(request, session)


def choose(request: Request, session: Session) -> Reply:
    """The reply to a message that picks something."""
    talk = request.talk
    named = [one.value for one in (*request.named("contact"), *request.named("company"))]
    pressed = next((one for one in named if one.startswith((CONTACT_PAYLOAD, COMPANY_PAYLOAD))), None)
    if pressed is not None:
        return _press(request, session, pressed)
    if not talk.options:
        somebody = any(request.named(one) for one in ("contact", "company", "role"))
        if somebody or (means_other(request.text) and not contact_in_words(request, session).missing):
            return follow_up(request, session)
        return Reply((nothing_offered_answer(request.language),), talk)
    indices = picked(request)
    if not indices and request.named("contact") and named_contact(request, session).known:
        return follow_up(request, session)
    return take_picked(request, session, indices)


def _press(request: Request, session: Session, pressed: str) -> Reply:
    """A button names a contact or a company by its id; those of earlier answers keep their meaning."""
    kind, _, key = pressed.partition(":")
    for index, option in enumerate(request.talk.options):
        subject = option.question.subject
        if subject and subject.kind == kind and subject.key == key:
            return take(request, session, index)
    last = request.talk.question or Question(("match",))
    if kind == "company":
        return ask_about_company(request, session, about_companies(last), company_by_id(session, key))
    return ask_about(request, session, about_people(last), contact_by_id(session, key))
