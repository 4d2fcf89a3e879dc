"""How much alike the groups of a level are, learned from their counts: the weights of the shrinkage (empirical Bayes).

Rates of groups (roles, personas in a role, contacts) scatter around what their level above lets expect as Beta(m w,
(1 - m) w); `w` is large where groups are alike. It is estimated by maximum marginal likelihood of the beta-binomial.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import betaln, expit, logit

from persona_store.guidance.prior import prior
from persona_store.guidance.types import Tally

Floats = NDArray[np.float64]

# What holds until there are enough groups to tell, and the centre of the weak prior afterwards.
ROLE_WEIGHT = 20.0
PERSONA_WEIGHT = 30.0
CONTACT_WEIGHT = 6.0
# One group alone says nothing of scatter; eight allow an estimate at all, contacts bear so few attempts that it takes
# more of them.
LEAST_GROUPS = 8
LEAST_CONTACTS = 100
LEAST_ATTEMPTS = 5  # of a group, below which it says nothing of scatter
# The weak prior: ln w is normal around the fixed weight's, so that few groups cannot lead to extremes.
PRIOR_SPREAD = 1.5
LOWEST, HIGHEST = 1.0, 5_000.0
SMALLEST_RATE = 1e-3
CELL_SMOOTHING = 2.0  # attempts by which the mean of a contact's cell leans on the channel's


@dataclass(frozen=True, slots=True)
class Weights:
    """How many attempts the level above weighs: for a role, a persona in a role, a contact.

    The numbers of groups behind each tell how it came about: 0 means too few, so the fixed one holds.
    """

    role: float = ROLE_WEIGHT
    persona: float = PERSONA_WEIGHT
    contact: float = CONTACT_WEIGHT
    roles: int = 0
    personas: int = 0
    contacts: int = 0

    @property
    def likeness(self) -> float:
        """Correlation of attempts to one person: 1 / (w + 1), as of a beta-binomial."""
        return 1.0 / (self.contact + 1.0)

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the build."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Weights":
        """What `as_json` wrote."""
        return cls(**stored)


@dataclass(frozen=True, slots=True)
class Cell:
    """Counts of one role in one persona on one channel."""

    function: str
    level: str
    persona_id: int | None
    channel: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Person:
    """`people` in a cell (its place in the list of cells) with `n` attempts each, `answered` of them."""

    cell: int
    n: int
    answered: int
    people: int


def combined(weight: float, sureness: float) -> float:
    """The weight of an expectation that is itself only known as well as `sureness` attempts tell.

    The groups scatter with concentration `weight` around a rate whose own posterior has concentration `sureness`;
    mean and variance of the result are those of a Beta distribution with this concentration.
    """
    return 1.0 / ((1.0 + 1.0 / weight) * (1.0 + 1.0 / sureness) - 1.0)


def concentration(answered: Floats, n: Floats, mean: Floats, sureness: Floats, fixed: float, times: Floats) -> float:
    """The weight under which the groups' counts are most probable, with the weak prior around `fixed`.

    Arrays hold one group a place, `times` how often it occurs; `mean` is what is expected of it, known as well as
    `sureness` attempts tell. Maximum marginal likelihood (Efron and Morris 1973; Griffiths 1973, Biometrics 29:637).
    """
    mean = np.clip(mean, SMALLEST_RATE, 1 - SMALLEST_RATE)

    def badness(log_weight: float) -> float:
        w = 1.0 / ((1.0 + np.exp(-log_weight)) * (1.0 + 1.0 / sureness) - 1.0)
        a, b = mean * w, (1 - mean) * w
        fit = float(times @ (betaln(a + answered, b + n - answered) - betaln(a, b)))
        return ((log_weight - log(fixed)) / PRIOR_SPREAD) ** 2 / 2 - fit

    found = minimize_scalar(badness, bounds=(log(LOWEST), log(HIGHEST)), method="bounded")
    return float(np.exp(found.x))


def learn_weights(cells: Sequence[Cell], people: Iterable[Person]) -> Weights:
    """The weights of all levels in one market, from the most specific one up; fixed ones where groups are too few."""
    contact, contacts = _contact_weight(cells, list(people))
    known = Weights(contact=contact, contacts=contacts)
    role, roles = _role_weight(cells, known)
    known = Weights(role, PERSONA_WEIGHT, contact, roles, 0, contacts)
    persona, personas = _persona_weight(cells, known)
    return Weights(role, persona, contact, roles, personas, contacts)


def total(tallies: Iterable[Tally]) -> Tally:
    """All counts together."""
    known = list(tallies)
    return Tally(
        sum(one.n for one in known), sum(one.answered for one in known), sum(one.squares or one.n for one in known)
    )


def expected(everyone: Tally, role_prior: float, anybody: float, weight: float, likeness: float) -> tuple[float, float]:
    """What to expect of a role before its own counts, and how many attempts that is known by.

    `everyone` are the others' counts; the role is expected to differ from them as prior knowledge says (in log-odds).
    """
    n = everyone.effective(likeness)
    share = everyone.answered / everyone.n if everyone.n else 0.0
    seen = (share * n + anybody * weight) / (n + weight)
    return float(expit(logit(seen) + logit(role_prior) - logit(anybody))), n + weight


def _contact_weight(cells: Sequence[Cell], people: list[Person]) -> tuple[float, int]:
    """People scatter around the others of their cell; only who was tried twice says anything of that."""
    usable = [one for one in people if one.n >= 2 and cells[one.cell].tally.n > one.n]
    count = sum(one.people for one in usable)
    if count < LEAST_CONTACTS:
        return CONTACT_WEIGHT, 0
    channels = {one.channel for one in cells}
    usual = {channel: total(one.tally for one in cells if one.channel == channel) for channel in channels}
    n = np.array([one.n for one in usable], dtype=float)
    answered = np.array([one.answered for one in usable], dtype=float)
    whole = [cells[one.cell] for one in usable]
    others_n = np.array([one.tally.n for one in whole]) - n
    others = np.array([one.tally.answered for one in whole]) - answered
    base = np.array([usual[one.channel].answered / usual[one.channel].n for one in whole])
    mean = (others + CELL_SMOOTHING * base) / (others_n + CELL_SMOOTHING)
    times = np.array([one.people for one in usable], dtype=float)
    weight = CONTACT_WEIGHT
    for _ in range(2):  # how surely the others' rate is known depends on the weight itself
        effective = np.array([one.tally.effective(1 / (weight + 1)) / one.tally.n for one in whole])
        sureness = np.maximum(effective * others_n, 1.0)
        weight = concentration(answered, n, mean, sureness, CONTACT_WEIGHT, times)
    return weight, count


def _role_weight(cells: Sequence[Cell], known: Weights) -> tuple[float, int]:
    groups: list[tuple[Tally, float, float]] = []
    for channel in sorted({one.channel for one in cells}):
        here = [one for one in cells if one.channel == channel]
        everyone = total(one.tally for one in here)
        for function, level in sorted({(one.function, one.level) for one in here if one.function != "other"}):
            role = total(one.tally for one in here if (one.function, one.level) == (function, level))
            trade = prior(function, level)
            if channel in trade.role:
                rest = everyone.without(role)
                mean = expected(rest, trade.role[channel], trade.anybody[channel], trade.weight, known.likeness)
                groups.append((role, *mean))
    return _from_groups(groups, known.likeness, ROLE_WEIGHT)


def _persona_weight(cells: Sequence[Cell], known: Weights) -> tuple[float, int]:
    groups: list[tuple[Tally, float, float]] = []
    roles: dict[tuple[str, str, str], list[Cell]] = {}
    for one in cells:
        roles.setdefault((one.function, one.level, one.channel), []).append(one)
    for members in roles.values():
        role = total(one.tally for one in members)
        for one in members if len(members) > 1 else ():
            rest = role.without(one.tally)
            n = rest.effective(known.likeness)
            if one.persona_id is not None and n >= LEAST_ATTEMPTS:
                groups.append((one.tally, rest.answered / rest.n, n))
    return _from_groups(groups, known.likeness, PERSONA_WEIGHT)


def _from_groups(groups: list[tuple[Tally, float, float]], likeness: float, fixed: float) -> tuple[float, int]:
    usable = [group for group in groups if group[0].effective(likeness) >= LEAST_ATTEMPTS]
    if len(usable) < LEAST_GROUPS:
        return fixed, 0
    n = np.array([tally.effective(likeness) for tally, _, _ in usable])
    answered = np.array([tally.answered / tally.n for tally, _, _ in usable]) * n
    mean, sureness = (np.array(values) for values in zip(*((m, v) for _, m, v in usable), strict=True))
    return concentration(answered, n, mean, sureness, fixed, np.ones(len(usable))), len(usable)
