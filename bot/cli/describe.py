"""`personabot describe`: a lead in free words as normal values, and what the data make of it.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.common import AsJson, console, language, print_json, store, text
from bot.render.terminal import render_terminal
from persona_store.database import session_scope
from persona_store.errors import NoPersonas
from persona_store.wording import joined, label, number

if TYPE_CHECKING:
    from persona_store.leads.assess import LeadVerdict

REASONS, QUESTIONS = 10, 3


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("describe", help=text("help.describe"))(describe)


def describe(
    description: Annotated[str, typer.Argument(metavar="TEXT", help=text("option.description"))],
    as_json: AsJson = False,
) -> None:
    """Says what a description in free words says about a lead, and which persona and chance of buying that means."""
    from persona_store.lexicon import describe as describe_text

    found = describe_text(description).as_dict()
    verdict = _verdict(description)
    if as_json:
        print_json(found | {"verdict": verdict and _as_data(verdict)})
        return
    said = {name: value for name, value in found.items() if value is not None}
    if not said and verdict is None:
        console.print(text("described.nothing"), markup=False)
    for name, value in said.items():
        console.print(f"{text(f'described.{name}')}: {_in_words(name, value)}", markup=False)
    if verdict is not None:
        from actions.answers.lead import lead_shown_answer

        render_terminal(lead_shown_answer(verdict, language()).as_dict(), console)


def _verdict(description: str) -> "LeadVerdict | None":
    """What the data make of the lead; None where the text says nothing of one, or where there are no personas."""
    from persona_store.leads.assess import assess_lead, market_of, model_of
    from persona_store.leads.facts import read_lead

    with store() as engine, session_scope(engine) as session:
        try:
            market = market_of(session, description)
            lead = read_lead(description, model_of(session, market))
            return assess_lead(session, lead, market) if lead else None
        except NoPersonas:
            return None


def _as_data(verdict: "LeadVerdict") -> dict[str, Any]:
    """The verdict as JSON-ready data: posterior over personas, reasons as log-odds, what to ask next with its gain."""
    match = verdict.match
    return {
        "market": verdict.market,
        "confidence": match.confidence,
        "personas": [
            {"number": one.number, "name": one.name(language()), "probability": round(one.probability, 4)}
            for one in match.personas
        ],
        "reasons": [
            {"attribute": one.attribute, "level": one.level, "log_odds": round(one.log_odds, 3), "n": round(one.n, 1)}
            for one in (*match.reasons_for, *match.reasons_against)[:REASONS]
        ],
        "anti_persona": verdict.anti_persona,
        "buy": verdict.buy,
        "probability": verdict.probability,
        "low": verdict.low,
        "high": verdict.high,
        "worth": verdict.worth,
        "why_not_known": verdict.why_not_known,
        "ask_next": [{"attribute": one.attribute, "gain": round(one.gain, 4)} for one in verdict.questions[:QUESTIONS]],
        "levels": {name: list(levels) for name, levels in verdict.lead.levels.items()},
        "build": match.build_id,
        "data_on": match.data_on,
        "contacts": match.contacts,
    }


def _in_words(name: str, value: Any) -> str:
    """A value of a description (see LeadDescription.as_dict) as people say it."""
    from persona_store.segmentation.labels import level_label

    if name == "employees":
        low, high = value if isinstance(value, list) else (value, value)
        size = "from" if high is None else "about" if low == high else "range"
        return text(f"described.size.{size}", low=number(low, language()), high=number(high or low, language()))
    if name == "behaviours":
        return joined([text(f"described.behaviour.{one}") for one in value], language())
    if name == "student":
        return level_label("any", "true" if value else "false", language())
    kinds = {"channel": "channel", "phase": "stage", "budget": "cli.described.sum"}
    return label(kinds[name], value, language()) if name in kinds else level_label(name, value, language())
