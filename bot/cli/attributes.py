"""`personabot attributes` and `buying`: what is known of contacts and how it is computed; what one of them buys.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import AsJson, console, language, operator, print_json, show, store, text
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.wording import day, label, number, percent, say

if TYPE_CHECKING:
    from persona_store.segmentation.definitions import Definition, MarketDefinitions

NOTHING = "–"


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("attributes", help=say("attributes.help", language()))(attributes)
    app.command("buying", help=say("buying.help", language()))(buying)


def attributes(as_json: AsJson = False) -> None:
    """Shows every attribute with its definition and what the newest build made of it."""
    from persona_store.segmentation.definitions import describe_attributes

    with store() as engine, session_scope(engine) as session:
        markets = describe_attributes(session)
    if as_json:
        print_json({"markets": markets})
        return
    if not markets:
        console.print(say("attributes.empty", language()), markup=False)
    for market in markets:
        _print(market)


def buying(
    name: Annotated[str, typer.Argument(metavar="NAME|ID", help=text("option.contact"))], as_json: AsJson = False
) -> None:
    """Shows what a contact buys, whether to spare it other offers, and what goes with it."""
    from actions.answers.buying import buying_answer
    from bot.cli.people import the_contact
    from persona_store.privacy.audit import record
    from persona_store.segmentation.buying import buying_behaviour

    with store() as engine, session_scope(engine, writes=True) as session:
        contact = the_contact(session, name, as_json=as_json)
        record(session, f"terminal:{operator()}", "buying", contact_id=contact)
        found = buying_behaviour(session, contact)
    show(buying_answer(found, language()), found, as_json=as_json)


def _print(market: "MarketDefinitions") -> None:
    spoken = language()
    console.print(say("attributes.title", spoken, market=label("market", market.market, spoken)), style="bold")
    for kind, ones in groupby(market.attributes, key=lambda one: one.kind):
        console.print(f"\n{label('attribute_kind', kind, spoken)}", style="bold")
        for one in ones:
            console.print(visible(_line(one)), markup=False)
            console.print(visible(f"    {_state(one, market.contacts)}"), style="dim", markup=False)
    console.print()
    if market.build_id is None or market.contacts is None:
        console.print(say("attributes.no_build", spoken), markup=False)
        return
    on = day(market.data_on, spoken) if market.data_on else NOTHING
    contacts = number(market.contacts, spoken)
    console.print(say("attributes.built", spoken, build=market.build_id, day=on, contacts=contacts), markup=False)


def _line(one: "Definition") -> str:
    spoken = language()
    name, how = (one.name_de, one.how_de) if spoken == "de" else (one.name_en, one.how_en)
    unit = f" [{say(f'attributes.unit.{one.unit}', spoken)}]" if one.unit else ""
    return f"  {name}{unit}: {how}"


def _state(one: "Definition", contacts: int | None) -> str:
    spoken = language()
    parts = [say("attributes.when", spoken, known=say(f"attributes.known.{one.known}", spoken))]
    if one.n is not None and contacts:
        share = percent(one.n / contacts, spoken)
        parts.append(say("attributes.known_of", spoken, n=number(one.n, spoken), share=share))
    if one.role is not None:
        role = say(f"attributes.role.{one.role}", spoken)
        parts.append(role if one.why is None else f"{role} ({_why(one.why)})")
    return " · ".join(parts)


def _why(reason: str) -> str:
    kind, _, name = reason.rpartition(".")
    return label("column_left_out", name, language()) if kind else say(f"attributes.why.{name}", language())
