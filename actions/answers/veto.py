"""What people say against verdicts, in words: what was noted, what follows, and who said what when."""

from collections.abc import Sequence

from actions.answers.common import button, contact_buttons, labelled_button, with_company
from persona_store.answer import Answer, Table
from persona_store.antipersona.vetoes import VetoInfo, VetoShare
from persona_store.settings import Language
from persona_store.wording import day, number, percent, say

TERMINAL = "terminal:"  # how the audit trail marks who sat at the terminal
UNDO = "undo"
SKIP = "skip"
HOLDS = ("good_lead", "anti_persona", "other_persona")  # what the buttons say holds instead


def veto_sentence(veto: VetoInfo, name: str, language: Language, asker: str = "") -> str:
    """Who said when what holds for a contact, and why."""
    who = "you" if asker and veto.actor == asker else "other"
    reason = say("veto.because", language, reason=veto.reason) if veto.reason else ""
    return say(
        f"veto.said.{_holds(veto)}.{who}",
        language,
        name=name,
        who=shown_actor(veto.actor),
        day=day(veto.at.date(), language),
        reason=reason,
        persona=_persona(veto, language),
    )


def noted_answer(veto: VetoInfo, name: str, language: Language) -> Answer:
    """A veto was noted: what holds now, what follows, and a short question for the reason."""
    return Answer(
        "talk",
        language,
        say(f"veto.noted.{_holds(veto)}", language, name=name, persona=_persona(veto, language)),
        reasons=(say(f"veto.effect.{veto.verdict}", language, name=name),),
        next_step=say("veto.ask_reason", language),
        choices=(
            labelled_button(say("veto.button.skip", language), "veto_verdict", {"persona": SKIP}),
            labelled_button(say("veto.button.undo", language), "veto_verdict", {"persona": UNDO}),
        ),
        details={"contact_id": veto.contact_id, "veto": veto.verdict},
    )


def reason_noted_answer(reason: str | None, contact_id: int, name: str, language: Language) -> Answer:
    """The reason was noted, or left out."""
    text = say("veto.skipped", language) if reason is None else say("veto.thanks", language, reason=reason)
    return Answer(
        "talk",
        language,
        text,
        next_step=say("veto.next", language, name=name),
        choices=(
            *contact_buttons(contact_id, language, "antipersona", "match"),
            labelled_button(say("veto.button.undo", language), "veto_verdict", {"persona": UNDO}),
        ),
    )


def withdrawn_answer(name: str, language: Language, *, there_was: bool) -> Answer:
    """A veto was taken back, or there was none."""
    return Answer(
        "talk",
        language,
        say("veto.withdrawn" if there_was else "veto.nothing_to_withdraw", language, name=name),
        next_step=say("veto.next", language, name=name),
    )


def whom_vetoed_answer(language: Language) -> Answer:
    """Somebody is contradicted, but about whom?"""
    return Answer("talk", language, say("veto.whom", language), choices=(button("help", language, "help"),))


def what_wrong_answer(name: str, language: Language) -> Answer:
    """Somebody disagrees, but with what?"""
    choices = (
        labelled_button(say(f"veto.button.{holds}", language), "veto_verdict", {"persona": holds}) for holds in HOLDS
    )
    return Answer("talk", language, say("veto.what_wrong", language, name=name), choices=tuple(choices))


def vetoes_answer(
    vetoes: Sequence[tuple[VetoInfo, str, str | None]], shares: Sequence[VetoShare], language: Language
) -> Answer:
    """The vetoes in force, and how often people disagreed."""
    if not vetoes:
        return Answer("talk", language, say("veto.list.none", language))
    columns = tuple(say(f"veto.list.column.{name}", language) for name in ("day", "who", "name", "holds", "reason"))
    rows = tuple(
        (
            day(veto.at.date(), language),
            shown_actor(veto.actor),
            with_company(name, company, language),
            _persona(veto, language) or say(f"veto.list.holds.{veto.verdict}", language),
            veto.reason or "",
        )
        for veto, name, company in vetoes
    )
    lines = tuple(share_line(share, language) for share in shares if share.persona is None)
    return Answer(
        "talk",
        language,
        say("veto.list.text", language, count=len(vetoes)),
        reasons=lines,
        table=Table(columns, rows),
    )


def share_line(share: VetoShare, language: Language) -> str:
    """How often people disagreed in one way."""
    return say(
        "veto.list.share",
        language,
        holds=say(f"veto.list.holds.{share.verdict}", language),
        vetoed=number(share.vetoed, language),
        n=number(share.n, language),
        low=percent(share.low, language),
        high=percent(share.high, language),
    )


def shown_actor(actor: str) -> str:
    """Somebody as people know them."""
    return actor.removeprefix(TERMINAL)


def _holds(veto: VetoInfo) -> str:
    return "no_persona" if veto.verdict == "other_persona" and veto.number is None else veto.verdict


def _persona(veto: VetoInfo, language: Language) -> str:
    if veto.number is None:
        return ""
    return say("answer.persona_name", language, number=veto.number, name=veto.name(language))
