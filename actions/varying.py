"""The last question for another channel, phase, branch, measure or term ("und per Telefon?", "and in retail?")."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from actions.ask_approach import named_aspect, named_channel, named_phase
from actions.context import Request
from actions.explain_concept import named_concepts
from actions.figure_cues import attributes_named, measure_named, order_named
from actions.state import Kind, Question

# What of a question a message may vary, for each kind; whom it is about is not among it.
VARIES: Mapping[Kind, tuple[str, ...]] = {
    "approach": ("channel", "aspect"),
    "next": ("channel", "phase"),
    "content": ("channel", "phase"),
    "statistics": ("attribute", "channel", "industry", "order"),
    "chart": ("attribute",),
    "compare": ("attribute",),
    "quality": ("attribute",),
    "concept": ("concept",),
}


def varied(request: Request, last: Question) -> Question | None:
    """The last question with what the message names in the place of what was named then; None where it names none.

    The part of an answer that was asked for is not asked for again. A question that is about somebody needs to say whom
    before it can be varied.
    """
    fields = VARIES.get(last.kinds[-1], ())
    said = {name: value for name in fields if (value := READ[name](request)) is not None}
    if last.by is None:
        said.pop("order", None)  # of what is not parted there is no first or last
    if not said or (last.kinds[-1] == "approach" and last.subject is None):
        return None
    return replace(last, kinds=last.kinds[-1:], page=1, **{"aspect": None, **said})  # type: ignore[arg-type]  # all of them hold text


def _attribute(request: Request) -> str | None:
    return measure_named(request) or next(iter(attributes_named(request)), None)


def _industry(request: Request) -> str | None:
    return next((one.value for one in request.named("industry")), None)


def _concept(request: Request) -> str | None:
    return " ".join(named_concepts(request)[:1]) or None


READ: Mapping[str, Callable[[Request], str | None]] = {
    "channel": named_channel,
    "aspect": named_aspect,
    "phase": named_phase,
    "industry": _industry,
    "attribute": _attribute,
    "concept": _concept,
    "order": lambda request: order_named(request.text),
}
