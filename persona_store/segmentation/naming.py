"""Names for personas in both languages, from the attributes that set them apart; no two personas share one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from types import MappingProxyType

import numpy as np
from scipy.special import rel_entr

from persona_store.segmentation.binning import OTHER, Binning
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.model import AttributeTable
from persona_store.segmentation.observations import Floats
from persona_store.segmentation.registry import Attribute
from persona_store.settings import Language
from persona_store.wording import catalogue, joined, say

LEADING = ("c_level", "head", "lead")
RANKS = {"leading": LEADING, "staff": ("specialist",), "junior": ("junior",)}
COMPANIES = {
    "small": ("1-10", "11-50"),
    "medium": ("51-250", "251-1000"),
    "large": ("1001+",),
}
MOSTLY = 0.5  # a word in a name must hold for at least half of those it names
NOTABLY = 1.2  # and be that much more frequent than in the whole market
OFTEN, STRIKINGLY = 0.3, 4.0  # or hold for fewer, but be extraordinary
ALSO = 0.25  # share from which a second function is named beside the first
STUDENT = "student"  # not of a company, so its size says nothing about them
QUALIFIERS = 2  # for personas of whom only behaviour or custom columns are known
MOST_QUALIFIERS = 5
HOLDS = 0.8  # a name once given stays while its words hold for this part of what they must hold for at first


@dataclass(frozen=True, slots=True)
class Claim:
    """What a word of a name says: that the persona's contacts mostly have one of these `levels` of `attribute`."""

    attribute: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonaName:
    """A persona's name in both languages; `claims` are what it says (none where an analyst chose it)."""

    de: str
    en: str
    claims: tuple[Claim, ...] = ()

    def like(self, other: "PersonaName") -> bool:
        """Whether the two would be confused in one of the languages."""
        return self.de.casefold() == other.de.casefold() or self.en.casefold() == other.en.casefold()


@dataclass(frozen=True, slots=True)
class _Trait:
    """A level by which a persona's contacts are known, and by how much it tells the persona apart."""

    attribute: str
    level: str
    strength: float
    explicit: bool
    behaviour: bool


@dataclass(frozen=True, slots=True)
class _Role:
    functions: tuple[str, ...]
    rank: str
    companies: str | None
    strength: float


def name_personas(
    tables: Mapping[str, AttributeTable],
    attributes: Mapping[str, Attribute],
    binning: Binning,
    classes: int,
    given: Mapping[int, PersonaName] = MappingProxyType({}),
    taken: Sequence[PersonaName] = (),
) -> list[PersonaName]:
    """A name per class, in both languages; classes that are `given` a name keep it.

    Classes of one name, or of a name `taken` elsewhere, get further traits until they differ, and a number if nothing
    tells them apart.
    """
    roles = [_role(tables, place) for place in range(classes)]
    traits = [_traits(tables, attributes, role, place) for place, role in enumerate(roles)]
    used = [_first_traits(role, traits[place]) for place, role in enumerate(roles)]
    while True:
        names = [
            given.get(place) or _name(roles[place], traits[place][: used[place]], binning, place)
            for place in range(classes)
        ]
        doubles = [
            place
            for place in range(classes)
            if place not in given and sum(names[place].like(other) for other in (*names, *taken)) > 1
        ]
        growing = [place for place in doubles if used[place] < min(len(traits[place]), MOST_QUALIFIERS)]
        if not growing:
            for place in doubles:
                names[place] = _numbered(names[place], place, [*names, *taken])
            return names
        for place in growing:
            used[place] += 1


def still_true(name: PersonaName, tables: Mapping[str, AttributeTable], place: int) -> bool:
    """Whether all that a generated name says still holds for the class at `place`, with some leniency."""
    return all(_holds(claim, tables.get(claim.attribute), place) for claim in name.claims)


def _holds(claim: Claim, table: AttributeTable | None, place: int) -> bool:
    if table is None or not set(claim.levels) <= set(table.levels):
        return False
    held = [table.levels.index(level) for level in claim.levels]
    share = float(table.probabilities[place, held].sum())
    lift = share / float(table.base[held].sum())
    return share >= HOLDS * MOSTLY or (share >= HOLDS * OFTEN and lift >= HOLDS * STRIKINGLY)


def _first_traits(role: _Role | None, traits: Sequence[_Trait]) -> int:
    """How many traits a name begins with: after a role only a behaviour that tells more than the role does."""
    if role is not None:
        return int(bool(traits) and traits[0].behaviour and traits[0].strength > role.strength)
    return 1 if traits and traits[0].explicit else QUALIFIERS


def _numbered(name: PersonaName, place: int, others: Sequence[PersonaName]) -> PersonaName:
    numbered = (replace(name, de=f"{name.de} ({number})", en=f"{name.en} ({number})") for number in count(place + 1))
    return next(found for found in numbered if not any(found.like(other) for other in others))


def _role(tables: Mapping[str, AttributeTable], place: int) -> _Role | None:
    """The functions, the rank and the size of company that a persona's contacts mostly share."""
    functions = _functions(tables.get("function"), place)
    rank = _rank(tables.get("level"), place)
    if not functions and rank == "any":
        return None
    companies = None if functions == (STUDENT,) else _companies(tables.get("company_size"), place)
    return _Role(functions, rank, companies, _role_strength(tables.get("function"), place))


