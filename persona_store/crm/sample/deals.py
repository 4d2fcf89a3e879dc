"""Deals: won ones of customers, lost ones of lost leads, open ones of leads still in the pipeline."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from persona_store.crm.sample.classes import CLASS_NUMBER, CLASSES, SIZES
from persona_store.crm.sample.draws import Floats, Ints
from persona_store.crm.sample.outcomes import Outcomes
from persona_store.crm.sample.population import NONE, PERSONAS_B2C, TODAY, Population

LOST, WON = 0, 1
MORE_WON: Final = 0.4  # further deals of a customer, expected
LOST_DEAL: Final = 0.6
OPEN_DEAL: Final = 0.38
REOPENED: Final = (0.09, 0.17)  # an open deal besides, for lost leads and customers
STUDENT_DEAL: Final = 0.05
SIZE_FACTORS: Final = (0.5, 0.75, 1.0, 1.5, 2.4)
AMOUNT_SPREAD: Final = 0.55
# Nobody enters an amount for what came to nothing.
AMOUNT_MISSING: Final = {LOST: 0.3, WON: 0.03, NONE: 0.2}
MARGIN: Final = (0.16, 0.42)
COMPLAINER_MARGIN: Final = (-0.02, 0.1)


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals, one entry each: row of the contact, `won` 1, 0 or -1 while open, amounts in euros (nan: not entered).

    `opened` and `closed` are days since 1970, `closed` -1 while open.
    """

    contact: Ints
    won: Ints
    amount: Floats
    margin: Floats
    opened: Ints
    closed: Ints


def draw_deals(rng: np.random.Generator, people: Population, outcomes: Outcomes, size: Ints) -> Deals:
    """The deals of all contacts; `size` is the position in SIZES of each contact's company, -1 for consumers."""
    won, lost = outcomes.known == WON, outcomes.known == LOST
    serious = np.where(people.cls == CLASS_NUMBER["student"], STUDENT_DEAL, 1.0)
    n = len(people)
    counts = np.zeros((n, 3), dtype=np.int64)
    counts[:, 0] = np.where(won, 1 + rng.poisson(MORE_WON, n), 0)
    counts[:, 1] = lost & (rng.random(n) < LOST_DEAL * serious)
    pipeline = np.where(won, REOPENED[1], np.where(lost, REOPENED[0], np.where(people.stale, 0.05, OPEN_DEAL)))
    counts[:, 2] = (people.copy_of == NONE) & (rng.random(n) < pipeline * serious)
    counts[people.copy_of != NONE, :2] = 0
    flat = np.repeat(np.arange(counts.size), counts.ravel())
    contact, column = flat // 3, flat % 3
    first = np.append(True, flat[1:] != flat[:-1]) if len(flat) else np.zeros(0, dtype=np.bool_)
    state = np.array([WON, LOST, NONE])[column]
    opened, closed = _days(rng, people, outcomes, contact, state, first)
    amount = _amounts(rng, people, contact, size)
    low, high = (
        np.where(people.cls == CLASS_NUMBER["complainer"], COMPLAINER_MARGIN[0], MARGIN[0]),
        np.where(people.cls == CLASS_NUMBER["complainer"], COMPLAINER_MARGIN[1], MARGIN[1]),
    )
    margin = amount * (low + rng.random(n) * (high - low))[contact]
    missing = rng.random(len(flat)) < np.array([AMOUNT_MISSING[LOST], AMOUNT_MISSING[WON], AMOUNT_MISSING[NONE]])[state]
    amount[missing] = np.nan
    margin[missing | (state == NONE)] = np.nan
    return Deals(contact, state, amount, np.round(margin, 2), opened, closed)


def _days(
    rng: np.random.Generator, people: Population, outcomes: Outcomes, contact: Ints, state: Ints, first: np.ndarray
) -> tuple[Ints, Ints]:
    n = len(contact)
    closed = outcomes.day[contact].copy()
    # Customers come back later.
    again = (state == WON) & ~first
    closed[again] += (rng.random(int(again.sum())) * np.maximum(TODAY - closed[again], 1)).astype(np.int64)
    closed = np.minimum(closed, TODAY - 1)
    lead = rng.integers(10, 120, n)
    opened = np.maximum(closed - lead, people.created[contact])
    opened[again] = np.maximum(opened[again], outcomes.day[contact[again]])
    running = state == NONE
    since = np.where(outcomes.known[contact] == NONE, people.created[contact], outcomes.day[contact])
    opened[running] = np.maximum(
        TODAY - 2 - (rng.random(int(running.sum())) ** 2 * 300).astype(np.int64), since[running]
    )
    opened = np.minimum(opened, TODAY - 1)
    return opened, np.where(running, NONE, np.maximum(closed, opened))


def _amounts(rng: np.random.Generator, people: Population, contact: Ints, size: Ints) -> Floats:
    median = np.array([spec.amount for spec in CLASSES])[people.cls[contact]]
    factor = np.where(np.isin(people.cls, PERSONAS_B2C), 1.0, np.array(SIZE_FACTORS)[np.clip(size, 0, len(SIZES) - 1)])
    amount = median * factor[contact] * rng.lognormal(0, AMOUNT_SPREAD, len(contact))
    unit = np.where(amount >= 10_000, 500, np.where(amount >= 1_000, 50, 0.1))
    return np.round(np.round(amount / unit) * unit, 2)
