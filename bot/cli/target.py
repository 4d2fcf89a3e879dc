"""`personabot target`: among which contacts personas are built.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from typing import Annotated, Any

import typer

from bot.cli.common import AsJson, console, language, print_json, show, store, text
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.wording import number, say

app = typer.Typer(help=text("help.target"), no_args_is_help=True)

Market = Annotated[str, typer.Option("--market", help=text("option.market"))]
Name = Annotated[str, typer.Argument(metavar="NAME", help=text("option.group"))]
Words = list[str] | None


@app.command("propose", help=text("help.target_propose"))
def propose(
    market: Market = "b2b",
    save: Annotated[str | None, typer.Option("--save", metavar="NAME", help=text("option.save"))] = None,
    as_json: AsJson = False,
) -> None:
    """Proposes a target group from where the customers are."""
    from actions.answers.target import proposal_answer
    from persona_store.segmentation.target_group import set_group
    from persona_store.segmentation.target_proposal import propose_group

    with store() as engine, session_scope(engine, writes=save is not None) as session:
        proposal = propose_group(session, _market(market))
        show(proposal_answer(proposal, language()), proposal, as_json=as_json)
        if save is None or not proposal.filters:
            return
        group = set_group(session, save, market.casefold(), proposal.filters)
    if not as_json:
        console.print(visible(say("target.saved_next", language(), name=group.name)), markup=False)


@app.command("list", help=text("help.target_list"))
def list_all(as_json: AsJson = False) -> None:
    """Lists the target groups."""
    from actions.answers.target import groups_answer
    from persona_store.segmentation.target_group import list_groups

    with store() as engine, session_scope(engine) as session:
        groups = list_groups(session)
        show(groups_answer(groups, language()), groups, as_json=as_json)


@app.command("set", help=text("help.target_set"))
def set_(
    name: Name,
    market: Market = "b2b",
    industry: Annotated[Words, typer.Option("--industry", help=text("option.industry"))] = None,
    region: Annotated[Words, typer.Option("--region", help=text("option.region"))] = None,
    level: Annotated[Words, typer.Option("--level", help=text("option.level"))] = None,
    size: Annotated[Words, typer.Option("--size", help=text("option.size"))] = None,
    function: Annotated[Words, typer.Option("--function", help=text("option.function"))] = None,
    where: Annotated[Words, typer.Option("--where", metavar="ATTRIBUTE=VALUE", help=text("option.where"))] = None,
    as_json: AsJson = False,
) -> None:
    """Makes a target group, or changes the one of that name."""
    from actions.answers.target import filters_in_words
    from persona_store.segmentation.target_group import count_inside, read_filters, set_group

    options = {"industry": industry, "region": region, "level": level, "company_size": size, "function": function}
    wanted = [(key, words) for key, values in options.items() for words in values or ()]
    wanted += [_condition(words) for words in where or ()]
    with store() as engine, session_scope(engine, writes=True) as session:
        group = set_group(session, name, _market(market), read_filters(session, _market(market), wanted))
        inside, everyone = count_inside(session, group)
    if as_json:
        print_json({"group": group, "inside": inside, "contacts": everyone})
        return
    told = filters_in_words(group.filters, language())
    figures: dict[str, Any] = {"inside": number(inside, language()), "all": number(everyone, language())}
    console.print(visible(say("target.saved", language(), name=group.name, filters=told, **figures)), markup=False)
    console.print(visible(say("target.saved_next", language(), name=group.name)), markup=False)


@app.command("use", help=text("help.target_use"))
def use(name: Name, as_json: AsJson = False) -> None:
    """Lets builds run inside a target group."""
    from actions.answers.target import filters_in_words
    from persona_store.segmentation.target_group import use_group

    with store() as engine, session_scope(engine, writes=True) as session:
        group = use_group(session, name)
    if as_json:
        print_json(group)
        return
    market, filters = say(f"market.{group.market}", language()), filters_in_words(group.filters, language())
    told = say("target.used", language(), name=group.name, market=market, filters=filters)
    console.print(visible(told), markup=False)


@app.command("off", help=text("help.target_off"))
def off(market: Annotated[str | None, typer.Option("--market", help=text("option.market"))] = None) -> None:
    """Lets builds take all contacts again, in one market or in both."""
    from persona_store.segmentation.registry import MARKETS
    from persona_store.segmentation.target_group import switch_off

    markets = MARKETS if market is None else (_market(market),)
    with store() as engine, session_scope(engine, writes=True) as session:
        for one in markets:
            switch_off(session, one)
    console.print(say("target.off", language()), markup=False)


@app.command("remove", help=text("help.target_remove"))
def remove(name: Name) -> None:
    """Removes a target group."""
    from persona_store.segmentation.target_group import remove_group

    with store() as engine, session_scope(engine, writes=True) as session:
        remove_group(session, name)
    console.print(visible(say("target.removed", language(), name=name)), markup=False)


def _market(word: str) -> str:
    from persona_store.segmentation.registry import MARKETS

    if word.casefold() not in MARKETS:
        raise InputError(say("target.error.no_market", language(), market=word))
    return word.casefold()


def _condition(words: str) -> tuple[str, str]:
    key, equals, value = words.partition("=")
    if not (key.strip() and equals and value.strip()):
        raise InputError(say("target.error.no_equals", language(), value=words))
    return key.strip(), value.strip()