def _role_strength(table: AttributeTable | None, place: int) -> float:
    return 0.0 if table is None else float(_strengths(table, place).max())


def _functions(table: AttributeTable | None, place: int) -> tuple[str, ...]:
    if table is None:
        return ()
    shares = table.probabilities[place]
    order = [index for index in np.argsort(-shares) if table.levels[index] != OTHER][:2]
    if not order or shares[order[0]] < ALSO:
        return ()
    first, rest = order[0], order[1:]
    if shares[first] >= MOSTLY and not any(shares[index] >= ALSO for index in rest):
        return (table.levels[first],)
    both = [index for index in order if shares[index] >= ALSO]
    return tuple(table.levels[index] for index in both) if shares[both].sum() >= MOSTLY else ()


def _rank(table: AttributeTable | None, place: int) -> str:
    if table is None:
        return "any"
    shares = dict(zip(table.levels, table.probabilities[place], strict=True))
    leading = sum(shares.get(level, 0.0) for level in LEADING)
    if shares.get("junior", 0.0) >= MOSTLY:
        return "junior"
    return "leading" if leading >= MOSTLY else "staff" if shares.get("specialist", 0.0) >= MOSTLY else "any"


def _companies(table: AttributeTable | None, place: int) -> str | None:
    if table is None:
        return None
    for name, levels in COMPANIES.items():
        held = [table.levels.index(level) for level in levels]
        share, base = table.probabilities[place, held].sum(), table.base[held].sum()
        if share >= MOSTLY and share >= NOTABLY * base:
            return name
    return None


def _traits(
    tables: Mapping[str, AttributeTable], attributes: Mapping[str, Attribute], role: _Role | None, place: int
) -> list[_Trait]:
    """What can qualify a name: who they are before what they do, unless what they do tells more than their role."""
    found: list[_Trait] = []
    most_known = max(table.known[place] for table in tables.values())
    for name, table in tables.items():
        strengths = _strengths(table, place) * table.known[place] / most_known
        top = int(np.argmax(strengths))
        if name in ("function", "level", "company_size") or not table.defines or table.levels[top] == OTHER:
            continue
        share, lift = table.probabilities[place, top], table.probabilities[place, top] / table.base[top]
        if (share >= MOSTLY and lift >= NOTABLY) or (share >= OFTEN and lift >= STRIKINGLY):
            kind = attributes[name].kind
            behaviour = kind in ("implicit", "value")
            found.append(_Trait(name, table.levels[top], float(strengths[top]), kind == "explicit", behaviour))
    above = role.strength if role is not None else np.inf
    return sorted(found, key=lambda trait: (trait.behaviour and trait.strength <= above, -trait.strength))


def _strengths(table: AttributeTable, place: int) -> Floats:
    """(levels,): what each level contributes to telling the persona apart from all contacts, in nats."""
    return rel_entr(table.probabilities[place], table.base)


def _name(role: _Role | None, traits: Sequence[_Trait], binning: Binning, place: int) -> PersonaName:
    return PersonaName(
        de=_in_words(role, traits, binning, place, "de"),
        en=_in_words(role, traits, binning, place, "en"),
        claims=(*_role_claims(role), *(Claim(trait.attribute, (trait.level,)) for trait in traits)),
    )


def _role_claims(role: _Role | None) -> list[Claim]:
    if role is None:
        return []
    claims = [Claim("function", role.functions)] if role.functions else []
    if role.rank in RANKS:
        claims.append(Claim("level", RANKS[role.rank]))
    if role.companies:
        claims.append(Claim("company_size", COMPANIES[role.companies]))
    return claims


def _in_words(role: _Role | None, traits: Sequence[_Trait], binning: Binning, place: int, language: Language) -> str:
    words = [_role_words(role, language)] if role else []
    words += [_trait_words(trait, binning, language) for trait in traits]
    text = ", ".join(words) or say("naming.group", language, number=place + 1)
    raw = bool(traits) and text.startswith(traits[0].attribute)
    return text if raw else text[:1].upper() + text[1:]


def _role_words(role: _Role, language: Language) -> str:
    together = len(role.functions) > 1 and role.rank in ("staff", "any")
    nouns = [_noun(function, "together" if together else role.rank, language) for function in role.functions]
    noun = joined(nouns, language) if nouns else say(f"naming.rank.{role.rank}", language)
    noun = say("naming.several", language, functions=noun) if together else noun
    return say(f"naming.company.{role.companies}", language, role=noun) if role.companies else noun


def _noun(function: str, rank: str, language: Language) -> str:
    texts = catalogue(language)
    return texts.get(f"naming.role.{function}.{rank}") or texts[f"naming.role.{function}.any"]


def _trait_words(trait: _Trait, binning: Binning, language: Language) -> str:
    known = catalogue(language).get(f"naming.trait.{trait.attribute}.{trait.level}")
    if known is not None:
        return known
    bins = binning.bins[trait.attribute]
    attribute = attribute_label(trait.attribute, language)
    if bins.levels[-1].startswith(">="):
        position = bins.levels.index(trait.level)
        height = "low" if position == 0 else "high" if position == len(bins.levels) - 1 else "medium"
        return say(f"naming.height.{height}", language, attribute=attribute)
    return say(
        "naming.trait_of", language, attribute=attribute, level=level_label(trait.attribute, trait.level, language)
    )
