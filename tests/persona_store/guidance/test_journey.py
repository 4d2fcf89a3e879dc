"""Where somebody stands follows from what they did, where and when; hand-over from what deals followed."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from persona_store.antipersona.verdict import judge_contact
from persona_store.database import session_scope
from persona_store.database.models import Contact, Deal, Interaction
from persona_store.errors import NotAllowed
from persona_store.guidance.hand_over import DAYS, PEOPLE, TOUCHES, Leads, learn_threshold
from persona_store.guidance.journey import contact_journey, next_for_persona, next_step
from persona_store.guidance.phases import PHASES, Touchpoint, rule_of_thumb, scores, stand

TODAY = date(2026, 6, 1)


def touch(
    kind: str, days: int = 0, direction: str = "in", answered: bool | None = None, channel: str | None = None
) -> Touchpoint:
    return Touchpoint(kind, channel, direction, answered, TODAY - timedelta(days=days))


@pytest.mark.parametrize(
    ("market", "kinds", "facts", "phase"),
    [
        ("b2b", [], {}, "awareness"),
        ("b2b", ["newsletter", "visit"], {}, "awareness"),
        ("b2b", ["download", "webinar"], {}, "consideration"),
        ("b2b", ["demo_request"], {}, "decision"),
        ("b2b", ["pricing_page", "pricing_page"], {}, "decision"),
        ("b2b", ["newsletter"], {"open_deals": 1}, "decision"),
        ("b2b", [], {"customer": True}, "customer"),
        ("b2c", [], {}, "attention"),
        ("b2c", ["download"], {}, "interest"),
        ("b2c", ["demo_request"], {}, "desire"),
        ("b2c", ["purchase"], {}, "action"),
        ("b2c", [], {"customer": True}, "action"),
    ],
)
def test_behaviour_and_facts_tell_the_phase(market: str, kinds: list[str], facts: dict[str, int], phase: str) -> None:
    assert stand(market, [touch(kind) for kind in kinds], TODAY, **facts).phase == phase


def test_what_lies_back_counts_less() -> None:
    fresh, old = (stand("b2b", [touch("demo_request", days)], TODAY) for days in (0, 60))
    assert old.score == pytest.approx(fresh.score / 2)
    assert (fresh.phase, old.phase) == ("decision", "awareness")


def test_half_a_year_of_silence_makes_a_lead_dormant_but_no_customer() -> None:
    silent = [touch("demo_request", 200)]
    assert stand("b2b", silent, TODAY).phase == "dormant"
    assert stand("b2b", silent, TODAY, customer=True).phase == "customer"
    assert stand("b2c", silent, TODAY).phase == "attention"


def test_what_we_sent_counts_only_when_answered() -> None:
    sent = [touch("email", direction="out", answered=False) for _ in range(9)]
    assert stand("b2b", sent, TODAY).signals == ()
    assert stand("b2b", [touch("email", direction="out", answered=True)], TODAY).score > 0


def test_place_and_source_count() -> None:
    here = stand("b2b", [touch("meeting", channel="in_person")], TODAY).score
    there = stand("b2b", [touch("meeting", channel="social")], TODAY).score
    assert here > there
    told = stand("b2b", [], TODAY, source="Empfehlung eines Kunden", since=TODAY)
    assert [one.kind for one in told.signals] == ["source"]


def test_the_future_does_not_count() -> None:
    assert stand("b2b", [touch("demo_request", -5)], TODAY).signals == ()


@given(
    st.lists(
        st.tuples(st.sampled_from(["demo_request", "download", "visit", "email", "ticket"]), st.integers(0, 900)),
        max_size=12,
    ),
    st.sampled_from(["b2b", "b2c"]),
)
def test_more_behaviour_never_lowers_the_score_and_order_does_not_matter(
    told: list[tuple[str, int]], market: str
) -> None:
    points = [touch(kind, days) for kind, days in told]
    now = stand(market, points, TODAY)
    assert now.phase in PHASES
    assert stand(market, points[::-1], TODAY).score == pytest.approx(now.score)
    assert stand(market, [*points, touch("download")], TODAY).score >= now.score


def draw_leads(seed: int, *, effect: bool) -> Leads:
    """Leads of whom some asked for a demo before the day they are looked at; with `effect` deals follow these."""
    chance = np.random.default_rng(seed)
    people, touches = [], []
    for person in range(900):
        day = TODAY - timedelta(days=DAYS * (1 + person % 4))
        keen = bool(chance.random() < 0.3)
        touches.append((person, "visit", None, "in", None, day - timedelta(days=int(chance.integers(1, 90)))))
        if keen:
            touches.append((person, "demo_request", None, "in", None, day - timedelta(days=10)))
            touches.append((person, "pricing_page", None, "in", None, day - timedelta(days=5)))
        rate = (0.4 if keen else 0.05) if effect else 0.12
        deal = day + timedelta(days=int(chance.integers(1, DAYS))) if chance.random() < rate else None
        people.append((person, day - timedelta(days=200), None, deal, None))
    return leads_of(people, touches)


def leads_of(people: list[tuple[object, ...]], touches: list[tuple[object, ...]]) -> Leads:
    """Leads from rows of people and of what they did."""
    return Leads(pl.DataFrame(people, schema=PEOPLE, orient="row"), pl.DataFrame(touches, schema=TOUCHES, orient="row"))


def test_a_threshold_after_which_deals_follow_is_found_with_its_counts() -> None:
    threshold = learn_threshold(draw_leads(1, effect=True), TODAY)
    assert not threshold.rule_of_thumb and threshold.base is not None
    assert threshold.low is not None and threshold.high is not None
    assert threshold.low < 0.4 < threshold.high
    assert threshold.n < threshold.examined == 900
    assert threshold.opened / threshold.n > 2 * threshold.base


def test_without_connection_the_rule_of_thumb_stays_in_nineteen_of_twenty() -> None:
    learned = [learn_threshold(draw_leads(seed, effect=False), TODAY) for seed in range(60)]
    assert sum(not one.rule_of_thumb for one in learned) <= 5
    assert {one.score for one in learned if one.rule_of_thumb} == {rule_of_thumb()}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["demo_request", "download", "visit", "email", "ticket"]),
            st.sampled_from([None, "email", "in_person"]),
            st.sampled_from([None, "in", "out"]),
            st.sampled_from([None, True, False]),
            st.integers(-5, 900),
        ),
        max_size=8,
    ),
    st.sampled_from([None, "Empfehlung", "Web"]),
)
def test_many_are_scored_as_each_alone(
    told: list[tuple[str, str | None, str | None, bool | None, int]], source: str | None
) -> None:
    since = TODAY - timedelta(days=30)
    touches = [(7, *way, TODAY - timedelta(days=days)) for *way, days in told]
    found = scores(
        pl.DataFrame(
            {"person": [7], "day": [TODAY], "source": [source], "since": [since]},
            schema_overrides={"source": pl.String},
        ),
        pl.DataFrame(touches, schema=TOUCHES, orient="row"),
    )
    points = [Touchpoint(*one[1:]) for one in touches]  # type: ignore[arg-type]
    assert found[0] == pytest.approx(stand("b2b", points, TODAY, source=source, since=since).score)


def test_few_deals_do_not_tell() -> None:
    all_of_them = draw_leads(1, effect=True)
    few = learn_threshold(replace(all_of_them, people=all_of_them.people.head(60)), TODAY)
    assert few.rule_of_thumb and few.examined == 60


def test_what_happened_after_the_day_looked_at_does_not_leak() -> None:
    persons = range(0, 400, 4)
    people = [(one, TODAY - timedelta(days=700), None, TODAY - timedelta(days=30), None) for one in persons]
    touches = [
        (one, kind, None, "in", None, TODAY - timedelta(days=days))
        for one in persons
        for kind, days in (("visit", 600), ("demo_request", 1))
    ]
    threshold = learn_threshold(leads_of(people, touches), TODAY)
    assert threshold.rule_of_thumb and threshold.deals == 100


def interaction(contact_id: int, kind: str, days: int, **more: object) -> Interaction:
    at = datetime(2026, 6, 1, 10) - timedelta(days=days)
    return Interaction(key=f"{contact_id}-{kind}-{days}", contact_id=contact_id, kind=kind, at=at, **more)


def test_a_contact_s_journey_counts_its_doubles(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        session.add_all(
            [interaction(1, "download", 3, direction="in"), interaction(2, "demo_request", 1, direction="in")]
        )
    with Session(personas) as session:
        journey = contact_journey(session, 2)
        assert (journey.contact_id, journey.phase, journey.touchpoints) == (1, "decision", 2)
        assert {one.kind for one in journey.signals} == {"download", "demo_request"}
        assert journey.hand_over.threshold.rule_of_thumb


def test_hand_over_follows_score_and_facts(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        session.add_all([interaction(1, kind, 0, direction="in") for kind in ("demo_request", "pricing_page")])
        session.add(Deal(key="d", contact_id=3, custom={}))
        session.get_one(Contact, 6).outcome = True
    with Session(personas) as session:
        assert contact_journey(session, 1).hand_over.when == "now"
        assert contact_journey(session, 3).hand_over.when == "with_sales"
        assert contact_journey(session, 6).hand_over.when == "customer"
        waiting = contact_journey(session, 4).hand_over
        assert waiting.when == "not_yet"


def test_soon_names_what_would_do(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        session.add(interaction(1, "meeting", 5, direction="in"))
    with Session(personas) as session:
        hand_over = contact_journey(session, 1).hand_over
    assert hand_over.when == "soon"
    assert "demo_request" in hand_over.after


def test_who_objected_has_no_journey(personas: Engine) -> None:
    with Session(personas) as session:
        for question in (contact_journey, lambda s, c: next_step(s, c, "de")):
            with pytest.raises(NotAllowed):
                question(session, 5)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_next_step_has_way_and_message_in_the_language(personas: Engine, language: str) -> None:
    with Session(personas) as session:
        step = next_step(session, 1, language)  # type: ignore[arg-type]
        by_letter = next_step(session, 1, language, channel="post")  # type: ignore[arg-type]
        persona = next_for_persona(session, 2, "decision", language)  # type: ignore[arg-type]
    assert step.channel is not None and step.content[0].message and step.content[0].language == language
    assert "it" in step.content[0].functions
    assert by_letter.channel is not None and by_letter.channel.channel == "post"
    assert "post" in by_letter.content[0].channels
    assert persona.journey is None and "decision" in persona.content[0].phases


def test_who_unsubscribed_gets_no_mail_as_next_step(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        session.add(interaction(1, "unsubscribed", 1, direction="in"))
    with Session(personas) as session:
        assert next_step(session, 1, "de", channel="email").channel is None
        step = next_step(session, 1, "de")
    assert step.channel is not None and step.channel.channel != "email"


def test_the_anti_persona_s_stage_is_the_journey_s_phase(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        session.add_all(
            [
                interaction(1, "download", 3, direction="in"),
                interaction(2, "demo_request", 1, direction="in"),
                interaction(5, "email", 2, direction="out", responded=False),
                interaction(5, "meeting", 400, direction="in"),
            ]
        )
    with Session(personas) as session:
        ids = list(session.scalars(select(Contact.id).where(Contact.blocked_on.is_(None)).limit(12)))
        for one in ids:
            assert judge_contact(session, one).stage == contact_journey(session, one).phase
