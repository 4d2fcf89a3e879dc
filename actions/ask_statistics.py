"""A number about the contacts: of all, of a persona, role, industry, channel or year; or who is best or worst."""

from datetime import date

from sqlalchemy.orm import Session

from actions.ask import ask, ask_which_of_all
from actions.ask_approach import named_channel
from actions.base import StoreAction
from actions.context import Request
from actions.figure_cues import attributes_named, group_named, measure_named, order_named, year_named
from actions.reply import Reply
from actions.state import Question
from actions.subject import named_personas, named_role, persona_subject


class ActionAskStatistics(StoreAction):
    """Answers the intent ask_statistics."""

    intent = "ask_statistics"

    def reply(self, request: Request, session: Session) -> Reply:
        """The figure with its interval; by groups where the message asks for them or for the best of them."""
        personas = named_personas(request, session)
        if personas.unknown and not request.named("role"):
            return ask_which_of_all(request, session, personas.unknown)
        channel, by, order = named_channel(request), group_named(request), order_named(request.text)
        named = [persona_subject(one, request.language) for one in personas.personas]
        if (by == "persona" and len(named) == 1) or (channel and by == "channel"):
            by = None  # "which persona 2 ..." is about persona 2
        if len(named) > 1 or (order and by is None and not named):
            by = by or "persona"
        measure = measure_named(request) or ("response_rate" if channel or by == "channel" else None)
        if measure == "contacts" and by == "channel":
            measure = "response_rate"
        question = Question(
            ("statistics",),
            named[0] if len(named) == 1 else named_role(request),
            compared=tuple(one.id for one in named) if len(named) > 1 else (),
            channel=channel,
            industry=next((one.value for one in request.named("industry")), None),
            attribute=measure or next(iter(attributes_named(request)), None) or ("outcome_rate" if order else None),
            by=by,
            order=order,
            period=year_named(request.text, date.today()),
        )
        return ask(request, session, question)
