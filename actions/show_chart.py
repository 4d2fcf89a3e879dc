"""A picture: of a persona, of a measure or an attribute over the personas, of their sizes, channels or worth."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from actions.ask import ask
from actions.base import StoreAction
from actions.context import Request
from actions.figure_cues import attributes_named, first_shown, group_named, measure_named
from actions.marketing_subject import persona_meant
from actions.pictures import PICTURES
from actions.reply import Reply
from actions.state import Kind, Question, Subject
from actions.subject import named_personas, persona_subject

# Of what was last talked about, the picture that shows it ("kannst du mir das als Diagramm zeigen").
SHOWS_LAST: Mapping[Kind, str | None] = {
    "personas": "sizes",
    "persona": None,
    "approach": "channels",
    "compare": None,
    "changes": "changes",
    "chart": None,
    "statistics": None,
}


class ActionShowChart(StoreAction):
    """Answers the intent show_chart."""

    intent = "show_chart"

    def reply(self, request: Request, session: Session) -> Reply:
        """The picture that the words show; else one of what was last talked about; else of the personas' sizes."""
        question = _picture_named(request)
        named = named_personas(request, session).personas
        if len(named) > 1:
            return ask(request, session, replace(question, compared=tuple(one.id for one in named)))
        if named:
            return ask(request, session, replace(question, subject=persona_subject(named[0], request.language)))
        if not question.attribute and (last := _of_last(request.talk.question)) is not None:
            return ask(request, session, last)
        meant = persona_meant(request, session, question, self.intent)
        if isinstance(meant, Reply):
            return meant
        alone = isinstance(meant, Subject) and question.attribute in (None, "channels") and not question.by
        return ask(request, session, replace(question, subject=meant if alone else None))


def _picture_named(request: Request) -> Question:
    """What the words of the message show of the picture."""
    attributes = attributes_named(request)
    picture = next((one for one in attributes if one in PICTURES), None)
    if picture is None and not request.text.startswith("/"):
        picture = first_shown(request.text, "charts")
    measure = measure_named(request, but=("contacts", "customers", "frequency", "care_minutes", "response_rate"))
    if measure is None and "response_rate" in attributes:
        measure = "response_rate"
    by = group_named(request)
    if measure == "contacts" and by in (None, "persona"):
        return Question(("chart",), attribute="sizes")
    if picture in ("sizes", None) and measure:
        by = by or "persona"
        return Question(("chart",), attribute=measure, by=by)
    if picture in ("sizes", None) and attributes:
        return Question(("chart",), attribute=attributes[0])
    return Question(("chart",), attribute=picture)


def _of_last(last: Question | None) -> Question | None:
    """The picture of what was last talked about."""
    kind = last.kinds[-1] if last else None
    if last is None or kind is None or kind not in SHOWS_LAST:
        return None
    about_persona = last.subject is not None and last.subject.kind == "persona"
    if kind == "approach" and not about_persona:
        return None
    return replace(last, kinds=("chart",), attribute=SHOWS_LAST[kind] or last.attribute, order=None)
