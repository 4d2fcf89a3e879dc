"""The purchase model: published figures, parameters recovered from simulated customers, and when it abstains."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma

from persona_store.antipersona.lifetime import (
    LEAST_REPEATERS,
    Lifetime,
    Purchases,
    Rhythm,
    Spend,
    fit_lifetime,
)

# Estimates for the CDNOW customers: Fader, Hardie and Lee 2005, table 2; Fader and Hardie 2013, section 4.
CDNOW = Rhythm(0.243, 4.414, 0.793, 2.426)
CDNOW_SPEND = Spend(6.25, 3.74, 15.44)
STEADY = Rhythm(1.2, 12.0, 0.8, 2.5)


def one(repeats: float, last: float, known_for: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array([repeats]), np.array([last]), np.array([known_for])


def customers(rhythm: Rhythm, spend: Spend, n: int, seed: int, within: tuple[float, float] = (10, 60)) -> Purchases:
    """Customers who live by the models' own story, told step by step."""
    rng = np.random.default_rng(seed)
    rate, leaves = rng.gamma(rhythm.r, 1 / rhythm.alpha, n), rng.beta(rhythm.a, rhythm.b, n)
    known_for = rng.uniform(*within, n)
    repeats, last = np.zeros(n), np.zeros(n)
    for at in range(n):
        now = rng.exponential(1 / rate[at])
        while now <= known_for[at]:
            repeats[at], last[at] = repeats[at] + 1, now
            if rng.random() < leaves[at]:
                break
            now += rng.exponential(1 / rate[at])
    amounts = rng.gamma(spend.p * (repeats + 1)) / rng.gamma(spend.q, 1 / spend.gamma, n) / (repeats + 1)
    return Purchases(repeats, last, known_for, amounts)


def test_a_published_customer_is_expected_to_buy_as_published() -> None:
    # customer 0001 of CDNOW: Fader, Hardie and Lee (2005), Implementing the BG/NBD Model in Excel: 1.226 in 39 weeks
    assert CDNOW.expected(39, *one(2, 30.43, 38.86))[0] == pytest.approx(1.226, abs=5e-4)


def test_the_mean_amount_is_the_published_one() -> None:
    nobody = CDNOW_SPEND.expected(np.zeros(1), np.zeros(1))[0]
    assert nobody == pytest.approx(6.25 * 15.44 / 2.74) and nobody == pytest.approx(35.2, abs=0.1)


def test_the_likelihood_of_a_customer_is_the_integral_over_rates() -> None:
    # nobody leaves before a second purchase, so one without repeats has the likelihood of a Poisson mixture
    by_hand = quad(lambda rate: np.exp(-20 * rate) * gamma.pdf(rate, CDNOW.r, scale=1 / CDNOW.alpha), 0, np.inf)[0]
    assert np.exp(CDNOW.log_likelihood(*one(0, 0, 20)))[0] == pytest.approx(by_hand, rel=1e-6)


def test_amounts_have_a_density() -> None:
    total = quad(lambda mean: np.exp(CDNOW_SPEND.log_likelihood(np.array([3.0]), np.array([mean])))[0], 0, np.inf)[0]
    assert total == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("truth", [CDNOW, STEADY])
def test_what_simulated_customers_will_buy_is_recovered(truth: Rhythm) -> None:
    seen = customers(truth, CDNOW_SPEND, 4000, seed=1)
    found = fit_lifetime(seen)
    assert found is not None and found.customers == 4000
    history = (seen.repeats, seen.last, seen.known_for)
    assert found.rhythm.log_likelihood(*history).sum() >= truth.log_likelihood(*history).sum()
    assert found.rhythm.expected(24, *history).sum() == pytest.approx(truth.expected(24, *history).sum(), rel=0.1)
    mean = found.spend.expected(seen.repeats + 1, seen.amount).mean()
    assert mean == pytest.approx(CDNOW_SPEND.expected(seen.repeats + 1, seen.amount).mean(), rel=0.02)


def test_the_amounts_currency_changes_nothing_else() -> None:
    seen = customers(STEADY, CDNOW_SPEND, 500, seed=2)
    dear = Purchases(seen.repeats, seen.last, seen.known_for, seen.amount * 1000)
    cheap_model, dear_model = fit_lifetime(seen), fit_lifetime(dear)
    assert cheap_model is not None and dear_model is not None
    cheap = cheap_model.ahead(2, 20, 30, 50, 24)
    assert dear_model.ahead(2, 20, 30, 50_000, 24).money == pytest.approx(cheap.money * 1000, rel=1e-3)


def test_the_interval_of_one_customer_holds_what_such_customers_then_do() -> None:
    model = Lifetime(STEADY, CDNOW_SPEND, 1, 1)
    rng = np.random.default_rng(4)
    ahead = model.ahead(2, 20, 30, 50, 24)
    assert ahead.purchases == pytest.approx(STEADY.expected(24, *one(2, 20, 30))[0])
    rate = rng.gamma(STEADY.r + 2, 1 / (STEADY.alpha + 30), 20_000)
    stays = rng.random(20_000) < ahead.alive
    bought = np.minimum(rng.poisson(rate * 24), rng.geometric(rng.beta(STEADY.a, STEADY.b + 2, 20_000))) * stays
    assert bought.mean() == pytest.approx(ahead.purchases, rel=0.05)
    assert np.mean((bought >= ahead.fewest) & (bought <= ahead.most)) >= 0.95


def test_discount_makes_later_money_count_less() -> None:
    model = Lifetime(STEADY, CDNOW_SPEND, 1, 1)
    plain, discounted = (model.ahead(2, 20, 30, 50, 24, rate) for rate in (0.0, 0.1))
    assert 0.85 * plain.money < discounted.money < plain.money
    assert discounted.purchases == plain.purchases and discounted.high < plain.high


def test_who_brings_losses_is_expected_to_go_on_so() -> None:
    ahead = Lifetime(STEADY, CDNOW_SPEND, 1, 1).ahead(9, 30, 31, -40, 24)
    assert ahead.low <= ahead.money <= ahead.high and ahead.money < 0


@given(
    st.integers(0, 40), st.floats(0, 1), st.floats(0.1, 120), st.floats(0.05, 5), st.floats(0.1, 50),
    st.floats(0.1, 5), st.floats(0.1, 5),
)  # fmt: skip
def test_expectations_stay_sane(
    repeats: int, share: float, known_for: float, r: float, alpha: float, a: float, b: float
) -> None:
    rhythm = Rhythm(r, alpha, a, b)
    history = one(repeats, share * known_for if repeats else 0.0, known_for)
    soon, later = rhythm.expected(6, *history)[0], rhythm.expected(24, *history)[0]
    assert 0 <= rhythm.alive(*history)[0] <= 1
    assert -1e-9 <= soon <= later + 1e-9 and np.isfinite(later)


def test_too_few_repeat_customers_give_no_model() -> None:
    seen = customers(CDNOW, CDNOW_SPEND, 2000, seed=3)
    few = seen.of(
        np.concatenate([np.flatnonzero(seen.repeats > 0)[: LEAST_REPEATERS - 1], np.flatnonzero(seen.repeats == 0)])
    )
    assert fit_lifetime(few) is None
    nobody = Purchases(*(np.zeros(0) for _ in range(4)))
    assert fit_lifetime(nobody) is None


def test_the_model_survives_the_store() -> None:
    model = Lifetime(CDNOW, CDNOW_SPEND, 2357, 1100)
    assert Lifetime.from_json(model.as_json()) == model
    assert Lifetime.from_json(None) is None
