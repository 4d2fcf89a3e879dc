"""What a contact buys: products, the favourite one, whether to spare them other offers, and what goes with it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from persona_store.database.models import Build, Contact, Deal, Interaction, Membership, Persona
from persona_store.originals import original
from persona_store.privacy.rights import demand
from persona_store.segmentation.shares import share

Advice = Literal["nothing_bought", "spare_other_offers", "offer_more", "cannot_tell", "no_other_offers"]

SIMILAR = 4_000  # contacts compared with; more would narrow no interval that matters, and take longer
FEWEST_TOGETHER = 5  # customers who bought both; fewer make no pattern
CANDIDATES = 3
REPEATEDLY = 2


@dataclass(frozen=True, slots=True)
class Bought:
    """A product with the number of won deals, their amounts (None: never entered) and the day of the last one."""

    product: str
    n: int
    revenue: float | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Offers with a known answer, how many were accepted, and the share with its 95 % interval; None without any."""

    n: int
    accepted: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that `n` of `of` similar customers of the favourite bought too.

    `rate` is that share with its 95 % interval, `base` the share among all `similar` customers, `lift` their quotient.
    """

    product: str
    n: int
    of: int
    rate: float
    low: float
    high: float
    base: float
    lift: float


@dataclass(frozen=True, slots=True)
class Buying:
    """The buying behaviour of a contact, most frequent product first; shares are of its won deals.

    `others` are its answers to offers of products it never bought, `usual` those of similar contacts to such offers.
    Similar are contacts of the same persona, or of the market where there is none; `similar` of them are customers.
    """

    contact_id: int
    name: str
    company: str | None
    market: str
    bought: tuple[Bought, ...]
    favourite: str | None
    favourite_share: float | None
    others: Acceptance
    usual: Acceptance
    advice: Advice
    candidates: tuple[Candidate, ...]
    persona_de: str | None
    persona_en: str | None
    similar: int
    data_on: date | None


def buying_behaviour(session: Session, contact_id: int) -> Buying:
    """What a contact buys and what follows from it, doubles counted in.

    A linked duplicate is answered by the contact it stands for. Raises NotAllowed when the contact objected to
    profiling, and sqlalchemy's NoResultFound for an unknown id.
    """
    demand(session, "contacts")
    contact = original(session, contact_id)
    build = session.scalar(select(Build).order_by(Build.id.desc()).limit(1))
    persona = _persona(session, build, contact.id)
    alike = _similar(session, contact, persona)
    baskets = _baskets(session, alike)
    bought = _bought(session, contact.id)
    own = {one.product for one in bought}
    others = _acceptance([taken for product, taken in _offers(session, _one(contact.id)) if product not in own])
    usual = _acceptance(_usual_offers(session, alike))
    total = sum(one.n for one in bought)
    return Buying(
        contact_id=contact.id,
        name=contact.name,
        company=contact.company.name if contact.company else None,
        market=contact.market,
        bought=bought,
        favourite=bought[0].product if bought else None,
        favourite_share=bought[0].n / total if bought else None,
        others=others,
        usual=usual,
        advice=_advice(bought, others, usual),
        candidates=_candidates(bought, baskets),
        persona_de=persona.name("de") if persona else None,
        persona_en=persona.name("en") if persona else None,
        similar=len(baskets),
        data_on=build.data_on if build else None,
    )


def _advice(bought: Sequence[Bought], others: Acceptance, usual: Acceptance) -> Advice:
    """Spare other offers only who buys one product again and again and surely accepts others less than is usual."""
    if not bought:
        return "nothing_bought"
    if others.n == 0:
        return "no_other_offers"
    if others.accepted and len(bought) > 1:
        return "offer_more"
    faithful = len(bought) == 1 and bought[0].n >= REPEATEDLY
    if others.high is None or usual.rate is None or not faithful or others.high >= usual.rate:
        return "cannot_tell"
    return "spare_other_offers"


def _candidates(bought: Sequence[Bought], baskets: Sequence[frozenset[str]]) -> tuple[Candidate, ...]:
    """What customers of the favourite buy more often than others, for sure; the strongest first."""
    if not bought:
        return ()
    own = {one.product for one in bought}
    with_favourite = [basket for basket in baskets if bought[0].product in basket]
    everyone = Counter(product for basket in baskets for product in basket)
    together = Counter(product for basket in with_favourite for product in basket)
    found = []
    for product, n in together.items():
        if product in own or n < FEWEST_TOGETHER:
            continue
        taken, base = share(n, len(with_favourite)), everyone[product] / len(baskets)
        if taken.low <= base:
            continue
        found.append(Candidate(product, n, taken.of, taken.share, taken.low, taken.high, base, taken.share / base))
    return tuple(sorted(found, key=lambda one: (-one.lift, one.product))[:CANDIDATES])


def _acceptance(answers: Sequence[bool]) -> Acceptance:
    """The share of True with its interval."""
    n, accepted = len(answers), sum(answers)
    if n == 0:
        return Acceptance(0, 0, None, None, None)
    found = share(accepted, n)
    return Acceptance(n, accepted, found.share, found.low, found.high)


def _persona(session: Session, build: Build | None, contact_id: int) -> Persona | None:
    member = session.get(Membership, (build.id, contact_id)) if build else None
    return session.get(Persona, member.persona_id) if member else None


def _one(contact_id: int) -> Select[int]:
    return select(Contact.id).where(or_(Contact.id == contact_id, Contact.duplicate_of == contact_id))


def _similar(session: Session, contact: Contact, persona: Persona | None) -> Select[int]:
    """Other contacts of the persona, or of the market, at most about `SIMILAR`, spread over all of them."""
    chosen = [Contact.blocked_on.is_(None), Contact.duplicate_of.is_(None), Contact.id != contact.id]
    query = select(Contact.id)
    if persona is not None:
        query = query.join(Membership, Membership.contact_id == Contact.id)
        chosen += [Membership.build_id == persona.build_id, Membership.persona_id == persona.id]
        size = persona.n
    else:
        chosen.append(Contact.market == contact.market)
        size = session.scalar(select(func.count()).where(Contact.market == contact.market)) or 0
    every = max(1, size // SIMILAR)
    return query.where(*chosen, Contact.id % every == 0)


def _bought(session: Session, contact_id: int) -> tuple[Bought, ...]:
    count = func.count().label("n")
    last = func.max(func.coalesce(Deal.closed_on, Deal.opened_on)).label("last")
    rows = session.execute(
        select(Deal.product, count, func.sum(Deal.amount), last)
        .where(Deal.contact_id.in_(_one(contact_id)), Deal.won.is_(True), Deal.product.is_not(None))
        .group_by(Deal.product)
        .order_by(count.desc(), last.desc(), func.max(Deal.id).desc())
    )
    return tuple(Bought(str(product), n, revenue, on) for product, n, revenue, on in rows)


def _baskets(session: Session, contacts: Select[int]) -> tuple[frozenset[str], ...]:
    """The products of every customer among `contacts`."""
    rows = session.execute(
        select(Deal.contact_id, Deal.product)
        .where(Deal.contact_id.in_(contacts), Deal.won.is_(True), Deal.product.is_not(None))
        .distinct()
    )
    baskets: dict[int | None, set[str]] = {}
    for contact, product in rows:
        baskets.setdefault(contact, set()).add(str(product))
    return tuple(frozenset(basket) for basket in baskets.values())


def _offers(session: Session, contacts: Select[int]) -> list[tuple[str | None, bool]]:
    """The topic of every offer whose answer is known, and whether it was accepted."""
    rows = session.execute(
        select(Interaction.topic, Interaction.responded).where(
            Interaction.contact_id.in_(contacts), Interaction.kind == "offer", Interaction.responded.is_not(None)
        )
    )
    return [(topic, bool(accepted)) for topic, accepted in rows]


def _usual_offers(session: Session, contacts: Select[int]) -> list[bool]:
    """The answers of similar contacts to offers of products they have not bought."""
    own = aliased(Deal)
    bought = select(own.id).where(
        own.contact_id == Interaction.contact_id, own.won.is_(True), own.product == Interaction.topic
    )
    rows = session.scalars(
        select(Interaction.responded).where(
            Interaction.contact_id.in_(contacts),
            Interaction.kind == "offer",
            Interaction.responded.is_not(None),
            ~bought.exists(),
        )
    )
    return [bool(accepted) for accepted in rows]
