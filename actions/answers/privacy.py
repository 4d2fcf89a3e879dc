"""What is stored about somebody, what an objection does, and what an erasure takes away, in words."""

from collections.abc import Sequence
from typing import Any

from actions.answers.common import CONTACT_PAYLOAD, labelled_button, with_company
from actions.state import Subject
from persona_store.answer import Answer, Choice
from persona_store.privacy.basis import DataBasis, Source, Used
from persona_store.privacy.erasure import Erased, Holdings
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.settings import Language
from persona_store.wording import day, joined, number, say

WITHDRAW = "withdraw:"  # begins what the button names whose objection is taken back
USED_SHOWN = 12
FILES_SHOWN = 3
CUSTOM_SHOWN = 12
ADMINS_SHOWN = 3


def data_basis_answer(basis: DataBasis, language: Language) -> Answer:
    """What is stored, from where, what of it is used for the persona, and what the person may demand."""
    if basis.blocked_on is not None:
        return blocked_answer(basis, language)
    name = with_company(basis.name, basis.company, language)
    return Answer(
        kind="data_basis",
        language=language,
        text=say("privacy.basis.text", language, name=name, n=number(_pieces(basis), language)),
        reasons=tuple(
            line
            for line in (
                _fields(basis, language),
                _custom(basis, language),
                _history(basis, language),
                _derived(basis, language),
                _used(basis, language),
                _source(basis.sources, language),
                _origin(basis, language),
                _events(basis, language),
                _entries(basis, language),
            )
            if line
        ),
        next_step=say("privacy.basis.next", language),
        choices=(
            _button("object", "object_profiling", basis.contact_id, language),
            _button("erase", "request_erasure", basis.contact_id, language),
        ),
        evidence=(_changed(basis, language), say("privacy.basis.looked_up", language, count=basis.looked_up)),
        details={"contact_id": basis.contact_id},
    )


def blocked_answer(basis: DataBasis, language: Language) -> Answer:
    """Of somebody who objected only what the law asks for: that data are stored, since when they rest, what is next."""
    since = day(basis.blocked_on, language) if basis.blocked_on else say("answer.date_unknown", language)
    return Answer(
        kind="data_basis",
        language=language,
        text=say("privacy.blocked.text", language, day=since),
        reasons=(say("privacy.blocked.stored", language, n=number(_pieces(basis), language)),),
        next_step=say("privacy.blocked.next", language),
        evidence=(_changed(basis, language),),
    )


def objected_answer(subject: Subject, entries: int, language: Language) -> Answer:
    """The objection stands: what follows at once, and what at the next build."""
    name = with_company(subject.name, subject.company, language)
    undo = labelled_button(
        say("privacy.button.withdraw", language), "object_profiling", {"contact": f"{WITHDRAW}{subject.key}"}
    )
    return Answer(
        kind="objection",
        language=language,
        text=say("privacy.objected.text", language, name=name),
        reasons=(
            say("privacy.objected.now", language),
            say("privacy.objected.build", language),
            say("privacy.objected.stored", language),
            *((say("privacy.objected.doubles", language, count=entries),) if entries > 1 else ()),
        ),
        next_step=say("privacy.objected.next", language),
        choices=(undo,),
    )


def confirm_objection_answer(subject: Subject, language: Language) -> Answer:
    """The name was not quite clear: is it this person?"""
    name = with_company(subject.name, subject.company, language)
    return Answer(
        "objection", language, say("privacy.confirm_objection", language, name=name), choices=_yes_no(language)
    )


def already_objected_answer(language: Language) -> Answer:
    """The objection was recorded before."""
    return Answer("objection", language, say("privacy.already_objected", language))


def withdrawn_answer(name: str | None, language: Language) -> Answer:
    """The objection was taken back; without a name there was none."""
    if name is None:
        return Answer("objection", language, say("privacy.no_objection", language))
    text = say("privacy.withdrawn.text", language, name=name)
    return Answer("objection", language, text, next_step=say("privacy.withdrawn.next", language))


def confirm_erasure_answer(name: str, held: Holdings | None, language: Language, *, allowed: bool) -> Answer:
    """What would be erased, and the question whether to do it, or to record the wish where the asker may not."""
    reasons = () if held is None else (held_line(held, language), say("privacy.erasure.stays", language))
    key = "privacy.erasure.confirm" if allowed else "privacy.erasure.confirm_request"
    if allowed:
        reasons = (*reasons, say("privacy.erasure.final", language))
    return Answer("erasure", language, say(key, language, name=name), reasons=reasons, choices=_yes_no(language))


def held_line(held: Holdings, language: Language) -> str:
    """How much is stored about a person."""
    counts = {"entries": held.entries, "interactions": held.interactions, "deals": held.deals}
    counts |= {"text_hits": held.text_hits, "vetoes": held.vetoes}
    parts = [say(f"privacy.held.{name}", language, count=n) for name, n in counts.items() if n]
    return say("privacy.erasure.what", language, what=joined(parts, language))


