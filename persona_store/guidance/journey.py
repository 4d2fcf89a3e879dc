"""The journey of a contact: its phase with reasons, whether and when sales takes over, next step and message."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Contact, Deal, Interaction, Persona
from persona_store.guidance.approach import approach_contact, approach_persona
from persona_store.guidance.content import find_content
from persona_store.guidance.counts import person_ids
from persona_store.guidance.hand_over import Threshold
from persona_store.guidance.learned import load_learned
from persona_store.guidance.people import persona_names, persona_of
from persona_store.guidance.phases import (
    Phase,
    Signal,
    Stand,
    Touchpoint,
    faded,
    phase_in,
    stand,
    telling_kinds,
)
from persona_store.guidance.types import ChannelRate, ContentItem
from persona_store.originals import original
from persona_store.privacy.rights import demand
from persona_store.settings import Language

When = Literal["now", "soon", "not_yet", "with_sales", "customer"]
NEWEST = 2_000  # touchpoints looked at; older ones have faded long since
MOST_PEOPLE = 15  # of one company that are told one by one
NEAR = 0.5  # share of the threshold from which on it is worth watching
WAIT_DAYS = 14  # the least worth waiting for an answer before the next step


@dataclass(frozen=True, slots=True)
class HandOver:
    """Whether sales should take over now, with the score it rests on and the threshold.

    `after` names touchpoints of which one more would do, while it is not yet time.
    """

    when: When
    score: float
    threshold: Threshold
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Journey:
    """Where a contact stands, with the signals behind it, strongest first, and the hand-over to sales."""

    contact_id: int
    name: str
    company: str | None
    market: str
    stand: Stand
    hand_over: HandOver
    touchpoints: int
    today: date

    @property
    def phase(self) -> Phase:
        """The B2B phase or the AIDA stage."""
        return self.stand.phase

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What speaks for the phase, strongest first."""
        return self.stand.signals


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next and what to say: the channel with its rate, and texts that fit, best first.

    `journey` is empty for a persona, for which the asker names the phase.
    """

    name: str
    company: str | None
    phase: Phase
    journey: Journey | None
    persona_de: str | None
    persona_en: str | None
    channel: ChannelRate | None
    content: tuple[ContentItem, ...]

    def persona(self, language: str) -> str | None:
        """The name of the persona in `language` ("de" or "en"), if one is known."""
        return self.persona_en if language == "en" else self.persona_de


def contact_journey(session: Session, contact_id: int) -> Journey:
    """Where the contact stands as of the newest data.

    A linked duplicate is answered by the contact it stands for. Raises NotAllowed when the contact objected to
    profiling, and sqlalchemy's NoResultFound for an unknown id.
    """
    demand(session, "contacts")
    contact = original(session, contact_id)
    touchpoints = _touchpoints(session, contact.id)
    today = _today(session, touchpoints)
    won, opened = _deals(session, contact.id)
    now = stand(
        contact.market,
        touchpoints,
        today,
        customer=contact.outcome is True or won > 0,
        open_deals=opened,
        source=contact.source,
        since=contact.created_on,
        last_active=contact.last_activity_on,
    )
    return Journey(
        contact_id=contact.id,
        name=contact.name,
        company=contact.company.name if contact.company else None,
        market=contact.market,
        stand=now,
        hand_over=_hand_over(now, load_learned(session, contact.market).hand_over),
        touchpoints=len(touchpoints),
        today=today,
    )


def company_journeys(session: Session, company_id: int, *, most: int = MOST_PEOPLE) -> tuple[Journey, ...]:
    """Where the people of a company stand, nearest to sales first; the `most` newest active ones.

    Doubles count for the person they stand for, people who objected to profiling not at all.
    """
    demand(session, "contacts")
    ids = session.scalars(
        select(Contact.id)
        .where(Contact.company_id == company_id, Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None))
        .order_by(Contact.last_activity_on.desc().nulls_last(), Contact.id)
        .limit(most)
    )
    found = [contact_journey(session, contact) for contact in ids]
    return tuple(sorted(found, key=lambda one: (-one.hand_over.score, one.name)))


def next_step(session: Session, contact_id: int, language: Language, *, channel: str | None = None) -> NextStep:
    """The next best step and message for a contact; on `channel` if one is named. Raises as `contact_journey`."""
    demand(session, "contacts")
    journey = contact_journey(session, contact_id)
    approach = approach_contact(session, journey.contact_id)
    contact = session.get_one(Contact, journey.contact_id)
    persona = persona_of(session, contact.id)
    rate = _rate(approach.channels, channel)
    content = find_content(
        session,
        language,
        phase=journey.phase,
        channel=rate.channel if rate else channel,
        function=None if contact.market == "b2c" else contact.function,
        personas=persona_names(session, persona) if persona else (),
    )
    return NextStep(
        approach.name, approach.company, journey.phase, journey, approach.persona_de, approach.persona_en, rate, content
    )


def next_for_persona(
    session: Session, persona_id: int, phase: Phase, language: Language, *, channel: str | None = None
) -> NextStep:
    """The next best step and message for the contacts of a persona in a phase.

    A B2B phase named for private customers is taken for the AIDA stage that corresponds to it, and the other way round.
    Raises sqlalchemy's NoResultFound for an unknown id.
    """
    demand(session, "aggregates")
    persona = session.get_one(Persona, persona_id)
    phase = phase_in(persona.market, phase)
    approach = approach_persona(session, persona_id)
    rate = _rate(approach.channels, channel)
    content = find_content(
        session,
        language,
        phase=phase,
        channel=rate.channel if rate else channel,
        function=None if persona.market == "b2c" else approach.function,
        personas=persona_names(session, persona),
    )
    return NextStep(persona.name(language), None, phase, None, persona.name("de"), persona.name("en"), rate, content)


def _rate(channels: tuple[ChannelRate, ...], channel: str | None) -> ChannelRate | None:
    if channel is None:
        return channels[0] if channels else None
    return next((one for one in channels if one.channel == channel), None)


def _hand_over(now: Stand, threshold: Threshold) -> HandOver:
    when: When
    if now.fact in ("customer", "bought"):
        when = "customer"
    elif now.fact == "open_deal":
        when = "with_sales"
    elif now.score >= threshold.score and now.fact != "silent":
        when = "now"
    else:
        when = "soon" if now.score >= NEAR * threshold.score and now.fact != "silent" else "not_yet"
    if when not in ("soon", "not_yet"):
        return HandOver(when, now.score, threshold)
    missing = threshold.score - now.score * faded(WAIT_DAYS)
    return HandOver(when, now.score, threshold, telling_kinds(missing)[:3])


def _touchpoints(session: Session, contact_id: int) -> list[Touchpoint]:
    rows = session.execute(
        select(Interaction.kind, Interaction.channel, Interaction.direction, Interaction.responded, Interaction.at)
        .where(Interaction.contact_id.in_(person_ids(contact_id)), Interaction.at.is_not(None))
        .order_by(Interaction.at.desc())
        .limit(NEWEST)
    )
    return [Touchpoint(*row[:4], row[4].date()) for row in rows if row[4]]


def _today(session: Session, touchpoints: list[Touchpoint]) -> date:
    """The day of the newest data: the build's, or the contact's own if something came since."""
    built = session.scalar(select(Build.data_on).order_by(Build.id.desc()).limit(1))
    days = [one.on for one in touchpoints[:1]] + ([built] if built else [])
    return max(days, default=date.today())


def _deals(session: Session, contact_id: int) -> tuple[int, int]:
    """How many deals the person has won and how many are open."""
    rows = session.execute(
        select(Deal.won, func.count()).where(Deal.contact_id.in_(person_ids(contact_id))).group_by(Deal.won)
    )
    counts = {row[0]: int(row[1]) for row in rows}
    return counts.get(True, 0), counts.get(None, 0)
