"""One persona for the analyst: all figures, stability, note, typical contacts."""

from collections.abc import Mapping, Sequence

from actions.answers.common import data_line, persona_name
from persona_store.answer import Answer, Table
from persona_store.segmentation.identities import Vanished
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.profiles import AttributeProfile, PersonaProfile, standing
from persona_store.segmentation.registry import AttributeKind
from persona_store.segmentation.typical import TypicalContact
from persona_store.settings import Language
from persona_store.wording import day, joined, number, percent, ratio, say, score

ATTRIBUTES_SHOWN = 15
LEAST_WEIGHT = 0.01  # an attribute that weighs less sets nobody apart
LEVELS_SHOWN = 2


def sheet_answer(profile: PersonaProfile, language: Language) -> Answer:
    """Weights, shares against the base, lift and n of every attribute, and how firmly the persona stands."""
    info = profile.info
    shown = [one for one in profile.attributes if one.weight >= LEAST_WEIGHT][:ATTRIBUTES_SHOWN]
    rest = say("persona_sheet.rest", language, n=number(len(profile.attributes) - len(shown), language))
    names = ("attribute", "level", "share", "base", "lift", "weight", "n", "kind")
    return Answer(
        kind="persona",
        language=language,
        text=say(
            "persona_sheet.pinned" if profile.pinned else "persona_sheet.text",
            language,
            persona=persona_name(info, language),
            market=say(f"market.{info.market}", language),
            share=percent(info.share, language),
            n=number(info.n, language),
        ),
        reasons=tuple(_standing(profile, language)),
        table=Table(
            tuple(say(f"persona_sheet.column.{name}", language) for name in names),
            tuple(row for one in shown for row in _rows(one, language)),
        ),
        evidence=(data_line(profile.contacts, profile.data_on, language), say("persona_sheet.how", language), rest),
    )


def vanished_answer(persona: Vanished, language: Language) -> Answer:
    """A pinned persona that the newest build does not have."""
    key = "persona_sheet.vanished"
    when = say("answer.date_unknown", language) if persona.last_on is None else day(persona.last_on, language)
    text = say(key, language, persona=persona_name(persona, language), build=persona.last_build, day=when)
    note = (say("persona_sheet.note", language, note=persona.note),) if persona.note else ()
    return Answer("persona", language, text, reasons=note)


def typical_answer(profile: PersonaProfile, contacts: Sequence[TypicalContact], language: Language) -> Answer:
    """The typical contacts of a persona, without names unless they were asked for."""
    persona = persona_name(profile.info, language)
    if not contacts:
        return Answer("talk", language, say("persona_sheet.no_typical", language, persona=persona))
    return Answer(
        kind="talk",
        language=language,
        text=say("persona_sheet.typical", language, count=len(contacts), persona=persona),
        reasons=tuple(
            say(
                "persona_sheet.one",
                language,
                who=contact.name or say("persona_sheet.nameless", language, place=place),
                levels=_in_words(contact.levels, language),
            )
            for place, contact in enumerate(contacts, start=1)
        ),
        evidence=(
            say("persona_sheet.medoids", language, n=number(profile.info.n, language)),
            data_line(profile.contacts, profile.data_on, language),
        ),
    )


def stability_words(stability: float | None, language: Language) -> str:
    """How firmly a persona stands, in a few words."""
    found = standing(stability)
    if stability is None or found is None:
        return say("persona_sheet.short.unknown", language)
    return say(f"persona_sheet.short.{found}", language, stability=score(stability, language))


def _standing(profile: PersonaProfile, language: Language) -> list[str]:
    info, lines = profile.info, []
    if info.stability is None or profile.standing is None:
        lines.append(say("persona_sheet.stability.unknown", language))
    else:
        key = f"persona_sheet.stability.{profile.standing}"
        lines.append(say(key, language, stability=score(info.stability, language)))
    if info.likeness is not None:
        lines.append(say("persona_sheet.likeness", language, likeness=score(info.likeness, language)))
    lines.append(split_line(profile.weight_by_kind, language))
    if profile.note:
        lines.append(say("persona_sheet.note", language, note=profile.note))
    return lines


def split_line(weights: Mapping[AttributeKind, float], language: Language) -> str:
    """By what a persona is told apart: who they are, what they do, what they bring, the CRM's own columns."""
    parts = [
        say(f"persona_sheet.kind.{kind}", language, share=percent(weight, language))
        for kind, weight in sorted(weights.items(), key=lambda one: -one[1])
        if weight >= LEAST_WEIGHT / 2
    ]
    return say("persona_sheet.split", language, parts=joined(parts, language))


def _rows(profile: AttributeProfile, language: Language) -> list[tuple[str, ...]]:
    return [
        (
            attribute_label(profile.attribute, language) if first else "",
            level_label(profile.attribute, level.level, language),
            percent(level.probability, language),
            percent(level.base, language),
            ratio(level.lift, language),
            percent(profile.weight, language) if first else "",
            number(profile.known, language) if first else "",
            say(f"attribute_kind.{profile.kind}", language) if first else "",
        )
        for place, level in enumerate(profile.levels[:LEVELS_SHOWN])
        for first in (place == 0,)
        if first or level.lift > 1
    ]


def _in_words(levels: Mapping[str, str], language: Language) -> str:
    told = [
        f"{attribute_label(name, language)}: {level_label(name, level, language)}" for name, level in levels.items()
    ]
    return "; ".join(told)
