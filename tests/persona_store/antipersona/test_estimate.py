"""Value against effort, worked out by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from persona_store.antipersona.estimate import Chance, effort_ahead, estimate_worth
from persona_store.antipersona.history import Bought, History
from persona_store.antipersona.lifetime import Lifetime, Rhythm, Spend
from persona_store.antipersona.worth import GROUP_WEIGHT, Experience, Moments, WorthBook
from persona_store.settings import settings

NOTHING = History()
# a customer brings 1,000 in two deals and takes two hours of care, a lost lead takes one; an hour costs 60
USUAL = Experience(Moments(400, 1000.0, 250_000.0), 2.0, Moments(400, 120.0, 900.0), Moments(600, 60.0, 900.0))
BOOK = WorthBook("margin", 0.5, USUAL, {})


def test_a_lead_is_worth_its_chance_times_what_customers_bring() -> None:
    worth, value = estimate_worth(BOOK, None, NOTHING, Chance(0.4, 0.3, 0.5), customer=False)
    assert worth == "worth" and value is not None
    assert value.potential == pytest.approx(400)
    assert value.care_cost == pytest.approx(0.4 * 120 + 0.6 * 60)
    assert value.value_low < value.total < value.value_high
    assert (value.n_similar, value.basis) == (400, "margin")


def test_a_hopeless_lead_is_not_worth_the_care() -> None:
    worth, value = estimate_worth(BOOK, None, NOTHING, Chance(0.01, 0.0, 0.03), customer=False)
    assert worth == "not_worth" and value is not None
    assert value.value_high < value.care_cost


def test_an_uncertain_lead_is_borderline() -> None:
    assert estimate_worth(BOOK, None, NOTHING, Chance(0.06, 0.01, 0.2), customer=False)[0] == "borderline"


def test_an_open_deal_says_more_than_similar_customers() -> None:
    own = replace(NOTHING, open_deals=1, open_value=50_000.0)
    value = estimate_worth(BOOK, None, own, Chance(0.4, 0.3, 0.5), customer=False)[1]
    assert value is not None and value.potential == pytest.approx(20_000)


def test_a_customer_who_complains_more_than_it_brings_is_not_worth_it() -> None:
    own = replace(NOTHING, won=2, won_value=200.0, interactions=60, minutes=1800.0, complaints=12)
    worth, value = estimate_worth(BOOK, None, own, None, customer=True)
    assert worth == "not_worth" and value is not None
    assert (value.money, value.complaints) == (200.0, 12)
    assert value.care_cost > 1500


def test_a_good_customer_is_worth_it_and_may_buy_again() -> None:
    own = replace(NOTHING, won=1, won_value=800.0, interactions=10, minutes=60.0)
    worth, value = estimate_worth(BOOK, None, own, None, customer=True)
    assert worth == "worth" and value is not None
    assert value.potential == pytest.approx(500)  # similar customers close two deals of 500 each


def test_complaints_cost_beyond_their_time() -> None:
    own = replace(NOTHING, won=1, won_value=800.0, interactions=10, minutes=60.0, complaints=3, grievances=2)
    quiet, loud = (estimate_worth(BOOK, None, one, None, customer=True)[1] for one in (replace(own, grievances=0), own))
    assert quiet is not None and loud is not None
    assert loud.care_cost - quiet.care_cost == pytest.approx(2 * settings().complaint_surcharge)


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Sets one of the team's thresholds, for this test only."""

    def put(name: str, value: str) -> None:
        with monkeypatch.context() as patch:
            patch.setenv(f"PERSONABOT_{name}", value)
            settings.cache_clear()
            settings()

    yield put
    settings.cache_clear()


def test_care_has_an_interval_and_value_must_clear_it(team: Callable[[str, str], None]) -> None:
    lead = (BOOK, None, NOTHING, Chance(0.4, 0.3, 0.5))
    worth, value = estimate_worth(*lead, customer=False)
    assert worth == "worth" and value is not None and value.care_low < value.care_cost < value.care_high
    for name, setting, verdict in (
        ("WORTH_FACTOR", "4.5", "borderline"),
        ("WORTH_FACTOR", "9", "not_worth"),
        ("MINIMUM_VALUE", "400", "borderline"),
        ("MINIMUM_VALUE", "600", "not_worth"),
    ):
        team(name, setting)
        assert estimate_worth(*lead, customer=False)[0] == verdict, (name, setting)


