"""Attributes that depend on one another beyond the classes: found, and kept from being counted twice.

Latent classes take attributes as independent within a class. Where two belong together anyway (a function and its
usual level), they make classes of their own or memberships too sure. Such a pair becomes a branch of a tree, as in
tree-augmented naive Bayes (Friedman, Geiger, Goldszmidt 1997, Machine Learning 29:131): what the child says counts
with an exponent where its parent is known too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, logsumexp, rel_entr, xlogy
from scipy.stats import chi2

from persona_store.segmentation.latent_classes import LatentClasses
from persona_store.segmentation.observations import MISSING, Codes, Discount, Floats

LEAST_RESIDUAL = 0.01  # nats a contact that a pair shares beyond the classes; less moves no membership
ALPHA = 0.001  # over all pairs (Bonferroni)
MOST_PAIRS = 60  # those with the largest residual are looked at closely
LOOKED_ROWS = 4_000
EXPONENTS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
HALF_CHI2 = 1.92  # a log-likelihood lower by less lies within the 95 % interval of one parameter
# Two classes must differ in a third attribute too: without their two most telling ones, what is left must tell at
# least this part of the difference. Pairs that depend on each other leave under 0.05, real classes 0.5 and more.
THIRD_SHARE = 0.15
FITTING_ROUNDS = 3  # of iterative proportional fitting; expected margins are nearly right from the beginning


@dataclass(frozen=True, slots=True)
class Pair:
    """Two attributes (their places) and what they share beyond the classes, in nats a contact."""

    one: int
    other: int
    residual: float


def dependent_pairs(codes: Codes, model: LatentClasses) -> tuple[Pair, ...]:
    """Pairs of attributes whose bivariate residual is large, the largest first.

    Compares each pair's table with the one expected by the classes (Vermunt and Magidson 2016, Technical guide for
    Latent GOLD, ch. 8), here by information instead of Pearson's statistic, corrected for its bias (Miller 1955), and
    with memberships from all *other* attributes, because a pair pulls memberships after itself.
    """
    codes = codes[:LOOKED_ROWS]
    terms = model.terms(codes)
    joint = np.log(model.weights) + sum(terms)
    held = _normal(joint)
    known = codes != MISSING
    count = len(terms)
    tests = max(count * (count - 1) // 2, 1)
    rough = [
        (_bivariate(codes, known, model, held, one, other)[0], one, other)
        for one, other in combinations(range(count), 2)
    ]
    found = []
    for residual, one, other in sorted(rough, reverse=True)[:MOST_PAIRS]:
        if residual < LEAST_RESIDUAL / 2:
            break
        others = _normal(joint - terms[one] - terms[other])
        residual, statistic, freedom = _bivariate(codes, known, model, others, one, other)
        if residual >= LEAST_RESIDUAL and chi2.sf(statistic, freedom) * tests < ALPHA:
            found.append(Pair(one, other, residual))
    return tuple(sorted(found, key=lambda pair: -pair.residual))


def shared(codes: Codes, sizes: Sequence[int], one: int, other: int) -> float:
    """What two attributes share altogether, classes or not: mutual information in nats a contact, without its bias."""
    seen = _table(codes, sizes, one, other)
    return _residual(seen, np.ones_like(seen), len(codes))[0]


def thin_pairs(codes: Codes, model: LatentClasses) -> tuple[tuple[int, int, tuple[int, int]], ...]:
    """Pairs of classes that only two attributes tell apart: (class, class, those attributes), the thinnest first.

    Two attributes alone cannot tell a class from a dependence of the two: a latent class shows in three or more
    (Allman, Matias, Rhodes 2009, Ann. Statist. 37:3099).
    """
    counted = np.array(model.counted or [1.0] * len(model.probabilities)) * (codes != MISSING).mean(axis=0)
    freedom = np.array([table.shape[1] - 1 for table in model.probabilities])
    found = []
    for first, second in combinations(range(len(model.weights)), 2):
        both = model.weights[[first, second]]
        shares = both / both.sum()
        # Attributes of noise seem to tell something too: half a degree of freedom each, twice for the EM's choice.
        noise = freedom / (model.n * both.sum())
        told = np.array([_divergence(table[[first, second]], shares) for table in model.probabilities]) * counted
        order = np.argsort(-told, kind="stable")
        left = float(np.maximum(told - noise, 0)[order[2:]].sum() / entr(shares).sum())
        if left < THIRD_SHARE:
            found.append((left, first, second, int(order[0]), int(order[1])))
    return tuple((first, second, (one, other)) for _, first, second, one, other in sorted(found))


def discounts(codes: Codes, model: LatentClasses, pairs: Sequence[Pair]) -> tuple[Discount, ...]:
    """What of each pair's evidence to count: the more telling attribute in full, the other with an exponent.

    The exponent is the one with which the pair best foretells all *other* attributes by way of the classes (maximum
    composite conditional likelihood: Lindsay 1988; Varin, Reid, Firth 2011, Statistica Sinica 21:5), no planted truth
    and no outcome takes part; of those within its 95 % interval the smallest, so that what is not borne out does not
    count. Each attribute has at most one parent; exponents of 1 are left out.
    """
    codes = codes[:LOOKED_ROWS]
    terms = model.terms(codes)
    joint = np.log(model.weights) + sum(terms)
    shares_known = (codes != MISSING).mean(axis=0)
    told = [
        _divergence(table, model.weights) * share
        for table, share in zip(model.probabilities, shares_known, strict=True)
    ]
    parents: dict[int, int] = {}
    found = []
    for pair in pairs:
        parent, child = (pair.one, pair.other) if told[pair.one] >= told[pair.other] else (pair.other, pair.one)
        if child in parents or _descends(parents, parent, child):
            continue
        parents[child] = parent
        exponent = _exponent(codes, model, joint, terms, parent, child)
        if exponent < 1:
            found.append(Discount(parent, child, exponent))
    return tuple(found)


def _descends(parents: dict[int, int], place: int, ancestor: int) -> bool:
    while place in parents:
        place = parents[place]
        if place == ancestor:
            return True
    return False


def _exponent(
    codes: Codes, model: LatentClasses, joint: Floats, terms: Sequence[Floats], parent: int, child: int
) -> float:
    known = (codes[:, parent] != MISSING) & (codes[:, child] != MISSING)
    own = {place: np.log(model.probabilities[place].T)[codes[known, place]] for place in (parent, child)}
    # What the others say goes without the prior: the pair's own posterior brings it.
    others = joint[known] - terms[parent][known] - terms[child][known] - np.log(model.weights)
    foretold = []
    for exponent in EXPONENTS:
        pair = np.log(model.weights) + own[parent] + exponent * own[child]
        pair -= logsumexp(pair, axis=1, keepdims=True)
        foretold.append(float(logsumexp(pair + others, axis=1).sum()))
    best = max(foretold)
    return next(one for one, value in zip(EXPONENTS, foretold, strict=True) if value >= best - HALF_CHI2)


def _bivariate(
    codes: Codes, known: NDArray[np.bool_], model: LatentClasses, held: Floats, one: int, other: int
) -> tuple[float, float, int]:
    """The residual of a pair when contacts are in the classes with the probabilities `held` (contacts, classes)."""
    first, second = model.probabilities[one], model.probabilities[other]
    members = (known[:, one] & known[:, other]) @ held
    seen = _table(codes, [len(table[0]) for table in model.probabilities], one, other)
    return _residual(seen, np.einsum("k,ka,kb->ab", members, first, second), len(codes))


def _table(codes: Codes, sizes: Sequence[int], one: int, other: int) -> Floats:
    both = (codes[:, one] != MISSING) & (codes[:, other] != MISSING)
    cells = codes[both, one].astype(np.intp) * sizes[other] + codes[both, other]
    return np.bincount(cells, minlength=sizes[one] * sizes[other]).reshape(sizes[one], -1).astype(np.float64)


def _residual(seen: Floats, expected: Floats, n: int) -> tuple[float, float, int]:
    """Residual information in nats a contact, likelihood ratio statistic, degrees of freedom; margins do not count."""
    if seen.sum() == 0:
        return 0.0, 0.0, 1
    tiny = np.finfo(np.float64).tiny
    for _ in range(FITTING_ROUNDS):
        expected = expected * (seen.sum(axis=1) / np.maximum(expected.sum(axis=1), tiny))[:, None]
        expected = expected * (seen.sum(axis=0) / np.maximum(expected.sum(axis=0), tiny))
    statistic = 2 * float((xlogy(seen, seen) - xlogy(seen, np.where(seen > 0, expected, 1.0))).sum())
    rows, columns = int((seen.sum(axis=1) > 0).sum()), int((seen.sum(axis=0) > 0).sum())
    freedom = max((rows - 1) * (columns - 1), 1)
    return (statistic - freedom) / 2 / n, statistic, freedom


def _divergence(table: Floats, shares: Floats) -> float:
    """Jensen-Shannon divergence of the rows of `table`, weighed by `shares`: what the attribute tells of the class."""
    return float(shares @ rel_entr(table, shares @ table).sum(axis=1))


def _normal(joint: Floats) -> Floats:
    return np.asarray(np.exp(joint - logsumexp(joint, axis=1, keepdims=True)))
