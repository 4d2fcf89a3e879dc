"""Judges a contact: will it buy, is it worth the effort, and what to do about it."""

from sqlalchemy.orm import Session

from persona_store.antipersona.advice import advise, advise_after_veto
from persona_store.antipersona.estimate import Chance
from persona_store.antipersona.history import History, histories, with_purchases
from persona_store.antipersona.judging import Grounds, judge, load_grounds
from persona_store.antipersona.motivation import motivation_of
from persona_store.antipersona.scorecard import LearnedScorecard
from persona_store.antipersona.types import Points, Quality, Verdict, WhyNotKnown
from persona_store.antipersona.vetoes import active_veto
from persona_store.database.models import Contact, Membership, Persona
from persona_store.originals import original
from persona_store.privacy.rights import demand
from persona_store.segmentation.attributes import attribute_frame
from persona_store.settings import settings

NOTHING = Quality(None, None, None, None, 0, 0)


def judge_contact(session: Session, contact_id: int) -> Verdict:
    """Both verdicts on a contact with their evidence, a lead's motive, what going on would take, and an advice.

    A veto in force holds, whatever the data say. A linked duplicate is answered by the contact it stands for. Raises
    NotAllowed when the contact objected to profiling, and sqlalchemy's NoResultFound for an unknown id.
    """
    demand(session, "contacts")
    contact = original(session, contact_id)
    grounds = load_grounds(session, contact.market)
    card = grounds.card
    own = _history(session, contact, grounds)
    customer = own.is_customer(contact.outcome)
    chance, points = (None, ()) if customer else _score(session, contact, grounds)
    persona = _persona_of(session, grounds.build_id, contact.id)
    judged = judge(grounds, own, persona, chance, contact.last_activity_on, customer=customer)
    motivation = None if customer else motivation_of(session, contact, grounds.motives, grounds.data_on)
    veto = active_veto(session, contact.id)
    if veto is None:
        competitor = motivation is not None and motivation.motive == "competitor"
        advice = advise(judged.buy, judged.worth, judged.stage, customer=customer, competitor=competitor)
    else:
        advice = advise_after_veto(veto.verdict, judged.stage, customer=customer)
    return Verdict(
        contact_id=contact.id,
        name=contact.name,
        company=contact.company.name if contact.company else None,
        market=contact.market,
        anti_persona=judged.anti_persona if veto is None else veto.verdict == "anti_persona",
        buy=judged.buy,
        probability=chance.p if chance else None,
        low=chance.low if chance else None,
        high=chance.high if chance else None,
        base_rate=card.base_rate if card else None,
        points=points,
        quality=card.quality if card else NOTHING,
        why_not_known=_why_not_known(card) if judged.buy == "cannot_tell" else None,
        needed=settings().minimum_outcomes,
        left_out=dict(card.left_out) if card else {},
        worth=judged.worth,
        value=judged.value,
        advice=advice,
        stage=judged.stage,
        customer=customer,
        data_on=grounds.data_on,
        motivation=motivation,
        veto=veto,
        anti_by_data=judged.anti_persona,
        effort=judged.effort,
    )


def _history(session: Session, contact: Contact, grounds: Grounds) -> History:
    book = grounds.book
    own = histories(session, [contact.id], book.basis if book else "amount", grounds.data_on)[contact.id]
    if book is None or book.lifetime is None or not own.is_customer(contact.outcome) or grounds.data_on is None:
        return own
    known = with_purchases(session, {contact.id: own}, contact.market, book.basis, book.source, grounds.data_on)
    return known[contact.id]


def _score(session: Session, contact: Contact, grounds: Grounds) -> tuple[Chance | None, tuple[Points, ...]]:
    card = grounds.scores
    if card is None:
        return None, ()
    frame = attribute_frame(
        session, contact.market, [contact.id], known=card.attributes, as_of=grounds.data_on, until_outcome=True
    )
    levels = card.levels(frame.row(0, named=True))
    return Chance(*card.probability(levels)), card.evidence(levels)


def _why_not_known(card: LearnedScorecard | None) -> WhyNotKnown:
    return "no_scorecard" if card is None or card.verdict == "learned" else card.verdict


def _persona_of(session: Session, build_id: int | None, contact_id: int) -> Persona | None:
    member = session.get(Membership, (build_id, contact_id)) if build_id is not None else None
    return session.get(Persona, member.persona_id) if member else None