def erased_answer(erased: Erased, language: Language) -> Answer:
    """Done; names nobody any more."""
    elsewhere: dict[str, Any] = {"conversations": erased.conversations, "rows": erased.reject_rows}
    return Answer(
        kind="erasure",
        language=language,
        text=say("privacy.erased.text", language),
        reasons=(
            held_line(erased.held, language),
            say("privacy.erased.elsewhere", language, **elsewhere),
            say("privacy.erased.return", language),
        ),
        next_step=say("privacy.erased.next", language),
    )


def requested_answer(admins: Sequence[str], language: Language, *, new: bool) -> Answer:
    """The wish is recorded; who carries it out."""
    named = joined(list(admins[:ADMINS_SHOWN]), language)
    key = "privacy.requested.next" if admins else "privacy.requested.nobody"
    text = say("privacy.requested.text" if new else "privacy.requested.before", language)
    return Answer("erasure", language, text, next_step=say(key, language, admins=named))


def kept_answer(name: str, language: Language) -> Answer:
    """Nothing was erased or recorded."""
    return Answer("talk", language, say("privacy.kept", language, name=name))


def unrecorded_answer(name: str, language: Language) -> Answer:
    """No objection was recorded."""
    return Answer("talk", language, say("privacy.unrecorded", language, name=name))


def _yes_no(language: Language) -> tuple[Choice, ...]:
    return tuple(
        labelled_button(say(f"privacy.button.{name}", language), intent, {})
        for name, intent in (("yes", "affirm"), ("no", "deny"))
    )


def _button(name: str, intent: str, contact_id: int, language: Language) -> Choice:
    return labelled_button(
        say(f"privacy.button.{name}", language), intent, {"contact": f"{CONTACT_PAYLOAD}{contact_id}"}
    )


def _pieces(basis: DataBasis) -> int:
    return len(basis.fields) + len(basis.custom) + basis.interactions + basis.deals


def _fields(basis: DataBasis, language: Language) -> str:
    names = [say(f"privacy.field.{name}", language) for name in basis.fields]
    return say("privacy.basis.fields", language, names=joined(names, language)) if names else ""


def _custom(basis: DataBasis, language: Language) -> str:
    shown = basis.custom[:CUSTOM_SHOWN]
    return say("privacy.basis.custom", language, names=joined(list(shown), language)) if shown else ""


def _history(basis: DataBasis, language: Language) -> str:
    parts = []
    if basis.interactions:
        parts.append(say("privacy.held.interactions", language, count=basis.interactions))
    if basis.deals:
        parts.append(say("privacy.held.deals", language, count=basis.deals))
    if not parts:
        return ""
    told = say("privacy.basis.history", language, what=joined(parts, language))
    if basis.first_interaction is None or basis.last_interaction is None:
        return told
    first, last = day(basis.first_interaction, language), day(basis.last_interaction, language)
    return f"{told} {say('privacy.basis.between', language, first=first, last=last)}"


def _derived(basis: DataBasis, language: Language) -> str:
    parts = [
        say(f"privacy.held.{name}", language, count=n)
        for name, n in (("text_hits", basis.text_hits), ("vetoes", basis.vetoes))
        if n
    ]
    if (persona := basis.persona(language)) is not None:
        parts.insert(0, say("privacy.basis.persona", language, persona=persona))
    return say("privacy.basis.derived", language, what=joined(parts, language)) if parts else ""


def _used(basis: DataBasis, language: Language) -> str:
    if not basis.used:
        return say("privacy.basis.unused", language)
    names = [_level(one, language) for one in basis.used[:USED_SHOWN]]
    more = len(basis.used) - len(names)
    if more > 0:
        names.append(say("privacy.basis.more", language, n=more))
    return say("privacy.basis.used", language, names=joined(names, language))


def _level(used: Used, language: Language) -> str:
    level = level_label(used.attribute, used.level, language)
    return f"{attribute_label(used.attribute, language)}: {level}"


def _source(sources: Sequence[Source], language: Language) -> str:
    if not sources:
        return say("privacy.basis.no_source", language)
    newest = sources[0]
    files = joined([one for one in newest.files[:FILES_SHOWN] if one], language)
    told = say("privacy.basis.source", language, files=files, day=day(newest.on, language))
    if len(sources) == 1:
        return told
    return f"{told} {say('privacy.basis.sources', language, n=len(sources), day=day(sources[-1].on, language))}"


def _origin(basis: DataBasis, language: Language) -> str:
    if basis.origin is None:
        return ""
    return say("privacy.basis.origin", language, origin=level_label("source", basis.origin, language))


def _events(basis: DataBasis, language: Language) -> str:
    return "" if basis.event_on is None else say("privacy.basis.events", language, day=day(basis.event_on, language))


def _entries(basis: DataBasis, language: Language) -> str:
    return say("privacy.basis.entries", language, n=basis.entries) if basis.entries > 1 else ""


def _changed(basis: DataBasis, language: Language) -> str:
    changed = day(basis.changed_on, language) if basis.changed_on else say("answer.date_unknown", language)
    return say("privacy.basis.changed", language, day=changed)
