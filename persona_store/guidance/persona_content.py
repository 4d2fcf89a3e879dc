"""What to offer a persona: topics its contacts care for more than others, and content that fits, phase by phase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from persona_store.database.models import Persona
from persona_store.guidance.approach import approach_persona
from persona_store.guidance.content import find_content, has_own_content
from persona_store.guidance.people import persona_names
from persona_store.guidance.phases import PHASES, Phase, phase_in
from persona_store.guidance.texts import OTHER
from persona_store.guidance.types import ContentItem
from persona_store.privacy.rights import demand
from persona_store.segmentation.binning import OTHER as OTHER_LEVEL
from persona_store.segmentation.profiles import PersonaProfile, persona_profile
from persona_store.segmentation.registry import TEXT_KINDS
from persona_store.settings import Language

B2B_PHASES: tuple[Phase, ...] = PHASES[:5]
B2C_PHASES: tuple[Phase, ...] = PHASES[5:]
TOPIC = "favourite_topic"
TELLING = 1.1  # lift from which on a topic is told: below, the persona cares for it hardly more than all do
FEWEST = 5.0  # contacts who care for it; fewer are chance
SAID = "yes"


@dataclass(frozen=True, slots=True)
class Interest:
    """Something a persona's contacts care for: `share` of the `n` of whom it is known, `base` among all.

    `attribute` is "favourite_topic" with the topic as `level`, or a wish, problem or trait from notes.
    """

    attribute: str
    level: str
    share: float
    base: float
    n: float


@dataclass(frozen=True, slots=True)
class PersonaContent:
    """`interests` stand out most first; `items` are what fits each phase, best first, the team's own or samples.

    `goals` and `pains` are keys of the catalogue, known from the role; `own` says that the team has content of its own.
    """

    profile: PersonaProfile
    interests: tuple[Interest, ...]
    items: tuple[tuple[Phase, ContentItem], ...]
    goals: tuple[str, ...]
    pains: tuple[str, ...]
    own: bool
    data_on: date | None


def persona_content(
    session: Session, persona_id: int, language: Language, *, phase: str | None = None, channel: str | None = None
) -> PersonaContent:
    """What to offer the persona, in one phase or in each of its market; raises NoResultFound for an unknown id.

    A B2B phase named for private customers is taken for the AIDA stage that corresponds to it, and the other way round.
    """
    demand(session, "aggregates")
    persona = session.get_one(Persona, persona_id)
    approach, profile = approach_persona(session, persona_id), persona_profile(session, persona_id)
    phases = B2C_PHASES if persona.market == "b2c" else B2B_PHASES
    meant = next((phase_in(persona.market, one) for one in PHASES if one == phase), None)
    wanted = [one for one in phases if meant is None or one == meant]
    function = None if approach.function == OTHER or persona.market == "b2c" else approach.function
    names = persona_names(session, persona)
    items = [
        (one, item)
        for one in wanted
        for item in find_content(
            session,
            language,
            phase=one,
            channel=channel,
            function=function,
            personas=names,
            limit=1 if phase is None else 3,
        )
    ]
    return PersonaContent(
        profile=profile,
        interests=tuple(_interests(profile)),
        items=tuple(items),
        goals=approach.goals,
        pains=approach.pains,
        own=has_own_content(session),
        data_on=approach.data_on,
    )


def _interests(profile: PersonaProfile) -> Sequence[Interest]:
    found = [
        Interest(one.attribute, level.level, level.probability, level.base, one.known)
        for one in profile.attributes
        for level in one.levels
        if (one.attribute == TOPIC and level.level != OTHER_LEVEL)
        or (one.attribute.partition("_")[0] in TEXT_KINDS and level.level == SAID)
    ]
    telling = [one for one in found if one.share >= TELLING * one.base and one.share * one.n >= FEWEST]
    return sorted(telling, key=lambda one: one.base - one.share)
