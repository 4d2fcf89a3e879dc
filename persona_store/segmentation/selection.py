"""How many classes: as few as the data demand, by BIC and ICL; one class means that there is no structure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from persona_store.segmentation.latent_classes import UNFOUND_SHARE, LatentClasses, fit_latent_classes
from persona_store.segmentation.observations import Codes, Discount, Observations, observe

MOST_CLASSES = 12  # nobody remembers more personas than that
# BIC finds ever finer classes in ever more rows; the number of personas should not grow with the store.
CHOOSING_ROWS = 10_000
CHOOSING_TOLERANCE = 1e-6  # BIC differs by far more than the last steps of the EM add
CLEAR_GAIN = 0.02  # a further class must win at least this part of what all classes before have won together
PATIENCE = 2  # so many further classes may fail before the search ends
SMALLEST_SHARE = UNFOUND_SHARE
SMALLEST_CLASS = 15  # contacts; fewer are anecdotes
LEAST_CLEARNESS = 0.5  # below, contacts do not fall into the classes, the classes merely approximate a smear

# Why the number of classes is what it is. Without personas: too little data, nothing that a second class would
# explain, classes too vague or too small, only dependent pairs, or classes that do not come back in resamples.
# With personas: further classes win too little, or as many as anybody remembers.
Reason = Literal[
    "few_contacts",
    "few_attributes",
    "no_gain",
    "vague",
    "small",
    "pairs_only",
    "unstable",
    "little_gain",
    "most_classes",
]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number of classes tried: BIC, ICL, how clearly contacts fall into one class, and its smallest class's share."""

    classes: int
    bic: float
    icl: float
    log_likelihood: float
    clearness: float
    smallest_share: float
    usable: bool

    def as_json(self) -> dict[str, Any]:
        """The candidate as plain JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Choice:
    """The number of classes chosen (1: no structure), all that were tried, and why it is this number.

    `merged` counts classes that were joined to another afterwards, because resamples did not bring them back or two
    attributes alone told them apart.
    """

    classes: int
    tried: tuple[Candidate, ...]
    reason: Reason = "no_gain"
    merged: int = 0


def choose_classes(
    codes: Codes, sizes: Sequence[int], *, seed: int, progress: Callable[[float], None] | None = None
) -> Choice:
    """The smallest number of classes after which BIC no longer improves clearly, at most 12.

    A further class must improve ICL too. Classes must be large enough to speak of and contacts must fall into them
    clearly; else 1 is chosen.
    """
    return search(observe(choosing_sample(codes, seed), sizes), seed=seed, progress=progress)[0]


def choosing_sample(codes: Codes, seed: int) -> Codes:
    """The contacts by which the number of classes is chosen: at most 10,000, drawn at random."""
    if len(codes) <= CHOOSING_ROWS:
        return codes
    return codes[np.sort(np.random.default_rng(seed).choice(len(codes), CHOOSING_ROWS, replace=False))]


def search(
    data: Observations,
    *,
    seed: int,
    progress: Callable[[float], None] | None = None,
    known: Sequence[LatentClasses] = (),
) -> tuple[Choice, list[LatentClasses]]:
    """The choice, and the models of all numbers of classes tried, as far as they were fitted to choose.

    Where models of nearly the same data are `known`, the EM goes on from them.
    """
    models: list[LatentClasses] = []
    tried: list[Candidate] = []
    best, failures = 0, 0
    for classes in range(1, MOST_CLASSES + 1):
        smaller = models[-1] if models else None
        start = known[classes - 1].start() if len(known) >= classes else None
        models.append(
            fit_latent_classes(
                data,
                data.sizes,
                classes,
                seed=seed,
                tolerance=CHOOSING_TOLERANCE,
                start=start,
                smaller=smaller,
            )
        )
        tried.append(_candidate(models[-1]))
        if progress is not None:
            progress(classes / MOST_CLASSES)
        if classes == 1:
            continue
        if tried[-1].usable and _clearly_better(tried[0], tried[best], tried[-1]):
            best, failures = classes - 1, 0
        else:
            failures += 1
        if failures > PATIENCE:
            break
    return Choice(tried[best].classes, tuple(tried), _reason(tried, best)), models


def with_discounts(data: Observations, discounts: Sequence[Discount]) -> Observations:
    """The same contacts, some of whose attributes count less."""
    return observe(data.rows[data.inverse], data.sizes, discounts)


def _candidate(model: LatentClasses) -> Candidate:
    smallest = float(model.weights.min())
    usable = smallest >= max(SMALLEST_SHARE, SMALLEST_CLASS / model.n) and model.clearness >= LEAST_CLEARNESS
    return Candidate(len(model.weights), model.bic, model.icl, model.log_likelihood, model.clearness, smallest, usable)


def _clearly_better(single: Candidate, best: Candidate, new: Candidate) -> bool:
    """Whether `new` wins enough over `best`, per class added, compared with what `best` won over a single class."""
    added = new.classes - best.classes
    return best.bic - new.bic > CLEAR_GAIN * added * (single.bic - best.bic) and new.icl < best.icl


def _reason(tried: Sequence[Candidate], best: int) -> Reason:
    if best > 0:
        return "most_classes" if tried[best].classes == MOST_CLASSES else "little_gain"
    better = [one for one in tried[1:] if one.bic < tried[0].bic]
    if not better:
        return "no_gain"
    return "vague" if all(one.clearness < LEAST_CLEARNESS or one.icl >= tried[0].icl for one in better) else "small"
