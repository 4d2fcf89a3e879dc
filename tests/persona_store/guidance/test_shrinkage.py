"""Shrinkage behaves as it must whatever the counts, and its intervals hold what they promise."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.guidance import Tally
from persona_store.guidance.prior import Prior, prior
from persona_store.guidance.rates import rank_channels
from persona_store.guidance.shrinkage import (
    CONTACT_WEIGHT,
    PERSONA_WEIGHT,
    ROLE_WEIGHT,
    Cell,
    Person,
    Weights,
    combined,
    learn_weights,
    total,
)
from persona_store.guidance.types import ChannelRate

CHANNELS = ("phone", "email")
tallies = st.integers(0, 3_000).flatmap(lambda n: st.builds(Tally, st.just(n), st.integers(0, n)))
weights = st.builds(Weights, *[st.floats(1.0, 2_000.0)] * 3)


def one_rate(
    everyone: Tally, role: Tally, persona: Tally, contact: Tally, known: Weights, expected: float = 0.3
) -> ChannelRate:
    trade = Prior(role={"phone": expected}, anybody={"phone": expected}, weight=20)
    layers = ({"phone": tally} for tally in (everyone, role, persona, contact))
    return rank_channels(trade, *layers, weights=known)[0]


@given(tallies, tallies, weights, st.floats(0.02, 0.9))
def test_the_estimate_lies_between_own_rate_and_expectation(
    everyone: Tally, own: Tally, known: Weights, trade: float
) -> None:
    nothing = Tally()
    before = one_rate(everyone, nothing, nothing, nothing, known, trade).rate
    after = one_rate(everyone, own, nothing, nothing, known, trade).rate
    observed = own.answered / own.n if own.n else before
    assert min(before, observed) - 1e-9 <= after <= max(before, observed) + 1e-9


@given(st.integers(1, 50), st.integers(2, 20), st.floats(0.0, 1.0), weights)
def test_more_data_of_the_same_kind_shrink_less(n: int, times: int, share: float, known: Weights) -> None:
    answered = round(share * n)
    few = one_rate(Tally(), Tally(n, answered), Tally(), Tally(), known).rate
    many = one_rate(Tally(), Tally(n * times, answered * times), Tally(), Tally(), known).rate
    assert abs(many - answered / n) <= abs(few - answered / n) + 1e-12


@given(st.lists(st.tuples(st.integers(1, 30), st.floats(0, 1)), min_size=2, max_size=8), st.randoms())
def test_the_order_of_cells_and_people_changes_nothing(counts: list[tuple[int, float]], chance: object) -> None:
    cells = [
        Cell("sales", "head", at, "phone", Tally(n * 9, round(n * 9 * share), n * 18.0))
        for at, (n, share) in enumerate(counts)
    ]
    people = [Person(at, n, round(n * share), 40) for at, (n, share) in enumerate(counts)]
    order = list(range(len(cells)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    mixed = [cells[at] for at in order]
    moved = [Person(order.index(one.cell), one.n, one.answered, one.people) for one in reversed(people)]
    one, other = learn_weights(cells, people), learn_weights(mixed, moved)
    assert (one.contact, one.persona) == (
        pytest.approx(other.contact, rel=1e-4),
        pytest.approx(other.persona, rel=1e-4),
    )


@given(st.floats(1, 1e4), st.floats(1, 1e6))
def test_an_expectation_weighs_less_the_less_surely_it_is_known(weight: float, sureness: float) -> None:
    assert 0 < combined(weight, sureness) <= min(weight, sureness) * (1 + 1e-9)
    assert combined(weight, 1e12) == pytest.approx(weight, rel=1e-3)


@given(tallies, tallies)
def test_counts_without_a_part_are_counts_again(whole: Tally, part: Tally) -> None:
    rest = whole.without(part)
    assert 0 <= rest.answered <= rest.n <= whole.n
    assert 0 <= rest.effective(0.2) <= rest.n


def test_too_few_groups_leave_the_fixed_weights() -> None:
    few = [Cell("sales", "head", None, "phone", Tally(50, 20, 100.0))]
    assert learn_weights(few, [Person(0, 3, 1, 20)]) == Weights(ROLE_WEIGHT, PERSONA_WEIGHT, CONTACT_WEIGHT)
    assert learn_weights([], []) == Weights()


@dataclass(frozen=True)
class World:
    """Counts drawn from known rates, each level scattered around the one above with a known weight."""

    cells: list[Cell]
    people: list[Person]
    persona_rates: list[float]
    contact_rates: list[float]


def draw_world(seed: int, role: float, persona: float, contact: float) -> World:
    chance = np.random.default_rng(seed)
    world = World([], [], [], [])
    functions = (
        "sales",
        "it",
        "finance",
        "hr",
        "legal",
        "logistics",
        "production",
        "marketing",
        "support",
        "purchasing",
    )
    for channel in CHANNELS:
        for function in functions:
            for level in ("head", "specialist"):
                expected = prior(function, level).role[channel]
                rate = chance.beta(expected * role, (1 - expected) * role)
                for number in range(4):
                    own = chance.beta(rate * persona, (1 - rate) * persona)
                    people = 5 + chance.poisson(20)
                    rates = chance.beta(own * contact, (1 - own) * contact, people)
                    n = 1 + chance.poisson(2, people)
                    answered = chance.binomial(n, rates)
                    tally = Tally(int(n.sum()), int(answered.sum()), float((n**2).sum()))
                    world.people.extend(
                        Person(len(world.cells), int(a), int(b), 1) for a, b in zip(n, answered, strict=True)
                    )
                    world.cells.append(Cell(function, level, number, channel, tally))
                    world.persona_rates.append(float(own))
                    world.contact_rates.extend(map(float, rates))
    return world


def interval_of(channel: str, trade: Prior, known: Weights, *layers: Tally) -> ChannelRate:
    counts = [{channel: tally} for tally in layers]
    return next(one for one in rank_channels(trade, *counts, weights=known) if one.channel == channel)


@pytest.mark.parametrize("truth", [(20.0, 30.0, 6.0), (60.0, 200.0, 3.0), (10.0, 15.0, 15.0)])
def test_nine_of_ten_intervals_hold_the_truth(truth: tuple[float, float, float]) -> None:
    """Intervals of roles, personas in roles, and contacts, with all weights estimated from the same counts."""
    role_hits, persona_hits, contact_hits = [], [], []
    for seed in range(6):
        world = draw_world(seed, *truth)
        known = learn_weights(world.cells, world.people)
        everyone = {name: total(cell.tally for cell in world.cells if cell.channel == name) for name in CHANNELS}
        mates: dict[tuple[str, str, str], list[int]] = {}
        for at, cell in enumerate(world.cells):
            mates.setdefault((cell.channel, cell.function, cell.level), []).append(at)
        for (channel, function, level), members in mates.items():
            role = total(world.cells[at].tally for at in members)
            trade, rest = prior(function, level), everyone[channel].without(role)
            whole = interval_of(channel, trade, known, rest, role, Tally(), Tally())
            mixed = sum(world.persona_rates[at] * world.cells[at].tally.n for at in members) / role.n
            role_hits.append(whole.low <= mixed <= whole.high)
            for at in members:
                own = world.cells[at].tally
                cell = interval_of(channel, trade, known, rest, role.without(own), own, Tally())
                persona_hits.append(cell.low <= world.persona_rates[at] <= cell.high)
        for at in range(seed, len(world.people), 7):
            person = world.people[at]
            home = world.cells[person.cell]
            key = (home.channel, home.function, home.level)
            role = total(world.cells[n].tally for n in mates[key])
            counts = Tally(person.n, person.answered, float(person.n**2))
            layers = (everyone[key[0]].without(role), role.without(home.tally), home.tally.without(counts), counts)
            single = interval_of(home.channel, prior(home.function, home.level), known, *layers)
            contact_hits.append(single.low <= world.contact_rates[at] <= single.high)
    shares = [float(np.mean(hits)) for hits in (role_hits, persona_hits, contact_hits)]
    assert all(0.85 <= share <= 0.95 for share in shares), shares
