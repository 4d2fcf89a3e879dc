"""`personabot scorecard`: the points by which a purchase is foretold, as a table, with how good they are.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cli.common import AsJson, console, language, print_json, store
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.database.models import Build, Scorecard
from persona_store.errors import NoPersonas
from persona_store.settings import settings
from persona_store.wording import label, number, percent, say, score

if TYPE_CHECKING:
    from persona_store.antipersona.scorecard import LearnedScorecard
    from persona_store.antipersona.types import Points


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command("scorecard", help=say("scorecard.help", language()))(scorecard)


def scorecard(as_json: AsJson = False) -> None:
    """Shows the points of every level, how well they foretell a purchase, and what was left out."""
    with store() as engine, session_scope(engine) as session:
        cards = newest_cards(session)
    if as_json:
        print_json({market: _as_dict(card) for market, card in cards.items()})
        return
    for market, card in cards.items():
        _print(market, card)


def newest_cards(session: Session) -> dict[str, "LearnedScorecard"]:
    """The scorecards of the newest build by market; raises NoPersonas when there is no build."""
    from persona_store.antipersona.scorecard import read_card

    build = session.scalar(select(Build.id).order_by(Build.id.desc()).limit(1))
    rows = session.scalars(select(Scorecard).where(Scorecard.build_id == build).order_by(Scorecard.market)).all()
    cards = {row.market: read_card(row) for row in rows}
    if not cards:
        raise NoPersonas(say("scorecard.none", language()))
    return cards


def _as_dict(card: "LearnedScorecard") -> dict[str, Any]:
    return {
        "verdict": card.verdict,
        "quality": card.quality,
        "needed": settings().minimum_outcomes,
        "base_rate": card.base_rate,
        "left_out": card.left_out,
        "points": card.points,
    }


def _print(market: str, card: "LearnedScorecard") -> None:
    from persona_store.segmentation.labels import attribute_label

    spoken, quality = language(), card.quality
    console.print(label("market", market, spoken), style="bold", markup=False)
    figures: dict[str, Any] = {"n": number(quality.n, spoken), "bought": number(quality.positives, spoken)}
    if quality.auc is not None and quality.auc_low is not None and quality.auc_high is not None:
        figures |= {
            "auc": score(quality.auc, spoken),
            "low": score(quality.auc_low, spoken),
            "high": score(quality.auc_high, spoken),
            "error": percent(quality.calibration_error or 0.0, spoken, 1),
        }
    elif card.verdict == "not_predictable":
        figures |= {"auc": "–", "low": "–", "high": "–"}
    needed = number(settings().minimum_outcomes, spoken)
    console.print(say(f"scorecard.{card.verdict}", spoken, needed=needed, **figures), markup=False)
    if card.points:
        console.print(_table(card))
    for key, reason in card.left_out.items():
        why = say(f"reason.leak.{reason}", spoken)
        console.print(
            visible(say("reason.left_out", spoken, attribute=attribute_label(key, spoken), why=why)), markup=False
        )


def _table(card: "LearnedScorecard") -> Table:
    spoken = language()
    table = Table(*(say(f"scorecard.column.{name}", spoken) for name in ("attribute", "level", "points", "rate", "n")))
    for column in table.columns[2:]:
        column.justify = "right"
    for one in card.points:
        table.add_row(
            visible(_attribute(one)),
            visible(_level(one)),
            f"{one.points:+.0f}",
            percent(one.rate, spoken),
            number(one.n, spoken),
        )
    return table


def _attribute(one: "Points") -> str:
    from persona_store.segmentation.labels import attribute_label

    names = [one.attribute, *([one.beside[0]] if one.beside else [])]
    return " × ".join(attribute_label(name, language()) for name in names)


def _level(one: "Points") -> str:
    from persona_store.segmentation.labels import level_label

    levels = [(one.attribute, one.level), *([one.beside] if one.beside else [])]
    return " × ".join(level_label(name, level, language()) for name, level in levels)
