"""How many classes: as few as the data demand, by BIC; one class means that there is no structure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from persona_store.segmentation.latent_classes import LatentClasses, fit_latent_classes
from persona_store.segmentation.observations import Codes, observe

MOST_CLASSES = 12  # nobody remembers more personas than that
# BIC finds ever finer classes in ever more rows; the number of personas should not grow with the store.
CHOOSING_ROWS = 10_000
CHOOSING_TOLERANCE = 1e-6  # BIC differs by far more than the last steps of the EM add
CLEAR_GAIN = 0.02  # a further class must win at least this part of what all classes before have won together
PATIENCE = 2  # so many further classes may fail before the search ends
SMALLEST_SHARE = 0.02
SMALLEST_CLASS = 15  # contacts; fewer are anecdotes
LEAST_CLEARNESS = 0.5  # below, contacts do not fall into the classes, the classes merely approximate a smear


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number of classes tried: its BIC, how clearly contacts fall into one class, and its smallest class's share."""

    classes: int
    bic: float
    log_likelihood: float
    clearness: float
    smallest_share: float
    usable: bool

    def as_json(self) -> dict[str, Any]:
        """The candidate as plain JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Choice:
    """The number of classes chosen (1: no structure) and all that were tried."""

    classes: int
    tried: tuple[Candidate, ...]


def choose_classes(
    codes: Codes, sizes: Sequence[int], *, seed: int, progress: Callable[[float], None] | None = None
) -> Choice:
    """The smallest number of classes after which BIC no longer improves clearly, at most 12.

    Classes must be large enough to speak of and contacts must fall into them clearly; else 1 is chosen.
    """
    generator = np.random.default_rng(seed)
    if len(codes) > CHOOSING_ROWS:
        codes = codes[np.sort(generator.choice(len(codes), CHOOSING_ROWS, replace=False))]
    data = observe(codes, sizes)
    tried: list[Candidate] = []
    best, failures = 0, 0
    for classes in range(1, MOST_CLASSES + 1):
        tried.append(_candidate(fit_latent_classes(data, sizes, classes, seed=seed, tolerance=CHOOSING_TOLERANCE)))
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
    return Choice(tried[best].classes, tuple(tried))


def _candidate(model: LatentClasses) -> Candidate:
    smallest = float(model.weights.min())
    usable = smallest >= max(SMALLEST_SHARE, SMALLEST_CLASS / model.n) and model.clearness >= LEAST_CLEARNESS
    return Candidate(len(model.weights), model.bic, model.log_likelihood, model.clearness, smallest, usable)


def _clearly_better(single: Candidate, best: Candidate, new: Candidate) -> bool:
    """Whether `new` wins enough over `best`, per class added, compared with what `best` won over a single class."""
    added = new.classes - best.classes
    return best.bic - new.bic > CLEAR_GAIN * added * (single.bic - best.bic)
