"""Learns who will not buy, and judges the score only on contacts it has not seen.

Where outcomes are too few or the attributes do not foretell them, it says so instead of scoring.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from persona_store.antipersona.encoding import MISSING, Codes, Encoding, Term, codes_of, cut, encode
from persona_store.antipersona.leaks import find_leaks
from persona_store.antipersona.pairs import MOST_PAIRS, best_pair
from persona_store.antipersona.quality import auc_interval, calibration_error
from persona_store.antipersona.scorecard import POINT, Band, LearnedScorecard
from persona_store.antipersona.types import LeakReason, Points, Quality
from persona_store.segmentation.binning import Binning
from persona_store.segmentation.registry import Attribute
from persona_store.settings import settings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# An ordering not clearly better than this is of no use to anyone; 0.5 is a coin.
USEFUL_AUC = 0.55
FOLDS = 5
# Inverse strengths of the ridge penalty tried; the log loss on unseen contacts decides.
STRENGTHS = (0.03, 0.1, 0.3, 1.0)
ITERATIONS = 100
# Beyond this many outcomes more of them no longer move a point; a random sample keeps time and memory bounded.
LEARN_AT_MOST = 25_000
# The best penalty hardly depends on more contacts than these; figures of quality come from all that are learned from.
CHOOSE_PENALTY_ON, PENALTY_FOLDS = 10_000, 2
# Contacts a band of similar scores should hold, so that its observed share is worth stating, and bands at most.
BAND_SIZE = 100
BANDS = 20


def learn(
    frame: pl.DataFrame,
    outcome: Floats,
    attributes: Sequence[Attribute],
    seed: int,
    *,
    keep: Collection[str] = (),
) -> LearnedScorecard:
    """Learns a market's scorecard.

    `frame` holds one row a contact and one raw column an attribute (as `attribute_frame` gives them, counted up to
    the outcome); `outcome` is, row by row, 1 for a buyer, 0 for a lost one, NaN for not known. Attributes in `keep`
    are used although they may look like leaks: an analyst has said so.
    """
    known = ~np.isnan(outcome)
    bought = outcome[known] == 1
    unknown = Quality(None, None, None, None, int(bought.size), int(bought.sum()))
    if min(bought.sum(), (~bought).sum()) < settings().minimum_outcomes:
        return LearnedScorecard("too_few_outcomes", unknown, {})
    decided = frame.filter(pl.Series(known))
    binning = cut(decided, attributes)
    codes = codes_of(decided, binning)
    still_open = np.flatnonzero(~known)
    still_open = still_open[_sample(still_open.size, seed)]
    cuttable = [attribute for attribute in attributes if attribute.key in codes]
    rows = _sample(bought.size, seed)
    left_out = find_leaks(
        {key: values[rows] for key, values in codes.items()},
        bought[rows],
        [one for one in cuttable if one.key not in keep],
        seed,
        codes_of(frame[still_open], binning),
    )
    kept = tuple(attribute for attribute in cuttable if attribute.key not in left_out)
    usable = {attribute.key: codes[attribute.key] for attribute in kept}
    encoding = encode(binning, usable)
    if not encoding.weights:
        return LearnedScorecard("not_predictable", unknown, left_out)
    return _fit(encoding, usable, kept, bought, left_out, seed)


def _fit(
    encoding: Encoding,
    codes: dict[str, Codes],
    attributes: tuple[Attribute, ...],
    bought: Flags,
    left_out: dict[str, LeakReason],
    seed: int,
) -> LearnedScorecard:
    rows = _sample(bought.size, seed)
    learned, target = {term[0]: codes[term[0]][rows] for term in encoding.weights}, bought[rows]
    strength = _best_strength(encoding, learned, target, seed)
    encoding, model = _fit_terms(encoding.binning, learned, target, strength, MOST_PAIRS)
    pairs = sum(len(term) > 1 for term in encoding.weights)
    unseen = _unseen(encoding.binning, learned, target, strength, pairs, seed)
    auc, low, high = auc_interval(target, unseen)
    error = calibration_error(target, _calibrate_across(unseen, target, seed))
    quality = Quality(auc, low, high, error, int(bought.size), int(bought.sum()))
    if low <= USEFUL_AUC:
        return LearnedScorecard("not_predictable", quality, left_out)
    shift, slope = _platt(unseen, target)
    added = encoding.split(model.coef_[0] * slope)
    return LearnedScorecard(
        "learned",
        quality,
        left_out,
        tuple(attribute for attribute in attributes if (attribute.key,) in encoding.weights),
        encoding.binning,
        float(shift + slope * model.intercept_[0]),
        tuple(point for term, odds in added.items() for point in _points(term, odds, encoding, codes, bought)),
        _bands(expit(shift + slope * unseen), target),
    )


def _sample(n: int, seed: int, most: int = LEARN_AT_MOST) -> NDArray[np.int64]:
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, most, replace=False))


def _logistic(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, solver="newton-cholesky", max_iter=ITERATIONS)


def _best_strength(encoding: Encoding, codes: Mapping[str, Codes], bought: Flags, seed: int) -> float:
    """The ridge penalty whose models estimate contacts best that they have not seen."""
    rows = _sample(bought.size, seed, CHOOSE_PENALTY_ON)
    matrix, bought = encoding.matrix({key: values[rows] for key, values in codes.items()}), bought[rows]
    losses = dict.fromkeys(STRENGTHS, 0.0)
    for learn_rows, judge_rows in folds(bought, seed)[:PENALTY_FOLDS]:
        for strength in STRENGTHS:
            model = _logistic(strength).fit(matrix[learn_rows], bought[learn_rows])
            losses[strength] += float(log_loss(bought[judge_rows], expit(model.decision_function(matrix[judge_rows]))))
    return min(losses, key=lambda strength: losses[strength])


def _unseen(
    binning: Binning, codes: Mapping[str, Codes], bought: Flags, strength: float, pairs: int, seed: int
) -> Floats:
    """Log-odds of each contact from a model that has not seen it, neither for its points nor to choose its pairs.

    At most as many `pairs` are looked for as all contacts bear.
    """
    odds = np.empty(bought.size)
    for learn_rows, judge_rows in folds(bought, seed):
        part = {key: values[learn_rows] for key, values in codes.items()}
        encoding, model = _fit_terms(binning, part, bought[learn_rows], strength, pairs)
        rest = {key: values[judge_rows] for key, values in codes.items()}
        odds[judge_rows] = model.decision_function(encoding.matrix(rest))
    return odds


def _fit_terms(
    binning: Binning, codes: Mapping[str, Codes], bought: Flags, strength: float, most_pairs: int
) -> tuple[Encoding, LogisticRegression]:
    """The score of single attributes, and of pairs as long as the data insist on one more, at most `most_pairs`."""
    pairs: list[Term] = []
    while True:
        encoding = encode(binning, codes, pairs)
        matrix = encoding.matrix(codes)
        model = _logistic(strength).fit(matrix, bought)
        pair = None
        if len(pairs) < most_pairs:
            pair = best_pair(model.decision_function(matrix), bought, codes, binning, pairs)
        if pair is None:
            return encoding, model
        pairs.append(pair)


def folds(bought: Flags, seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The rows to learn from and the rows to judge by, of each fold; both outcomes spread evenly."""
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return list(split.split(np.zeros(bought.size), bought))


