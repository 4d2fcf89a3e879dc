"""Approaches for roles, contacts and personas from a real store."""

from collections.abc import Iterator
from typing import get_args

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from actions.answers import approach_answer
from persona_store.database import session_scope
from persona_store.database.models import Contact, GuidanceModel, Interaction
from persona_store.errors import NotAllowed
from persona_store.guidance import (
    Approach,
    ChannelRate,
    approach_contact,
    approach_persona,
    approach_role,
)
from persona_store.guidance.counts import layered_counts
from persona_store.guidance.hand_over import Threshold
from persona_store.guidance.prior import prior
from persona_store.guidance.shrinkage import Weights
from persona_store.guidance.times import Times
from persona_store.guidance.types import BestTime, TimeBin
from persona_store.settings import Language
from tests.persona_store.guidance.learning import count, learn

LANGUAGES: tuple[Language, ...] = get_args(Language)


def outgoing(contact_id: int, channel: str, answers: str) -> Iterator[Interaction]:
    """One outgoing contact a letter: y answered, n not."""
    for at, answer in enumerate(answers):
        key = f"{contact_id}-{channel}-{at}-{len(answers)}"
        yield Interaction(
            key=key, contact_id=contact_id, kind="call", channel=channel, direction="out", responded=answer == "y"
        )


def store_interactions(engine: Engine, *interactions: Interaction) -> None:
    with session_scope(engine, writes=True) as session:
        session.add_all(interactions)
        session.flush()
        count(session)


def rate(approach: Approach, channel: str) -> ChannelRate:
    return next(one for one in approach.channels if one.channel == channel)


def test_an_empty_store_answers_from_prior_knowledge(engine: Engine) -> None:
    with Session(engine) as session:
        approach = approach_role(session, "sales", "head")
    assert approach.channels[0].channel == "phone"
    assert {one.basis for one in approach.channels} == {"prior"}
    assert (approach.n, approach.data_on) == (0, None)
    assert approach.tone == "guidance.sales.decider.tone"


def test_a_role_is_counted_over_its_contacts(personas: Engine) -> None:
    store_interactions(personas, *outgoing(3, "phone", "yyyn"), *outgoing(1, "phone", "nnnnnn"))
    with Session(personas) as session:
        phone = rate(approach_role(session, "sales", "head"), "phone")
        any_level = rate(approach_role(session, "sales", "unknown"), "phone")
        elsewhere = rate(approach_role(session, "hr", "head"), "phone")
    assert (phone.n, phone.answered, phone.basis) == (4, 3, "role")
    assert (any_level.n, any_level.answered) == (4, 3)
    assert (elsewhere.n, elsewhere.answered, elsewhere.basis) == (10, 3, "all")
    assert elsewhere.rate > prior("hr", "head").role["phone"]  # 3 of 10 is more than anybody would expect


def test_a_contact_leans_on_its_own_answers_then_persona_then_role(personas: Engine) -> None:
    store_interactions(personas, *outgoing(1, "email", "yy"), *outgoing(1, "phone", "n"), *outgoing(3, "chat", "nn"))
    with Session(personas) as session:
        approach = approach_contact(session, 1)
    assert (approach.name, approach.company, approach.persona("en")) == ("Eva Meier", "Rosch GmbH", "IT heads")
    assert (approach.function, approach.level, approach.subject) == ("it", "head", "contact")
    assert [rate(approach, channel).basis for channel in ("email", "phone", "chat", "social")] == [
        "contact",
        "contact",
        "all",
        "prior",
    ]
    assert approach.n == 3
    assert approach.channels[0].channel == "email"


def test_what_the_double_did_counts_for_the_person(personas: Engine) -> None:
    store_interactions(personas, *outgoing(1, "phone", "y"), *outgoing(2, "phone", "yyn"))
    with Session(personas) as session:
        assert approach_contact(session, 2) == approach_contact(session, 1)
        phone = rate(approach_contact(session, 1), "phone")
        role = rate(approach_role(session, "it", "head"), "phone")
    assert (phone.n, phone.answered) == (4, 3)
    assert (role.n, role.answered) == (4, 3)


def test_a_persona_is_counted_over_all_its_roles(personas: Engine) -> None:
    store_interactions(personas, *outgoing(1, "email", "yn"), *outgoing(3, "email", "nnn"))
    with Session(personas) as session:
        approach = approach_persona(session, 1)
    assert (approach.function, approach.level, approach.persona("de")) == ("it", "head", "IT-Leitung")
    email = rate(approach, "email")
    assert (email.n, email.answered, email.basis) == (2, 1, "persona_role")
    assert approach.n == 2


