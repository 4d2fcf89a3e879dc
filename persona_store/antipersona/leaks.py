"""Finds attributes that leak: what is filled in with or after the outcome cannot foretell it."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from persona_store.antipersona.encoding import MISSING, Codes
from persona_store.antipersona.types import LeakReason
from persona_store.segmentation.registry import Attribute
from persona_store.settings import PROJECT_ROOT

Flags = NDArray[np.bool_]

NAMES = PROJECT_ROOT / "data" / "lexicon" / "leaks.yml"
# Totals over the whole history grow until the outcome is there: how many contacts it took is known only then, and a
# fresh lead would look like a quick sale.
WHOLE_HISTORY = frozenset({"frequency", "variety", "care_minutes"})
# What people fill in by hand; behaviour comes by itself and grows with time.
FILLED_IN = frozenset({"custom", "explicit"})
# No honest attribute orders contacts almost perfectly on its own.
TOO_GOOD_AUC = 0.95
# That a value is known at all should say little about the outcome; an AUC of 0.8 means four out of five pairs.
MISSING_AUC = 0.8
# A value known for one outcome only is refused when chance would bring this about less than once in a million.
ONE_SIDED_CHANCE = 1e-6
# Timing: so many contacts must be open still, and so many fewer of them may have the value, to say that it is filled in
# only when a decision has been made.
OPEN_CONTACTS = 50
FILLED_SHARE = 0.2
FILLED_TIMES = 10.0
# A level that a decided contact has and no open one, though this many would be expected to.
EXPECTED_OPEN = 10.0
# Pseudo-counts that keep a rare level from being taken at its word while the power of an attribute is measured.
SMOOTHING = 5.0
HALVES = 2


def find_leaks(
    codes: Mapping[str, Codes],
    outcome: Flags,
    attributes: Sequence[Attribute],
    seed: int,
    still_open: Mapping[str, Codes] | None = None,
) -> dict[str, LeakReason]:
    """The attributes to leave out, each with its reason, strongest grounds first.

    `codes` holds per attribute the level of each contact as a number, `MISSING` where it is not known; `outcome` is
    True for those who bought. `still_open` holds the same for contacts whose outcome is not known yet: what they
    never have is filled in with the outcome.
    """
    found: dict[str, LeakReason] = {}
    for attribute in attributes:
        values = codes.get(attribute.key)
        if values is None:
            continue
        reason = _by_name(attribute) or _by_data(values, outcome, seed)
        if reason is None and still_open is not None and attribute.kind in FILLED_IN:
            reason = _by_timing(values, outcome, still_open[attribute.key])
        if reason:
            found[attribute.key] = reason
    return found


def _by_name(attribute: Attribute) -> LeakReason | None:
    if attribute.after_outcome:
        return "after_outcome"
    if attribute.key in WHOLE_HISTORY and attribute.kind != "custom":
        return "whole_history"
    return "name" if attribute.kind == "custom" and suspicious_name(attribute.key) else None


def _by_data(values: Codes, outcome: Flags, seed: int) -> LeakReason | None:
    known = values != MISSING
    if not known.any():
        return None
    if not known.all():
        if _folded_auc(outcome, known.astype(np.float64)) >= MISSING_AUC:
            return "missing_tells"
        if _one_sided(outcome[known], float(outcome.mean())):
            return "only_known_after"
    if single_auc(values[known], outcome[known], seed) >= TOO_GOOD_AUC:
        return "too_good"
    return None


def _by_timing(values: Codes, outcome: Flags, still_open: Codes) -> LeakReason | None:
    """What open contacts hardly ever have, decided ones often: a column filled in, or a tag set, with the outcome."""
    if still_open.size < OPEN_CONTACTS:
        return None
    known, known_open = values != MISSING, still_open != MISSING
    if known.mean() >= max(FILLED_SHARE, FILLED_TIMES * float(known_open.mean())):
        return "filled_afterwards"
    size = int(max(values.max(), still_open.max())) + 1
    counts, open_counts = (np.bincount(one[one != MISSING], minlength=size) for one in (values, still_open))
    for level in np.flatnonzero((open_counts == 0) & (counts * still_open.size >= EXPECTED_OPEN * values.size)):
        if _one_sided(outcome[values == level], float(outcome.mean())):
            return "tagged_afterwards"
    return None


def single_auc(values: Codes, outcome: Flags, seed: int) -> float:
    """How well one attribute alone orders unseen contacts: AUC of its levels' rates, learned on the other half.

    0.5 where one outcome is absent.
    """
    if outcome.all() or not outcome.any():
        return 0.5
    half = np.random.default_rng(seed).integers(HALVES, size=values.size)
    score = np.empty(values.size)
    size = int(values.max()) + 1
    for part in range(HALVES):
        learn, judge = half != part, half == part
        base = float(outcome[learn].mean()) if learn.any() else 0.5
        n = np.bincount(values[learn], minlength=size)
        hits = np.bincount(values[learn], weights=outcome[learn], minlength=size)
        score[judge] = ((hits + SMOOTHING * base) / (n + SMOOTHING))[values[judge]]
    return float(roc_auc_score(outcome, score))


def suspicious_name(name: str) -> bool:
    """Whether a column of this name is usually filled in with or after the outcome."""
    words = " ".join(re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", name)).casefold().split())
    return any(pattern.fullmatch(words) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text) for text in yaml.safe_load(NAMES.read_text(encoding="utf-8"))["patterns"])


def _folded_auc(outcome: Flags, score: NDArray[np.float64]) -> float:
    auc = float(roc_auc_score(outcome, score))
    return max(auc, 1 - auc)


def _one_sided(outcome: Flags, base: float) -> bool:
    chance = base if outcome.all() else 1 - base if not outcome.any() else 1.0
    return bool(chance**outcome.size < ONE_SIDED_CHANCE)