def _platt(odds: Floats, bought: Flags) -> tuple[float, float]:
    """Shift and slope that make log-odds honest (Platt 1999); a slope below 0 would turn the order and is refused."""
    model = LogisticRegression(C=np.inf).fit(odds[:, None], bought)
    return float(model.intercept_[0]), max(float(model.coef_[0, 0]), 0.0)


def _calibrate_across(odds: Floats, bought: Flags, seed: int) -> Floats:
    """Calibrated probabilities, each by a calibration learned on the other folds."""
    probability = np.empty(odds.size)
    for learn_rows, judge_rows in folds(bought, seed):
        shift, slope = _platt(odds[learn_rows], bought[learn_rows])
        probability[judge_rows] = expit(shift + slope * odds[judge_rows])
    return probability


def _points(term: Term, odds: Floats, encoding: Encoding, codes: Mapping[str, Codes], bought: Flags) -> list[Points]:
    values = encoding.codes_of(term, codes)
    known = values != MISSING
    n = np.bincount(values[known], minlength=odds.size)
    hits = np.bincount(values[known & bought], minlength=odds.size)
    told = encoding.weights[term].any(axis=1) & (n > 0)
    points = []
    for at in np.flatnonzero(told):
        first, *second = encoding.levels_of(term, int(at))
        beside = (term[1], second[0]) if second else None
        points.append(Points(term[0], first, float(np.round(odds[at] / POINT)), int(n[at]), int(hits[at]), beside))
    return points


def _bands(probability: Floats, bought: Flags) -> tuple[Band, ...]:
    order = np.argsort(probability, kind="stable")
    groups = np.array_split(order, int(np.clip(bought.size // BAND_SIZE, 1, BANDS)))
    return tuple(Band(float(probability[group].max()), int(group.size), int(bought[group].sum())) for group in groups)
