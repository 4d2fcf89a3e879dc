"""How often a customer will buy again and for how much: BG/NBD for purchases, Gamma-Gamma for amounts.

Sources: Fader, Hardie and Lee (2005), "Counting Your Customers" the easy way, Marketing Science 24(2), equations 6, 9
and 10; Fader and Hardie (2013), The Gamma-Gamma model of monetary value. Times are in months, amounts in the CRM's
currency.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Floats = NDArray[np.float64]

DAYS_A_MONTH = 30.4375
MONTHS_A_YEAR = 12
# With fewer repeat buyers the four parameters are hardly told apart; from here on expected purchases were within about
# a fifth of the truth in simulation.
LEAST_REPEATERS = 100
# Beyond this many customers more of them no longer move a parameter; a sample keeps time and memory bounded.
FIT_AT_MOST = 20_000
# On the log scale; beyond these a parameter is not identified by the data (nobody ever leaves, say).
BOUNDS = (-7.0, 9.0)
IMPOSSIBLE = -1e6
# A fit that misses the purchases it was made from by more than this is none.
WORST_RATIO = 1.25
# Where a = 1 the closed form divides by zero though its limit exists; so far off it loses nothing visible.
OFF_ONE = 1e-6
DRAWS = 4_000
SURELY_STAYS = 1e-9  # NumPy draws no geometric numbers for a probability of 0
TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Purchases:
    """What customers bought, one entry each: `repeats` after the first, `last` and `known_for` in months since it.

    `amount` is the mean over all purchases, the first included; NaN where none is known.
    """

    repeats: Floats
    last: Floats
    known_for: Floats
    amount: Floats

    def of(self, rows: NDArray[Any]) -> "Purchases":
        """Those of some customers only."""
        return Purchases(self.repeats[rows], self.last[rows], self.known_for[rows], self.amount[rows])


@dataclass(frozen=True, slots=True)
class Rhythm:
    """BG/NBD: purchase rates are Gamma(`r`, `alpha`), and after a purchase people leave by a Beta(`a`, `b`) chance."""

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, repeats: Floats, last: Floats, known_for: Floats) -> Floats:
        """The probability that a customer has not left for good."""
        return 1 / (1 + self._left(repeats, last, known_for))

    def expected(self, months: float, repeats: Floats, last: Floats, known_for: Floats) -> Floats:
        """Expected purchases in the next `months` (Fader, Hardie and Lee 2005, equation 10)."""
        a = self.a + OFF_ONE if abs(self.a - 1) < OFF_ONE else self.a
        seen = self.alpha + known_for
        series = hyp2f1(self.r + repeats, self.b + repeats, a + self.b + repeats - 1, months / (seen + months))
        stays = 1 - (seen / (seen + months)) ** (self.r + repeats) * series
        return np.asarray((a + self.b + repeats - 1) / (a - 1) * stays * self.alive(repeats, last, known_for))

    def expected_of_new(self, months: float | Floats) -> Floats:
        """Expected repeat purchases of a new customer in the first `months` (equation 9)."""
        a = self.a + OFF_ONE if abs(self.a - 1) < OFF_ONE else self.a
        series = hyp2f1(self.r, self.b, a + self.b - 1, months / (self.alpha + months))
        return np.asarray((a + self.b - 1) / (a - 1) * (1 - (self.alpha / (self.alpha + months)) ** self.r * series))

    def log_likelihood(self, repeats: Floats, last: Floats, known_for: Floats) -> Floats:
        """Of each customer's history (equation 6)."""
        common = gammaln(self.r + repeats) - gammaln(self.r) + self.r * np.log(self.alpha)
        common += betaln(self.a, self.b + repeats) - betaln(self.a, self.b)
        here = -(self.r + repeats) * np.log(self.alpha + known_for)
        return np.asarray(common + here + np.log1p(self._left(repeats, last, known_for)))

    def _left(self, repeats: Floats, last: Floats, known_for: Floats) -> Floats:
        """Odds that the customer left right after the last purchase; who never came back is here by assumption."""
        odds = (self.r + repeats) * (np.log(self.alpha + known_for) - np.log(self.alpha + last))
        ratio = self.a / (self.b + np.maximum(repeats, 1) - 1) * np.exp(np.minimum(odds, 500))
        return np.where(repeats > 0, ratio, 0.0)


