"""A best time is claimed where there is one, and hardly ever where there is none."""

import numpy as np
import polars as pl
import pytest

from persona_store.guidance.times import ATTEMPTS, Times, bin_of, learn_times

FUNCTIONS = ("sales", "it", "finance")


def draw(seed: int, *, tuesday: float = 0.0, people: int = 400, function_effect: bool = True) -> pl.DataFrame:
    """Attempts to people who differ in how readily they answer, and in when they are tried."""
    chance = np.random.default_rng(seed)
    attempts = []
    for person in range(people):
        function = FUNCTIONS[person % 3]
        usual = {"sales": 0.4, "it": 0.25, "finance": 0.3}[function] if function_effect else 0.3
        own = chance.beta(usual * 5, (1 - usual) * 5)
        favourite = int(chance.integers(1, 6))  # the day on which this person happens to be tried mostly
        for _ in range(1 + chance.poisson(3)):
            weekday = favourite if chance.random() < 0.5 else int(chance.integers(1, 6))
            rate = min(0.95, own + (tuesday if weekday == 2 else 0.0))
            answered = int(chance.random() < rate)
            attempts.append((person, function, "phone", weekday, int(chance.integers(8, 18)), 1, answered))
    return pl.DataFrame(attempts, schema=ATTEMPTS, orient="row")


def test_a_real_best_day_is_found_with_its_figures() -> None:
    times = learn_times(draw(1, tuesday=0.25, people=700))
    best = next(one for one in times.of("phone", None) if one.kind == "weekday")
    assert [part.bin for part in best.best] == ["tuesday"]
    part = best.best[0]
    assert best.p < 0.05 and part.low > best.usual and part.low < part.rate < part.high
    assert part.n < best.n == times.examined["phone"]


def test_times_without_effect_yield_a_claim_in_one_of_twenty_at_most() -> None:
    claims = [bool(learn_times(draw(seed, people=240)).best) for seed in range(200)]
    assert np.mean(claims) <= 0.05 + 1.64 * np.sqrt(0.05 * 0.95 / 200)


def test_shuffled_times_of_real_effects_yield_no_claim() -> None:
    chance = np.random.default_rng(3)
    known = draw(4, tuesday=0.25, people=600)
    claims = []
    for _ in range(40):
        shuffled = known.with_columns(
            pl.Series(name, chance.permutation(known[name].to_numpy())) for name in ("weekday", "hour")
        )
        claims.append(bool(learn_times(shuffled).best))
    assert sum(claims) <= 5  # of 40; with probability 0.05 each, six or more come in 1 of 70 runs


def test_few_attempts_are_not_tested_but_counted() -> None:
    times = learn_times(draw(1, tuesday=0.4, people=40))
    assert times.best == () and times.tests == 0
    assert times.examined["phone"] > 0


@pytest.mark.parametrize(
    ("kind", "weekday", "hour", "name"),
    [
        ("weekday", 0, 10, "weekend"),
        ("weekday", 6, 10, "weekend"),
        ("weekday", 2, 0, "tuesday"),
        ("hour", 2, 8, "early"),
        ("hour", 2, 9, "morning"),
        ("hour", 2, 23, "evening"),
        ("hour", 2, 0, None),  # midnight: the CRM keeps days only
    ],
)
def test_parts_of_week_and_day(kind: str, weekday: int, hour: int, name: str | None) -> None:
    assert bin_of(kind, weekday, hour) == name  # type: ignore[arg-type]


def test_times_survive_storage() -> None:
    times = learn_times(draw(1, tuesday=0.3, people=700))
    assert times.best
    assert Times.from_json(times.as_json()) == times
