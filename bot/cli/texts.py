"""`personabot texts`: wishes, problems and traits out of notes and messages, with the words that say them.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import AsJson, language, operator, show, store, text
from bot.cli.people import the_contact
from persona_store.answer import Answer, Table
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.privacy.audit import record
from persona_store.wording import day, label, number, percent, ratio, say

if TYPE_CHECKING:
    from persona_store.segmentation.shares import Share
    from persona_store.text_evidence import ContactTexts, Evidence, TermSummary

TELLING_LIFT = 1.2  # below, a persona says it about as often as the others
PERSONAS_SHOWN = 2
SHARE_DIGITS = 1


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command("texts", help=say("texts.help", language()))(texts)


def texts(
    name: Annotated[str | None, typer.Argument(metavar="NAME|ID", help=text("option.contact"))] = None,
    everybody: Annotated[bool, typer.Option("--all", help=say("texts.all", language()))] = False,
    as_json: AsJson = False,
) -> None:
    """Shows what the texts about a contact tell, or how often each term is met."""
    from persona_store.text_evidence import contact_texts, summarise_texts

    if (name is None) != everybody:
        raise InputError(say("texts.one_of_both", language()))
    with store() as engine, session_scope(engine, writes=not everybody) as session:
        if name is None:
            summary = summarise_texts(session)
            show(_summary(summary), summary, as_json=as_json)
            return
        contact = the_contact(session, name, as_json=as_json)
        record(session, f"terminal:{operator()}", "texts", contact_id=contact)
        found = contact_texts(session, contact)
    show(_of_contact(found), found, as_json=as_json)


def _of_contact(found: "ContactTexts") -> Answer:
    lang = language()
    if not found.hits:
        nothing = say("texts.nothing", lang, name=found.name)
        return Answer("talk", lang, nothing, next_step=say("texts.nothing_next", lang))
    columns = tuple(say(f"texts.column.{name}", lang) for name in ("what", "where", "source"))
    rows = tuple(
        (_term(hit.kind, hit.term), f"{hit.before}»{hit.said}«{hit.after}", _source(hit)) for hit in found.hits
    )
    head = say("texts.found", lang, count=len(found.hits), name=found.name)
    return Answer("talk", lang, head, table=Table(columns, rows), next_step=say("texts.next", lang))


def _source(hit: "Evidence") -> str:
    field = say(f"texts.field.{hit.field}", language())
    if hit.source is None:
        return field
    kind = label("texts.kind", hit.source, language())
    if hit.on is None:
        return say("texts.source_undated", language(), field=field, kind=kind)
    return say("texts.source", language(), field=field, kind=kind, day=day(hit.on, language()))


def _summary(summary: "TermSummary") -> Answer:
    lang = language()
    if not summary.terms:
        return Answer("talk", lang, say("texts.nobody", lang))
    columns = tuple(say(f"texts.column.{name}", lang) for name in ("what", "n", "share", "personas"))
    rows = []
    for one in summary.terms:
        personas = [
            say(
                "texts.persona", lang, name=persona.name(lang), lift=ratio(persona.lift, lang),
                share=percent(persona.share.share, lang), n=number(persona.share.of, lang),
            )
            for persona in one.personas[:PERSONAS_SHOWN]
            if persona.lift >= TELLING_LIFT
        ]  # fmt: skip
        rows.append((_term(one.kind, one.term), number(one.share.n, lang), _interval(one.share), "\n".join(personas)))
    head = say("texts.summary", lang, people=number(summary.people, lang))
    return Answer("talk", lang, head, table=Table(columns, tuple(rows)))


def _term(kind: str, term: str) -> str:
    return say(f"text_attribute.{kind}", language(), term=label("text_term", term, language()))


def _interval(share: "Share") -> str:
    low, high, mean = (percent(value, language(), SHARE_DIGITS) for value in (share.low, share.high, share.share))
    return say("texts.interval", language(), share=mean, low=low, high=high)
