"""Who becomes a customer: from fit, size, behaviour and chance; and when it was decided."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from persona_store.crm.sample.behaviour import COLUMN, OUTGOING, Events
from persona_store.crm.sample.classes import CLASSES
from persona_store.crm.sample.draws import Floats, Ints, sigmoid, weekdays
from persona_store.crm.sample.population import NONE, PERSONAS_B2B, STALE_ACTIVE_DAYS, TODAY, Population
from persona_store.crm.sample.titles import roles

# Log-odds that behaviour adds, per event up to the cap: (weight, cap).
EFFECTS: Final = {
    "demo_request": (0.8, 2),
    "pricing_page": (0.4, 3),
    "webinar": (0.25, 3),
    "trade_fair": (0.3, 2),
    "download": (0.05, 4),
    "visit": (0.08, 4),
    "unsubscribed": (-1.1, 1),
    "complaint": (-0.15, 4),
    "no_reply": (-0.5, 2),
}
ANSWERED: Final = 2.2  # log-odds between answering everything and nothing
INTEREST: Final = 0.6  # the part of interest that no behaviour shows
DECIDES: Final = {"c_level": 0.35, "head": 0.25, "lead": 0.0, "specialist": -0.25, "junior": -0.8}
STEEPNESS: Final = 1.3  # how sharply fit decides; with it the noise that no one can predict
MIDDLE: Final = 2.45  # log-odds at which half of the leads buy
UNKNOWN_SHARE: Final = 0.14  # outcomes nobody entered
STALE_UNKNOWN_SHARE: Final = 0.5
COPY_UNKNOWN_SHARE: Final = 0.75


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`known` is 1 for a customer, 0 for a lost lead, -1 while open; `day` of the decision (days since 1970).

    `chance` is the true probability of becoming a customer.
    """

    known: Ints
    day: Ints
    chance: Floats


def decision_days(rng: np.random.Generator, people: Population) -> Ints:
    """When each lead is decided, whether or not that day has come."""
    took = rng.gamma(2.2, 85, len(people)).astype(np.int64) + 20
    return weekdays(people.created + np.where(people.stale, np.minimum(took, STALE_ACTIVE_DAYS), took))


def last_days(people: Population, decided: Ints) -> Ints:
    """The last day of activity before the decision, or until today."""
    open_end = np.where(people.stale, people.created + STALE_ACTIVE_DAYS, TODAY)
    return np.minimum(np.minimum(decided, open_end), TODAY - 1)


def draw_outcomes(
    rng: np.random.Generator, people: Population, counts: Ints, events: Events, decided: Ints
) -> Outcomes:
    """Outcomes from what came before the decision (`counts`, `events`)."""
    chance = sigmoid(STEEPNESS * (_log_odds(people, counts, events) - MIDDLE))
    bought = (rng.random(len(people)) < chance).astype(np.int64)
    unknown_share = np.where(people.stale, STALE_UNKNOWN_SHARE, UNKNOWN_SHARE)
    unknown_share = np.where(people.copy_of != NONE, COPY_UNKNOWN_SHARE, unknown_share)
    unknown = (rng.random(len(people)) < unknown_share) | (decided >= TODAY - 1)
    doubles = people.copy_of != NONE
    bought[doubles] = bought[people.copy_of[doubles]]
    return Outcomes(np.where(unknown, NONE, bought), decided, chance)


def _log_odds(people: Population, counts: Ints, events: Events) -> Floats:
    fit = np.array([spec.fit for spec in CLASSES])
    total: Floats = fit[people.cls]
    between = people.other != NONE
    total[between] = (total[between] + fit[people.other[between]]) / 2
    for kind, (weight, cap) in EFFECTS.items():
        total += weight * np.minimum(counts[:, COLUMN[kind]], cap)
    asked = counts[:, :OUTGOING].sum(axis=1)
    answers = np.bincount(events.contact[events.answered == 1], minlength=len(people))
    # Two answers in four as a start, so that one lone call does not decide.
    total += ANSWERED * (answers + 1) / (asked + 2)
    levels = np.array([DECIDES.get(level, 0.0) for _, level in roles()] + [0.0])
    total += np.where(np.isin(people.cls, PERSONAS_B2B), levels[people.role], 0.0)
    return total + INTEREST * people.interest
