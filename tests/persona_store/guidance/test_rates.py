"""Channel rates start from prior knowledge and give way to what the CRM has counted."""

import pytest
from scipy.stats import beta

from persona_store.guidance import Tally
from persona_store.guidance.prior import Prior, prior
from persona_store.guidance.rates import CONTACT_WEIGHT, PERSONA_WEIGHT, rank_channels

FUNCTIONS = [
    "executive",
    "sales",
    "marketing",
    "it",
    "finance",
    "purchasing",
    "hr",
    "production",
    "logistics",
    "engineering",
    "legal",
    "support",
    "consulting",
    "student",
    "assistant",
    "other",
]
LEVELS = ("c_level", "head", "lead", "specialist", "junior", "unknown")
EVEN = Prior(role={"phone": 0.4, "email": 0.2}, anybody={"phone": 0.4, "email": 0.2}, weight=20)


def test_without_counts_prior_knowledge_speaks() -> None:
    phone, email = rank_channels(EVEN, {}, {}, {}, {})
    assert (phone.channel, phone.basis, phone.n) == ("phone", "prior", 0)
    assert phone.rate == pytest.approx(0.4)
    assert (phone.low, phone.high) == (
        pytest.approx(beta.ppf(0.025, 8, 12)),
        pytest.approx(beta.ppf(0.975, 8, 12)),
    )
    assert email.rate == pytest.approx(0.2)


def test_the_role_is_a_beta_posterior_over_its_prior() -> None:
    role = {"email": Tally(80, 60)}
    email, _ = rank_channels(EVEN, {}, role, {}, {})
    assert (email.channel, email.basis, email.n, email.answered) == ("email", "role", 80, 60)
    assert email.rate == pytest.approx((0.2 * 20 + 60) / (20 + 80))


def test_a_role_without_counts_leans_on_everyone_but_keeps_its_difference() -> None:
    seller = Prior(role={"phone": 0.4}, anybody={"phone": 0.2}, weight=20)
    (phone,) = rank_channels(seller, {"phone": Tally(100_000, 50_000)}, {}, {}, {})
    odds = phone.rate / (1 - phone.rate)
    assert odds == pytest.approx((0.4 / 0.6) / (0.2 / 0.8), rel=0.01)
    assert (phone.basis, phone.n) == ("all", 100_000)


def test_persona_and_contact_are_shrunk_towards_the_level_above() -> None:
    role, persona, contact = Tally(180, 96), Tally(10, 0), Tally(4, 4)
    (phone, _) = sorted(
        rank_channels(EVEN, {}, {"phone": role}, {"phone": persona}, {"phone": contact}),
        key=lambda rate: rate.channel != "phone",
    )
    in_role = (0.4 * 20 + 96) / 200
    in_persona = (in_role * PERSONA_WEIGHT + 0) / (PERSONA_WEIGHT + 10)
    assert phone.rate == pytest.approx((in_persona * CONTACT_WEIGHT + 4) / (CONTACT_WEIGHT + 4))
    assert (phone.basis, phone.n, phone.answered) == ("contact", 4, 4)


def test_one_unanswered_call_does_not_turn_the_ranking() -> None:
    best, *_ = rank_channels(EVEN, {}, {}, {}, {"phone": Tally(1, 0)})
    assert best.channel == "phone"
    best, *_ = rank_channels(EVEN, {}, {}, {}, {"phone": Tally(8, 0), "email": Tally(4, 3)})
    assert best.channel == "email"


def test_the_interval_narrows_with_counts() -> None:
    few, many = (rank_channels(EVEN, {}, {"phone": Tally(n, n // 2)}, {}, {})[0] for n in (10, 1000))
    assert many.high - many.low < (few.high - few.low) / 3
    assert many.low < many.rate < many.high


def test_a_refused_channel_is_not_recommended() -> None:
    assert [rate.channel for rate in rank_channels(EVEN, {}, {}, {}, {}, without=["phone"])] == ["email"]


@pytest.mark.parametrize(
    ("function", "level", "first"),
    [
        ("sales", "head", {"phone"}),
        ("sales", "c_level", {"phone"}),
        ("it", "head", {"email", "chat"}),
        ("it", "specialist", {"email", "chat"}),
        ("executive", "c_level", {"phone", "in_person"}),
        ("purchasing", "head", {"email"}),
    ],
)
def test_what_the_trade_knows(function: str, level: str, first: set[str]) -> None:
    best, *_ = rank_channels(prior(function, level), {}, {}, {}, {})
    assert best.channel in first


@pytest.mark.parametrize("function", [*FUNCTIONS, "consumer", "astronaut"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_role_has_a_prior_for_every_channel(function: str, level: str) -> None:
    known = prior(function, level)
    assert known.role.keys() == known.anybody.keys() == {"phone", "email", "chat", "social", "in_person", "post"}
    assert all(0 < share < 1 for share in known.role.values())


def test_a_visit_goes_first_only_where_it_is_clearly_better() -> None:
    known = Prior(
        role={"phone": 0.4, "email": 0.2, "in_person": 0.4}, anybody={"phone": 0.4, "email": 0.2, "in_person": 0.4},
        weight=20,
    )  # fmt: skip

    def order(visits: Tally) -> list[str]:
        role = {"phone": Tally(1000, 600), "email": Tally(1000, 200), "in_person": visits}
        return [rate.channel for rate in rank_channels(known, {}, role, {}, {})]

    assert order(Tally(60, 42)) == ["phone", "in_person", "email"]
    assert order(Tally(600, 420)) == ["in_person", "phone", "email"]
    assert order(Tally(60, 3)) == ["phone", "email", "in_person"]
