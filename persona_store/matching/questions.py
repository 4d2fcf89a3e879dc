"""What to find out next: the unknown attribute whose answer is expected to tell most about the persona."""

from collections.abc import Container

import numpy as np
from numpy.typing import NDArray
from scipy.stats import entropy

from persona_store.segmentation import PersonaModel

Floats = NDArray[np.float64]

MOST_QUESTIONS = 3
# Nats; a question expected to tell less is not worth asking.
LEAST_GAIN = 0.01
# Sums over the CRM's own records: nobody can answer them, so they are never asked for.
NOT_ASKABLE = frozenset({"recency", "frequency", "variety", "care_minutes", "revenue", "potential"})


def ask_next(model: PersonaModel, posterior: Floats, known: Container[str]) -> tuple[str, ...]:
    """The attributes not in `known` with the highest expected information gain, most telling first."""
    gains = {
        attribute: information_gain(posterior, table.probabilities, table.exponent if table.parent in known else 1.0)
        for attribute, table in model.tables.items()
        if table.defines and attribute not in known and attribute not in NOT_ASKABLE
    }
    telling = [attribute for attribute, gain in gains.items() if gain >= LEAST_GAIN]
    return tuple(sorted(telling, key=lambda attribute: -gains[attribute])[:MOST_QUESTIONS])


def information_gain(posterior: Floats, probabilities: Floats, exponent: float = 1.0) -> float:
    """Expected loss of entropy (nats) of `posterior` (personas,) once an attribute is known.

    `probabilities` is (personas, levels). This is the mutual information of persona and attribute, less where only
    part of what the attribute says counts (`exponent`).
    """
    answers = posterior @ probabilities
    afterwards = posterior[:, None] * probabilities**exponent
    return float(entropy(posterior) - answers @ np.atleast_1d(entropy(afterwards, axis=0)))
