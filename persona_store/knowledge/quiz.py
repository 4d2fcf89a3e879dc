"""A quiz of a few questions: terms of the trade, and the team's own personas where there are some."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy.orm import Session

from persona_store.guidance import approach_persona
from persona_store.knowledge.concepts import concept_keys, related_concepts
from persona_store.segmentation.profiles import PersonaProfile, list_profiles

ItemKind = Literal["meaning", "largest", "trait", "channel"]

LENGTH = 5  # questions: two minutes on a phone
OPTIONS = 3
ABOUT_DATA = 2  # of the questions, where there are personas
# An answer must be clear: the largest persona by a fifth, a trait twice as frequent, a channel by five points.
CLEARLY_LARGER = 1.2
CLEARLY_MORE = 2.0
CLEARLY_BETTER = 0.05
LEAST_TRAIT = 0.5  # a level that fewer of a persona's contacts have is not what one should know of it
MOST_TRAITS = 3  # of a persona, weightiest first
LONGEST_OPTION = 80


@dataclass(frozen=True, slots=True)
class Item:
    """One question with OPTIONS answers, of which `options[right]` is right.

    "meaning": `about` is a term, options are terms. "largest": options are persona ids. "trait": `about` is
    "attribute=level", options are persona ids. "channel": `about` is a persona id, options are channels.
    """

    kind: ItemKind
    about: str
    options: tuple[str, ...]
    right: int

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready data."""
        return {"kind": self.kind, "about": self.about, "options": list(self.options), "right": self.right}


def read_item(data: object) -> Item | None:
    """The item behind `Item.as_dict`; None where the data have not its form."""
    if not isinstance(data, Mapping):
        return None
    kind, about, options, right = (data.get(name) for name in ("kind", "about", "options", "right"))
    named: Sequence[Any] = options if isinstance(options, list) else ()
    known: tuple[ItemKind, ...] = get_args(ItemKind)
    meant = next((one for one in known if one == kind), None)
    if meant is None or not isinstance(about, str) or not isinstance(right, int) or not 0 <= right < len(named):
        return None
    return Item(meant, about, tuple(str(one)[:LONGEST_OPTION] for one in named), right)


def make_quiz(
    session: Session, seed: int, *, concept: str | None = None, persona_id: int | None = None
) -> tuple[Item, ...]:
    """LENGTH questions (fewer only where a persona gives no more); the same seed gives the same ones.

    With `concept` they are about it and what lies next to it, with `persona_id` about that persona first.
    """
    chance = random.Random(seed)
    if concept is not None:
        near = [key for one in related_concepts(concept) for key in related_concepts(one) if key != concept]
        keys = [concept, *dict.fromkeys([*related_concepts(concept), *near])]
        return tuple(_meaning(key, chance) for key in keys[:LENGTH])
    data = _about_personas(session, chance, persona_id)[: LENGTH if persona_id is not None else ABOUT_DATA]
    terms = chance.sample(concept_keys(), LENGTH - len(data))
    items = [*data, *(_meaning(key, chance) for key in terms)]
    if persona_id is None:
        chance.shuffle(items)
    return tuple(items)


def _meaning(key: str, chance: random.Random) -> Item:
    return _item("meaning", key, key, related_concepts(key), chance)


def _item(kind: ItemKind, about: str, right: str, wrong: Iterable[str], chance: random.Random) -> Item:
    options = [right, *list(wrong)[: OPTIONS - 1]]
    chance.shuffle(options)
    return Item(kind, about, tuple(options), options.index(right))


def _about_personas(session: Session, chance: random.Random, persona_id: int | None) -> list[Item]:
    """What can be asked of the newest personas, each question with one clear answer."""
    profiles = list_profiles(session)
    asked = [one for one in profiles if persona_id in (None, one.info.id)]
    items = [item for one in asked for item in (*_traits(one, profiles, chance), *_channel(session, one, chance))]
    if persona_id is None:
        items += _largest(profiles, chance)
    chance.shuffle(items)
    return items


def _same_market(profile: PersonaProfile, profiles: Sequence[PersonaProfile]) -> list[PersonaProfile]:
    return [one for one in profiles if one.info.market == profile.info.market and one.info.id != profile.info.id]


def _largest(profiles: Sequence[PersonaProfile], chance: random.Random) -> list[Item]:
    items = []
    for market in dict.fromkeys(one.info.market for one in profiles):
        first, *others = sorted((one for one in profiles if one.info.market == market), key=lambda one: -one.info.n)
        smaller = [str(one.info.id) for one in others if one.info.n * CLEARLY_LARGER <= first.info.n]
        if len(smaller) >= OPTIONS - 1:
            wrong = chance.sample(smaller, OPTIONS - 1)
            items.append(_item("largest", market, str(first.info.id), wrong, chance))
    return items


def _traits(profile: PersonaProfile, profiles: Sequence[PersonaProfile], chance: random.Random) -> list[Item]:
    items = []
    for attribute in profile.attributes[:MOST_TRAITS]:
        top = attribute.levels[0]
        if top.probability < LEAST_TRAIT:
            continue
        rarer = [
            str(other.info.id)
            for other in _same_market(profile, profiles)
            if _share(other, attribute.attribute, top.level) * CLEARLY_MORE <= top.probability
        ]
        if len(rarer) >= OPTIONS - 1:
            about = f"{attribute.attribute}={top.level}"
            items.append(_item("trait", about, str(profile.info.id), chance.sample(rarer, OPTIONS - 1), chance))
    return items


def _share(profile: PersonaProfile, attribute: str, level: str) -> float:
    """How frequent a level is in a persona; 1 where that is not known, so that it is not taken for rare."""
    found = (one for one in profile.attributes if one.attribute == attribute)
    return next((share.probability for one in found for share in one.levels if share.level == level), 1.0)


def _channel(session: Session, profile: PersonaProfile, chance: random.Random) -> list[Item]:
    rates = approach_persona(session, profile.info.id).channels
    worse = [one.channel for one in rates[1:] if one.rate + CLEARLY_BETTER <= rates[0].rate]
    if len(worse) < OPTIONS - 1 or rates[0].rule_of_thumb:
        return []
    wrong = chance.sample(worse, OPTIONS - 1)
    return [_item("channel", str(profile.info.id), rates[0].channel, wrong, chance)]
