"""Who takes part in a purchase, who is missing, and whom to ask, from titles, behaviour and deals."""

from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Contact, Deal, GuidanceModel, Interaction
from persona_store.guidance.buying_centre import buying_centre
from persona_store.guidance.centre_rules import Account, find_gaps, learn_centre, parts_taken
from persona_store.guidance.whole_store import customers_accounts
from tests.persona_store.guidance.learning import learn


@pytest.mark.parametrize(
    ("function", "level", "part"),
    [
        ("executive", "c_level", "decider"),
        ("finance", "c_level", "approver"),
        ("purchasing", "specialist", "buyer"),
        ("it", "head", "influencer"),
        ("production", "specialist", "user"),
        ("sales", "c_level", "decider"),
    ],
)
def test_the_title_tells_the_main_part(function: str, level: str, part: str) -> None:
    main = parts_taken(function, level, (), 0)[0]
    assert (main.part, main.grounds) == (part, ("title",))


def test_behaviour_and_deals_add_to_it_and_are_named() -> None:
    without = {one.part: one.points for one in parts_taken("sales", "head", (), 0)}
    taken = {one.part: one for one in parts_taken("sales", "head", {"pricing_page", "meeting"}, 1)}
    assert "decider" not in without
    assert taken["decider"].grounds == ("behaviour", "deals")
    assert taken["decider"].behaviours == ("pricing_page", "meeting")


def test_nothing_known_takes_no_part() -> None:
    assert parts_taken("student", "junior", (), 0) == ()


def test_gaps_without_comparison_are_a_rule_of_thumb_and_grow_with_the_company() -> None:
    small, big = (find_gaps({}, employees, "retail", {"decider"}, {"executive"}) for employees in (8, 2_000))
    assert [gap.part for gap in small] == ["user"]
    assert [gap.part for gap in big] == ["buyer", "approver", "influencer", "user"]
    assert all(gap.rule_of_thumb and gap.share is None for gap in big)


def test_gaps_are_compared_with_the_customers_most_alike() -> None:
    alike = [Account(300, "retail", frozenset({("executive", "c_level"), ("purchasing", "head")}))] * 30
    others = [Account(300, "energy", frozenset({("executive", "c_level")}))] * 30
    learned = learn_centre([*alike, *others])
    buyer = next(gap for gap in find_gaps(learned, 400, "retail", {"decider"}, set()) if gap.part == "buyer")
    assert (buyer.share, buyer.n, buyer.like, buyer.rule_of_thumb) == (1.0, 30, "size_and_industry", False)
    assert buyer.low is not None and 0.9 < buyer.low < 1.0
    by_size = next(gap for gap in find_gaps(learned, 400, "media", {"decider"}, set()) if gap.part == "buyer")
    assert (by_size.share, by_size.n, by_size.like) == (0.5, 60, "size")
    assert find_gaps(learned, 5, "retail", {"decider"}, set())[0].like == "all"


def test_few_customers_are_no_comparison() -> None:
    assert learn_centre([Account(10, "retail", frozenset({("it", "head")}))] * 19) == {}


def test_a_company_shows_people_personas_gaps_and_whom_to_ask(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        at = datetime(2026, 5, 1, 10)
        session.add(Interaction(key="i", contact_id=2, kind="demo_request", direction="in", at=at))
        session.add(Deal(key="d", contact_id=1, company_id=1, custom={}))
    with Session(personas) as session:
        centre = buying_centre(session, 1)
    (eva,) = centre.members  # her double counts for her, the blocked one not at all
    assert (eva.name, eva.persona("en"), eva.deals) == ("Eva Meier", "IT heads", 1)
    assert eva.parts[0].part == "influencer"
    assert eva.parts[0].behaviours == ("demo_request",)
    assert [(one.name("en"), one.n) for one in centre.mix] == [("IT heads", 1)]
    assert (centre.introducer, centre.open_deals, centre.won_deals) == (0, 1, 0)
    assert [gap.part for gap in centre.gaps] == ["decider", "user"]


def test_nobody_who_was_never_in_touch_is_asked_for_an_introduction(personas: Engine) -> None:
    with Session(personas) as session:
        assert buying_centre(session, 1).introducer is None


def test_customers_companies_are_learned_at_a_build_with_all_else(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        session.get_one(Contact, 1).outcome = True
        session.add(
            Interaction(
                key="o", contact_id=3, kind="call", channel="phone", direction="out", responded=True,
                at=datetime(2026, 5, 1, 10),
            )
        )  # fmt: skip
        session.flush()
        assert customers_accounts(session) == [Account(None, None, frozenset({("it", "head")}))]
        learn(session)
        stored = session.get_one(GuidanceModel, (1, "b2b"))
        assert stored.times["examined"] == {"phone": 1}
        assert stored.hand_over["rule_of_thumb"] and stored.counted_to > 0
