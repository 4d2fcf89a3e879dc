"""How to approach a role, a contact or a persona: channels by answer rate, and the texts for the talk."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Persona, PersonaLevel
from persona_store.guidance.counts import Layers, layered_counts, unsubscribed
from persona_store.guidance.learned import Learned, load_learned
from persona_store.guidance.people import persona_of
from persona_store.guidance.prior import CONSUMER, prior
from persona_store.guidance.rates import rank_channels
from persona_store.guidance.texts import OTHER, text_key, text_keys
from persona_store.guidance.types import Approach, Subject
from persona_store.originals import original
from persona_store.privacy.rights import demand

UNKNOWN = "unknown"
# From this share on a persona is spoken to as the function or level most of its contacts have.
TYPICAL_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class _Who:
    subject: Subject
    name: str
    company: str | None
    market: str
    function: str
    level: str
    persona: Persona | None = None
    contact_id: int | None = None


def approach_role(session: Session, function: str, level: str) -> Approach:
    """How to approach people of a role (normal values of function and level; level "unknown" means any)."""
    demand(session, "aggregates")
    return _approach(session, _Who("role", "", None, "b2b", function, level))


def approach_contact(session: Session, contact_id: int) -> Approach:
    """How to approach a contact, from its own answers, its persona and its role.

    A linked duplicate is answered by the contact it stands for. Raises NotAllowed when the contact objected to
    profiling, and sqlalchemy's NoResultFound for an unknown id.
    """
    demand(session, "contacts")
    contact = original(session, contact_id)
    company = contact.company.name if contact.company else None
    function, level = contact.function or OTHER, contact.level or UNKNOWN
    if contact.market == "b2c":
        function, level = CONSUMER, UNKNOWN
    return _approach(
        session,
        _Who(
            "contact",
            contact.name,
            company,
            contact.market,
            function,
            level,
            persona_of(session, contact.id),
            contact.id,
        ),
    )


def approach_persona(session: Session, persona_id: int) -> Approach:
    """How to approach the contacts of a persona; raises sqlalchemy's NoResultFound for an unknown id."""
    demand(session, "aggregates")
    persona = session.get_one(Persona, persona_id)
    function, level = CONSUMER, UNKNOWN
    if persona.market == "b2b":
        function = _typical(session, persona_id, "function") or OTHER
        level = _typical(session, persona_id, "level") or UNKNOWN
    return _approach(session, _Who("persona", "", None, persona.market, function, level, persona))


def _approach(session: Session, who: _Who) -> Approach:
    newest = session.execute(select(Build.id, Build.data_on).order_by(Build.id.desc()).limit(1)).first()
    learned = load_learned(session, who.market)
    counts = _counts(session, newest.id, who, learned) if newest else Layers({}, {}, {}, {})
    refused = ("email",) if who.contact_id is not None and unsubscribed(session, who.contact_id) else ()
    layers = (counts.everyone, counts.role, counts.persona, counts.contact)
    channels = rank_channels(prior(who.function, who.level), *layers, refused, learned.weights)
    counted = {
        "contact": (counts.contact,),
        "role": (counts.role, counts.persona),
        "persona": (counts.persona,),
    }[who.subject]
    best = channels[0].channel if channels else ""
    return Approach(
        subject=who.subject,
        name=who.name,
        company=who.company,
        function=who.function,
        level=who.level,
        persona_de=who.persona.name("de") if who.persona else None,
        persona_en=who.persona.name("en") if who.persona else None,
        channels=channels,
        opted_out=refused,
        tone=text_key(who.function, who.level, "tone"),
        opening=text_key(who.function, who.level, "opening"),
        goals=text_keys(who.function, who.level, "goal"),
        pains=text_keys(who.function, who.level, "pain"),
        avoid=text_keys(who.function, who.level, "avoid"),
        n=sum(tally.n for layer in counted for tally in layer.values()),
        data_on=newest.data_on if newest else None,
        best_times=learned.times.of(best, who.function),
        timed=learned.times.examined.get(best, 0),
    )


def _counts(session: Session, build_id: int, who: _Who, learned: Learned) -> Layers:
    """Counts of everyone, the role and the role in the persona; a persona counts as a whole, whatever its roles."""
    function = None if who.function in (CONSUMER, OTHER) else who.function
    return layered_counts(
        session,
        build_id,
        who.market,
        function,  # people of one level in whatever function are no role
        None if who.level == UNKNOWN else who.level,
        who.persona.id if who.persona else None,
        whole_persona=who.subject == "persona",
        contact_id=who.contact_id,
        counted_to=learned.counted_to,
    )


def _typical(session: Session, persona_id: int, attribute: str) -> str | None:
    return session.scalar(
        select(PersonaLevel.level)
        .where(
            PersonaLevel.persona_id == persona_id,
            PersonaLevel.attribute == attribute,
            PersonaLevel.probability >= TYPICAL_SHARE,
        )
        .order_by(PersonaLevel.probability.desc())
        .limit(1)
    )
