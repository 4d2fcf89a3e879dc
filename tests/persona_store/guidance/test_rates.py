"""Channel rates start from prior knowledge and give way to what the CRM has counted."""

import pytest
from scipy.stats import beta

from persona_store.guidance import Tally
from persona_store.guidance.prior import Prior, prior
from persona_store.guidance.rates import rank_channels
from persona_store.guidance.shrinkage import CONTACT_WEIGHT, PERSONA_WEIGHT, ROLE_WEIGHT, Weights, combined

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
    assert phone.rule_of_thumb
    weight = combined(ROLE_WEIGHT, EVEN.weight)  # the knowledge itself is not known for sure
    assert weight < ROLE_WEIGHT
    assert (phone.low, phone.high) == (
        pytest.approx(beta.ppf(0.05, 0.4 * weight, 0.6 * weight)),
        pytest.approx(beta.ppf(0.95, 0.4 * weight, 0.6 * weight)),
    )
    assert email.rate == pytest.approx(0.2)


def test_the_role_is_a_beta_posterior_over_its_prior() -> None:
    role = {"email": Tally(80, 60, squares=160)}  # two attempts a person
    n = 80 / (1 + 1 / (CONTACT_WEIGHT + 1))
    email, _ = rank_channels(EVEN, {}, role, {}, {})
    assert (email.channel, email.basis, email.n, email.answered) == ("email", "role", 80, 60)
    weight = combined(ROLE_WEIGHT, EVEN.weight)
    assert email.rate == pytest.approx((0.2 * weight + 0.75 * n) / (weight + n))
    assert not email.rule_of_thumb


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
    at_role = combined(ROLE_WEIGHT, EVEN.weight)
    in_role = (0.4 * at_role + 96) / (at_role + 180)
    at_persona = combined(PERSONA_WEIGHT, at_role + 180)
    in_persona = in_role * at_persona / (at_persona + 10)
    at_contact = combined(CONTACT_WEIGHT, at_persona + 10)
    assert phone.rate == pytest.approx((in_persona * at_contact + 4) / (at_contact + 4))
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


def test_attempts_to_the_same_people_tell_less_than_those_to_many() -> None:
    many = rank_channels(EVEN, {}, {"phone": Tally(100, 50, squares=100)}, {}, {})[0]
    few = rank_channels(EVEN, {}, {"phone": Tally(100, 50, squares=2_000)}, {}, {})[0]
    assert few.high - few.low > 1.3 * (many.high - many.low)
    assert abs(few.rate - 0.4) < abs(many.rate - 0.4)


def test_a_role_whose_own_counts_weigh_little_is_a_rule_of_thumb() -> None:
    seller = Prior(role={"phone": 0.4}, anybody={"phone": 0.2}, weight=20)
    everyone = {"phone": Tally(5_000, 1_500)}
    few, many = (rank_channels(seller, everyone, {"phone": Tally(n, n // 3)}, {}, {})[0] for n in (3, 300))
    assert (few.rule_of_thumb, many.rule_of_thumb) == (True, False)


def test_what_holds_for_everybody_alike_is_no_rule_of_thumb() -> None:
    (phone, _) = sorted(rank_channels(EVEN, {"phone": Tally(5_000, 1_500)}, {}, {}, {}), key=lambda r: r.basis)
    assert (phone.basis, phone.rule_of_thumb) == ("all", False)


def test_weights_learned_from_the_data_take_the_place_of_fixed_ones() -> None:
    contact = {"phone": Tally(4, 4)}
    alike, different = (
        rank_channels(EVEN, {}, {"phone": Tally(900, 360)}, {}, contact, weights=Weights(contact=weight))[0]
        for weight in (50.0, 2.0)
    )
    assert alike.rate < 0.55
    assert different.rate > 0.7


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
