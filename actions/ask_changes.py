"""What has changed in the personas since the build before, and who moved."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.answers.changes import NAMES_SHOWN, movers_answer
from actions.ask import ask
from actions.base import StoreAction
from actions.context import Request
from actions.figure_cues import asks_who
from actions.marketing_subject import persona_meant
from actions.reply import LookUp, Reply
from actions.state import Option, Question, Subject
from actions.subject import named_personas
from persona_store.database.models import Contact
from persona_store.segmentation.drift import compare_builds, moved_contacts
from persona_store.segmentation.versions import list_builds

WHO = "who"


class ActionAskChanges(StoreAction):
    """Answers the intent ask_changes."""

    intent = "ask_changes"

    def reply(self, request: Request, session: Session) -> Reply:
        """The drift; of the persona that is named only; the people who moved where the message asks for them."""
        question = Question(("changes",))
        named = named_personas(request, session)
        meant = persona_meant(request, session, question, self.intent) if named.personas or named.unknown else None
        if isinstance(meant, Reply):
            return meant
        wants_names = asks_who(request.text) or any(one.value == WHO for one in request.named("attribute"))
        if wants_names and len(list_builds(session)) > 1:
            return _movers(request, session, meant)
        return ask(request, session, Question(("changes",), meant))


def _movers(request: Request, session: Session, persona: Subject | None) -> Reply:
    """Some of the people who moved, each recorded as looked up; "the first one" then opens one of them."""
    newest, before = list_builds(session)[:2]
    drift = compare_builds(session, before.id, newest.id)
    change = next((one for one in drift.personas if persona and persona.id in (one.new_id, one.old_id)), None)
    moves = moved_contacts(session, before.id, newest.id)
    flows = drift.flows
    if change is not None:
        moves = [one for one in moves if one.old_id == change.old_id or one.new_id == change.new_id]
        flows = tuple(one for one in flows if one.old_id == change.old_id or one.new_id == change.new_id)
    shown = moves[:NAMES_SHOWN]
    people = {
        one.id: one for one in session.scalars(select(Contact).where(Contact.id.in_([m.contact_id for m in shown])))
    }
    answer = movers_answer(
        shown, {key: one.name for key, one in people.items()}, drift, sum(one.n for one in flows), request.language
    )
    subjects = [Subject("contact", str(one.contact_id), people[one.contact_id].name) for one in shown]
    options = tuple(Option(one.name, Question(("match",), one)) for one in subjects)
    talk = replace(
        request.talk,
        question=Question(("changes",), persona),
        options=options,
        chosen=None,
        explained=0,
        missed=0,
        offer=None,
    )
    return Reply((answer,), talk, tuple(LookUp("changes", one.id) for one in subjects))