def test_who_unsubscribed_gets_no_email(personas: Engine) -> None:
    store_interactions(
        personas,
        *outgoing(1, "email", "yyyyy"),
        Interaction(key="off", contact_id=2, kind="unsubscribed", channel="email", direction="in"),
    )
    with Session(personas) as session:
        approach = approach_contact(session, 1)
    assert approach.opted_out == ("email",)
    assert "email" not in {one.channel for one in approach.channels}


def test_who_objected_is_neither_advised_on_nor_counted(personas: Engine) -> None:
    store_interactions(personas, *outgoing(5, "phone", "yyyy"))
    with Session(personas) as session:
        with pytest.raises(NotAllowed):
            approach_contact(session, 5)
        assert rate(approach_role(session, "it", "head"), "phone").n == 0


def test_incoming_and_unmarked_contacts_do_not_count(personas: Engine) -> None:
    store_interactions(
        personas,
        Interaction(key="in", contact_id=3, kind="call", channel="phone", direction="in", responded=True),
        Interaction(key="open", contact_id=3, kind="call", channel="phone", direction="out", responded=None),
    )
    with Session(personas) as session:
        assert rate(approach_role(session, "sales", "head"), "phone").n == 0


def test_private_customers_are_spoken_to_as_such(personas: Engine) -> None:
    with Session(personas) as session:
        approach = approach_contact(session, 6)
    assert approach.function == "consumer"
    assert approach.opening == "guidance.consumer.any.opening"


def test_a_contact_of_unknown_role_gets_what_holds_for_everyone(personas: Engine) -> None:
    store_interactions(personas, *outgoing(3, "phone", "yyyn"))
    with Session(personas) as session:
        approach = approach_contact(session, 4)
        assert session.get_one(Contact, 4).function is None
    assert (rate(approach, "phone").basis, rate(approach, "phone").n) == ("all", 4)
    assert approach.tone == "guidance.other.any.tone"


def test_best_times_hold_for_the_best_channel_only_where_the_build_found_some(personas: Engine) -> None:
    store_interactions(personas, *outgoing(3, "phone", "yyyn"))
    part = TimeBin("tuesday", 200, 100, 0.48, 0.43, 0.53)
    best = BestTime("phone", "weekday", None, (part,), 0.35, 900, 0.001)
    with session_scope(personas, writes=True) as session:
        times = Times((best,), {"phone": 900, "email": 40}, 3).as_json()
        session.add(
            GuidanceModel(
                build_id=1, market="b2b", counted_to=0, weights=Weights().as_json(), times=times,
                hand_over=Threshold().as_json(), centre={},
            )
        )  # fmt: skip
    with Session(personas) as session:
        seller, purchaser = approach_role(session, "sales", "head"), approach_role(session, "purchasing", "head")
    assert (seller.channels[0].channel, seller.best_times, seller.timed) == ("phone", (best,), 900)
    assert (purchaser.channels[0].channel, purchaser.best_times, purchaser.timed) == ("email", (), 40)
    for language in LANGUAGES:
        told = approach_answer(seller, language)
        assert any("900" in line and "48" in line for line in told.reasons)
        assert any("40" in line for line in approach_answer(purchaser, language).evidence)
        assert any("90" in line for line in told.evidence)


def test_interactions_since_the_build_are_not_taken_out_of_its_counts(personas: Engine) -> None:
    """What came after the counting adds to the contact's own counts and leaves its role's alone."""
    with session_scope(personas, writes=True) as session:
        session.add_all(outgoing(3, "phone", "yn"))
        session.add(Contact(id=7, key="7", last_name="Neu", market="b2b", function="sales", level="head", custom={}))
        session.flush()
        session.add_all(outgoing(7, "phone", "nnn"))
        session.flush()
        learn(session)
        session.add_all(outgoing(7, "phone", "yyyy"))
    with Session(personas) as session:
        before = session.get_one(GuidanceModel, (1, "b2b")).counted_to
        layers = layered_counts(session, 1, "b2b", "sales", "head", None, contact_id=7, counted_to=before)
    assert (layers.role["phone"].n, layers.role["phone"].answered) == (2, 1)
    assert (layers.contact["phone"].n, layers.contact["phone"].answered) == (7, 4)
