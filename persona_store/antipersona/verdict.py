"""Judges a contact: will it buy, is it worth the effort, and what to do about it."""

from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.antipersona.advice import advise, advise_after_veto, in_words, is_anti_persona
from persona_store.antipersona.estimate import Chance, estimate_worth
from persona_store.antipersona.history import History, histories, with_purchases
from persona_store.antipersona.motivation import MotiveBook, motivation_of
from persona_store.antipersona.quality import wilson
from persona_store.antipersona.scorecard import LearnedScorecard
from persona_store.antipersona.stage import funnel_stage
from persona_store.antipersona.types import Buy, Points, Quality, ScoreVerdict, Stage, Verdict, WhyNotKnown
from persona_store.antipersona.vetoes import active_veto
from persona_store.antipersona.worth import WorthBook
from persona_store.database.models import Build, Contact, Membership, Persona, Scorecard
from persona_store.originals import original
from persona_store.segmentation import attribute_frame
from persona_store.settings import settings

NOTHING = Quality(None, None, None, None, 0, 0)


def judge_contact(session: Session, contact_id: int) -> Verdict:
    """Both verdicts on a contact with their evidence and an advice.

    A linked duplicate is answered by the contact it stands for. Raises NotAllowed when the contact objected to
    profiling, and sqlalchemy's NoResultFound for an unknown id.
    """
    contact = original(session, contact_id)
    build = session.scalar(select(Build).order_by(Build.id.desc()).limit(1))
    row = session.get(Scorecard, (build.id, contact.market)) if build else None
    card, book = _read_card(row), _read_book(row)
    own = _history(session, contact, book, build)
    customer = contact.outcome is True or own.won > 0
    buy, chance, points = _will_buy(session, contact, card, build, customer=customer)
    persona = _persona_of(session, build, contact.id)
    worth, value = estimate_worth(
        book, persona.id if persona else None, own, chance or _usual(persona, card), customer=customer
    )
    data_on = build.data_on if build else None
    stage = _stage(contact, own, data_on, customer=customer)
    motivation = motivation_of(
        session, contact, MotiveBook.from_json(row.model.get("motives") if row else None), data_on
    )
    competitor = motivation is not None and motivation.motive == "competitor"
    by_data, veto = is_anti_persona(buy, worth, customer=customer), active_veto(session, contact.id)
    if veto is None:
        advice = advise(buy, worth, stage, customer=customer, competitor=competitor)
    else:
        advice = advise_after_veto(veto.verdict, stage, customer=customer)
    return Verdict(
        contact_id=contact.id,
        name=contact.name,
        company=contact.company.name if contact.company else None,
        market=contact.market,
        anti_persona=by_data if veto is None else veto.verdict == "anti_persona",
        buy=buy,
        probability=chance.p if chance else None,
        low=chance.low if chance else None,
        high=chance.high if chance else None,
        base_rate=card.base_rate if card else None,
        points=points,
        quality=card.quality if card else NOTHING,
        why_not_known=_why_not_known(card) if buy == "cannot_tell" else None,
        needed=settings().minimum_outcomes,
        left_out=dict(card.left_out) if card else {},
        worth=worth,
        value=value,
        advice=advice,
        stage=stage,
        customer=customer,
        data_on=data_on,
        motivation=motivation,
        veto=veto,
        anti_by_data=by_data,
    )


def _history(session: Session, contact: Contact, book: WorthBook | None, build: Build | None) -> History:
    own = histories(session, [contact.id], book.basis if book else "amount")[contact.id]
    if book is None or book.lifetime is None or not own.won or build is None or build.data_on is None:
        return own
    return with_purchases(session, contact.id, contact.market, own, book.basis, book.source, build.data_on)


def _will_buy(
    session: Session, contact: Contact, card: LearnedScorecard | None, build: Build | None, *, customer: bool
) -> tuple[Buy, Chance | None, tuple[Points, ...]]:
    if customer:
        return "likely", None, ()
    if build is None or card is None or card.verdict != "learned":
        return "cannot_tell", None, ()
    frame = attribute_frame(
        session, contact.market, [contact.id], known=card.attributes, as_of=build.data_on, until_outcome=True
    )
    levels = card.levels(frame.row(0, named=True))
    chance = Chance(*card.probability(levels))
    return in_words(chance, card.base_rate or 0.0), chance, card.evidence(levels)


def _stage(contact: Contact, own: History, today: date | None, *, customer: bool) -> Stage:
    return funnel_stage(
        contact.market,
        customer=customer,
        open_deals=own.open_deals,
        kinds=own.kinds,
        last=own.last or contact.last_activity_on,
        today=today,
    )


def _usual(persona: Persona | None, card: LearnedScorecard | None) -> Chance | None:
    """How often contacts of the persona buy, else of the market; what to reckon with where nobody can be told apart."""
    if persona is not None and persona.outcome_rate is not None:
        low, high = wilson(persona.outcome_rate * persona.outcome_n, persona.outcome_n)
        return Chance(persona.outcome_rate, low, high)
    if card is None or card.base_rate is None:
        return None
    return Chance(card.base_rate, *wilson(card.quality.positives, card.quality.n))


def _why_not_known(card: LearnedScorecard | None) -> WhyNotKnown:
    return "no_scorecard" if card is None or card.verdict == "learned" else card.verdict


def _read_card(row: Scorecard | None) -> LearnedScorecard | None:
    if row is None:
        return None
    quality = Quality(row.auc, row.auc_low, row.auc_high, row.calibration_error, row.n, row.positives)
    return LearnedScorecard.from_json(row.model, cast(ScoreVerdict, row.verdict), quality, row.left_out)


def _read_book(row: Scorecard | None) -> WorthBook | None:
    return WorthBook.from_json(row.model["worth"]) if row is not None and "worth" in row.model else None


def _persona_of(session: Session, build: Build | None, contact_id: int) -> Persona | None:
    member = session.get(Membership, (build.id, contact_id)) if build else None
    return session.get(Persona, member.persona_id) if member else None