def test_repeat_customers_are_reckoned_with_by_the_purchase_model() -> None:
    model = Lifetime(Rhythm(1.2, 12.0, 0.8, 2.5), Spend(6.25, 3.74, 2.0), 900, 400)
    book = replace(BOOK, lifetime=model)
    own = replace(NOTHING, won=3, won_value=1500.0, interactions=10, minutes=180.0, bought=Bought(2, 20.0, 22.0, 500.0))
    worth, value = estimate_worth(book, None, own, None, customer=True)
    assert worth == "worth" and value is not None and value.purchases_ahead is not None
    # amounts are learned relative to the usual purchase of 1,000 / 2 deals
    expected = model.ahead(2, 20.0, 22.0, 1.0, settings().value_horizon_months)
    assert value.potential == pytest.approx(expected.money * 500)
    assert (value.months, value.repeaters) == (24, 400)
    gone = replace(own, bought=Bought(2, 3.0, 60.0, 500.0))
    left = estimate_worth(book, None, gone, None, customer=True)[1]
    assert left is not None and left.still_buys is not None and value.still_buys is not None
    assert left.still_buys < 0.3 < value.still_buys and left.potential < value.potential / 3
    # who bought at a loss and complains costs more the more it buys: bad in every case
    loss = replace(own, won_value=-30.0, minutes=900.0, grievances=5, bought=Bought(2, 20.0, 22.0, -10.0))
    assert estimate_worth(book, None, loss, None, customer=True)[0] == "not_worth"
    assert WorthBook.from_json(book.as_json()) == book


def test_what_going_on_would_take_shrinks_with_what_was_spent() -> None:
    chance = Chance(0.1, 0.05, 0.2)
    fresh = effort_ahead(BOOK, None, NOTHING, chance, customer=False)
    later = effort_ahead(BOOK, None, replace(NOTHING, interactions=9, minutes=50.0), chance, customer=False)
    assert fresh is not None and later is not None
    assert fresh.minutes == pytest.approx(0.1 * 120 + 0.9 * 60) and fresh.low < fresh.minutes < fresh.high
    assert fresh.cost == pytest.approx(fresh.minutes) and later.minutes < fresh.minutes
    assert effort_ahead(None, None, NOTHING, chance, customer=False) is None


def test_little_care_so_far_does_not_make_a_lead_cheap() -> None:
    chance = Chance(0.4, 0.3, 0.5)
    fresh = replace(NOTHING, interactions=5, minutes=3.0)
    demanding = replace(NOTHING, interactions=30, minutes=600.0)
    usual, same, more = (
        value.care_cost
        for own in (NOTHING, fresh, demanding)
        if (value := estimate_worth(BOOK, None, own, chance, customer=False)[1]) is not None
    )
    assert same == usual
    assert more > 4 * usual


def test_thin_experience_says_nothing() -> None:
    thin = replace(BOOK, market=replace(USUAL, value=Moments(29, 1000.0, 1.0)))
    no_times = replace(BOOK, market=replace(USUAL, customer_minutes=Moments(400), lost_minutes=Moments(600)))
    chance = Chance(0.4, 0.3, 0.5)
    for book in (None, thin, no_times):
        assert estimate_worth(book, None, NOTHING, chance, customer=False) == ("cannot_tell", None)
    assert estimate_worth(BOOK, None, NOTHING, None, customer=False) == ("cannot_tell", None)


def test_a_persona_nobody_of_which_bought_says_nothing_of_worth() -> None:
    book = replace(BOOK, personas={1: replace(USUAL, value=Moments())})
    chance = Chance(0.4, 0.3, 0.5)
    assert estimate_worth(book, 1, NOTHING, chance, customer=False) == ("cannot_tell", None)
    assert estimate_worth(book, 1, replace(NOTHING, open_deals=1, open_value=9e3), chance, customer=False)[0] == "worth"


def test_a_small_persona_leans_on_the_market() -> None:
    few = replace(USUAL, value=Moments(5, 3000.0, 0.0))
    many = replace(USUAL, value=Moments(5000, 3000.0, 0.0))
    book = replace(BOOK, personas={1: few, 2: many})
    assert book.experience(1).value.mean == pytest.approx((5 * 3000 + GROUP_WEIGHT * 1000) / (5 + GROUP_WEIGHT))
    assert book.experience(2).value.mean == pytest.approx(3000, rel=0.01)
    assert book.experience(3) == USUAL
    assert WorthBook.from_json(book.as_json()) == book
