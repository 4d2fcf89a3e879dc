"""Notes what people say against a verdict, and the reason they give afterwards."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.veto import noted_answer, reason_noted_answer, whom_vetoed_answer, withdrawn_answer
from actions.context import Request
from actions.reply import LookUp, Reply
from actions.state import Kind, Matter, Question, Subject, Talk
from actions.veto_cues import WITHDRAW, asks, begins_a_reason, contradicts, holds_in, reason_in, skips
from persona_store.answer import Answer
from persona_store.antipersona import judge_contact
from persona_store.antipersona.vetoes import ON_PERSONA, ON_VERDICT, Holds, give_reason, record_veto, withdraw_veto

# Messages that are no reason, whatever was asked; and questions, if they are surely meant as such.
STEERING = frozenset(
    {
        "stop", "restart", "help", "thank", "goodbye", "greet", "bot_challenge", "change_language", "affirm",
        "choose_option",
    }
)  # fmt: skip
NOT_UNDERSTOOD = frozenset({"out_of_scope", "nlu_fallback", "deny"})
SURELY_A_QUESTION = 0.7
KINDS: dict[Matter, Kind] = {"verdict": "antipersona", "persona": "match"}


def note(request: Request, session: Session, question: Question) -> Reply:
    """Stores what holds instead for the contact of `question`, says what follows, and asks for the reason."""
    subject, holds = question.subject, question.holds
    if subject is None or subject.kind != "contact":
        return Reply((whom_vetoed_answer(request.language),), replace(request.talk, missed=0))
    if holds == WITHDRAW:
        return withdraw(request, session, subject)
    said = _holds(session, subject, holds)
    matter: Matter = "persona" if said in ON_PERSONA else "verdict"
    reason = reason_in(request.text)
    persona_id = question.compared[0] if said in ON_PERSONA and question.compared else None
    veto = record_veto(session, subject.id, request.identity.user, said, reason=reason, persona_id=persona_id)
    answer = noted_answer(veto, subject.name, request.language)
    talk = replace(
        request.talk,
        contact=subject,
        question=Question((KINDS[matter],), subject),
        explained=0,
        options=(),
        chosen=None,
        offer=None,
        missed=0,
        reasonless=(subject, matter) if veto.reason is None else None,
    )
    if veto.reason is not None:
        thanks = reason_noted_answer(veto.reason, subject.id, subject.name, request.language)
        answer = replace(thanks, text=answer.text, reasons=(*answer.reasons, thanks.text))
    return Reply((answer,), talk, (LookUp("veto", subject.id),))


def withdraw(request: Request, session: Session, subject: Subject) -> Reply:
    """Takes back whatever vetoes there are on a contact."""
    taken = [withdraw_veto(session, subject.id, about) for about in (ON_VERDICT, ON_PERSONA)]
    talk = replace(request.talk, contact=subject, reasonless=None, missed=0)
    answer = withdrawn_answer(subject.name, request.language, there_was=any(taken))
    return Reply((answer,), talk, (LookUp("veto", subject.id),))


def takes_back(talk: Talk, text: str) -> bool:
    """Whether the text takes back what was just noted, instead of giving the reason for it."""
    return talk.reasonless is not None and holds_in(text) == WITHDRAW


def reason_given(request: Request, session: Session, intent: str, confidence: float) -> Reply | None:
    """The reply to the reason that was asked for; none where the message is something else."""
    if request.talk.reasonless is None or request.text.startswith("/"):
        return None
    subject, matter = request.talk.reasonless
    if skips(request.text):
        return without_reason(request.talk)
    if takes_back(request.talk, request.text):
        return withdraw(request, session, subject)
    if intent in STEERING or "?" in request.text or asks(request.text) or not request.text.strip():
        return None
    if intent == "veto_verdict" and (holds_in(request.text) or contradicts(request.text)):
        return None  # said once more, or about somebody else
    unclear = intent in (*NOT_UNDERSTOOD, "veto_verdict") or confidence < SURELY_A_QUESTION
    if not (unclear or begins_a_reason(request.text)):
        return None
    about: tuple[Holds, ...] = ON_PERSONA if matter == "persona" else ON_VERDICT
    veto = give_reason(session, subject.id, request.identity.user, about, request.text)
    if veto is None:
        return None
    answer = reason_noted_answer(veto.reason, subject.id, subject.name, request.language)
    return Reply((answer,), replace(request.talk, reasonless=None, missed=0), (LookUp("veto", subject.id),))


def without_reason(talk: Talk) -> Reply:
    """The reason that was asked for is left out."""
    answers: tuple[Answer, ...] = ()
    if talk.reasonless is not None:
        subject, _ = talk.reasonless
        answers = (reason_noted_answer(None, subject.id, subject.name, talk.spoken),)
    return Reply(answers, replace(talk, reasonless=None, missed=0))


def _holds(session: Session, subject: Subject, said: str | None) -> Holds:
    """What was said to hold; for a bare "no" the opposite of the verdict on the contact."""
    known: tuple[Holds, ...] = (*ON_VERDICT, *ON_PERSONA)
    told = next((one for one in known if one == said), None)
    if told is not None:
        return told
    return "good_lead" if judge_contact(session, subject.id).anti_persona else "anti_persona"