@dataclass(frozen=True, slots=True)
class Spend:
    """Gamma-Gamma: amounts of a customer are Gamma(`p`, rate), and rates differ as Gamma(`q`, `gamma`)."""

    p: float
    q: float
    gamma: float

    def expected(self, purchases: Floats, mean: Floats) -> Floats:
        """Expected amount of a purchase: the customer's own mean, drawn to that of all (equation 5).

        Linear in the own mean, so that a customer who brings losses is expected to go on so.
        """
        return self.p * (self.gamma + purchases * mean) / (self.p * purchases + self.q - 1)

    def log_likelihood(self, purchases: Floats, mean: Floats) -> Floats:
        """Of each customer's mean amount (equation 1a)."""
        shape = self.p * purchases
        log = gammaln(shape + self.q) - gammaln(shape) - gammaln(self.q) + self.q * np.log(self.gamma)
        log += (shape - 1) * np.log(mean) + shape * np.log(purchases)
        return np.asarray(log - (shape + self.q) * np.log(self.gamma + purchases * mean))


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a customer does in the months to come, each expected and with its 95 % posterior predictive interval.

    `purchases` from `fewest` to `most`, `money` from `low` to `high`; `alive` is the probability of still buying.
    """

    purchases: float
    fewest: float
    most: float
    money: float
    low: float
    high: float
    alive: float


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Both models of one market, learned from `customers` of whom `repeaters` bought more than once."""

    rhythm: Rhythm
    spend: Spend
    customers: int
    repeaters: int

    def ahead(
        self, repeats: int, last: float, known_for: float, amount: float, months: float, discount: float = 0.0
    ) -> Ahead:
        """What one customer does in the next `months`; money is discounted by `discount` a year.

        The intervals hold what chance does to this customer, not that parameters are estimated; they are stretched to
        hold the expected values.
        """
        history = (np.array([float(repeats)]), np.array([last]), np.array([known_for]))
        alive = float(self.rhythm.alive(*history)[0])
        spend = float(self.spend.expected(np.array([repeats + 1.0]), np.array([amount]))[0])
        purchases = float(self.rhythm.expected(months, *history)[0])
        later = _discounted(lambda month: float(self.rhythm.expected(month, *history)[0]), months, discount)
        counts, totals = self._draws(repeats, alive, known_for, amount, months, spend)
        fewest, most = (float(end) for end in np.quantile(counts, TAILS))
        low, high = (float(end) for end in np.quantile(totals, TAILS) * (later / purchases if purchases > 0 else 1.0))
        money = later * spend
        return Ahead(
            purchases, min(fewest, purchases), max(most, purchases), money, min(low, money), max(high, money), alive
        )

    def _draws(
        self, repeats: int, alive: float, known_for: float, amount: float, months: float, spend: float
    ) -> tuple[Floats, Floats]:
        """Purchases to come and their sum, drawn from the customer's posterior; seeded, so that answers repeat."""
        rng = np.random.default_rng(DRAWS)
        rhythm, money = self.rhythm, self.spend
        rate = rng.gamma(rhythm.r + repeats, 1 / (rhythm.alpha + known_for), DRAWS)
        leaves = np.clip(rng.beta(rhythm.a, rhythm.b + repeats, DRAWS), SURELY_STAYS, 1.0)
        counts = np.minimum(rng.poisson(rate * months), rng.geometric(leaves)) * (rng.random(DRAWS) < alive)
        known = money.gamma + (repeats + 1) * amount
        if amount <= 0 or known <= 0:  # losses are no Gamma amounts; then only the number of purchases varies
            return counts.astype(np.float64), counts * spend
        scale = 1 / rng.gamma(money.p * (repeats + 1) + money.q, 1 / known, DRAWS)
        return counts.astype(np.float64), rng.gamma(money.p * np.maximum(counts, 1)) * scale * (counts > 0)

    def as_json(self) -> dict[str, Any]:
        """The models as JSON-ready data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> "Lifetime | None":
        """The models that `as_json` wrote, if any."""
        if data is None:
            return None
        return cls(Rhythm(**data["rhythm"]), Spend(**data["spend"]), data["customers"], data["repeaters"])


def fit_lifetime(bought: Purchases, seed: int = 1) -> Lifetime | None:
    """Both models by maximum likelihood; None where too few customers repeat or the models do not fit them."""
    repeaters = int((bought.repeats > 0).sum())
    if repeaters < LEAST_REPEATERS:
        return None
    rows = np.arange(bought.repeats.size)
    if rows.size > FIT_AT_MOST:
        rows = np.sort(np.random.default_rng(seed).choice(rows, FIT_AT_MOST, replace=False))
    sample = bought.of(rows)
    rhythm, spend = fit_rhythm(sample), fit_spend(sample)
    if rhythm is None or spend is None or not _fits(rhythm, sample):
        return None
    return Lifetime(rhythm, spend, int(bought.repeats.size), repeaters)


def fit_rhythm(bought: Purchases) -> Rhythm | None:
    """BG/NBD by maximum likelihood; None where the data do not identify it."""
    history = (bought.repeats, bought.last, bought.known_for)
    middle = np.log(max(float(bought.known_for.mean()), 1e-3))
    found = _most_likely(lambda log: Rhythm(*np.exp(log)).log_likelihood(*history), (0.0, middle, 0.0, 1.0))
    return None if found is None else Rhythm(*found)


def fit_spend(bought: Purchases) -> Spend | None:
    """Gamma-Gamma by maximum likelihood over customers with a positive mean amount; None where it is not identified.

    `q` is kept above 1, below which the mean amount would not exist.
    """
    known = bought.amount > 0
    if known.sum() < LEAST_REPEATERS:
        return None
    purchases, mean = bought.repeats[known] + 1, bought.amount[known]
    unit = float(mean.mean())  # amounts around 1, so that the search starts near whatever the currency
    found = _most_likely(
        lambda log: Spend(np.exp(log[0]), 1 + np.exp(log[1]), np.exp(log[2])).log_likelihood(purchases, mean / unit),
        (1.0, 0.5, 0.0),
    )
    return None if found is None else Spend(found[0], 1 + found[1], found[2] * unit)


def _most_likely(log_likelihood: Callable[[Floats], Floats], start: tuple[float, ...]) -> tuple[float, ...] | None:
    """The parameters, searched for as logarithms; an impossible likelihood counts as a very low one."""

    def badness(log: Floats) -> float:
        return -float(np.mean(np.nan_to_num(log_likelihood(log), nan=IMPOSSIBLE, neginf=IMPOSSIBLE)))

    with np.errstate(all="ignore"):
        begin: Floats = np.array(start, dtype=np.float64)
        found = minimize(badness, begin, method="L-BFGS-B", bounds=[BOUNDS] * len(start))
    if not np.isfinite(found.fun):
        return None
    return tuple(float(value) for value in np.exp(found.x))


def _fits(rhythm: Rhythm, bought: Purchases) -> bool:
    """Whether the model expects about as many repeat purchases as there were."""
    with np.errstate(all="ignore"):
        expected = float(rhythm.expected_of_new(bought.known_for).sum())
    happened = float(bought.repeats.sum())
    return bool(np.isfinite(expected)) and 1 / WORST_RATIO <= expected / happened <= WORST_RATIO


def _discounted(expected_until: Callable[[float], float], months: float, discount: float) -> float:
    """Purchases until `months`, each weighed by when it falls (month by month)."""
    if discount == 0:
        return expected_until(months)
    ends = np.minimum(np.arange(1, int(np.ceil(months)) + 1), months)
    until = np.array([expected_until(float(end)) for end in ends])
    weights = (1 + discount) ** (-(ends - 0.5) / MONTHS_A_YEAR)
    return float(np.diff(until, prepend=0.0) @ weights)
