"""What to find out next: the unknown attribute whose answer is expected to tell most."""

from collections.abc import Callable, Container
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persona_store.segmentation.model import PersonaModel
from persona_store.segmentation.registry import TEXT_KINDS
from persona_store.segmentation.shares import entropy

Floats = NDArray[np.float64]

MOST_QUESTIONS = 3
# Nats; a question expected to tell less is not worth asking.
LEAST_GAIN = 0.01
# Sums over the CRM's own records: nobody can answer them, so they are never asked for.
NOT_ASKABLE = frozenset({"recency", "frequency", "variety", "care_minutes", "revenue", "potential"})
# Counts that a CRM keeps and no person has in mind.
NOT_IN_MIND = NOT_ASKABLE | {"opens", "clicks", "tickets"}


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """An attribute worth asking for.

    `about_persona` and `about_buying` are what its answer is expected to tell of either, in nats; `levels` are its
    levels with their probabilities for this lead, likeliest first.
    """

    attribute: str
    about_persona: float
    about_buying: float
    levels: tuple[tuple[str, float], ...]

    @property
    def gain(self) -> float:
        """Both together."""
        return self.about_persona + self.about_buying


def ask_next(model: PersonaModel, posterior: Floats, known: Container[str]) -> tuple[str, ...]:
    """The attributes not in `known` with the highest expected information gain, most telling first."""
    gains = {
        attribute: _about_persona(model, posterior, attribute, known)
        for attribute, table in model.tables.items()
        if table.defines and attribute not in known and attribute not in NOT_ASKABLE
    }
    telling = [attribute for attribute, gain in gains.items() if gain >= LEAST_GAIN]
    return tuple(sorted(telling, key=lambda attribute: -gains[attribute])[:MOST_QUESTIONS])


def rank_questions(
    model: PersonaModel, posterior: Floats, known: Container[str], about_buying: Callable[[str], float]
) -> tuple[NextQuestion, ...]:
    """What to ask a person about a lead: by what the answer tells of the persona and of buying, most telling first.

    `about_buying` gives the expected information about buying in nats. Only attributes are asked for that people know
    of a lead; those that describe a persona without defining it tell nothing of it.
    """
    found = []
    for attribute, table in model.tables.items():
        if attribute in known or attribute in NOT_IN_MIND or not table.defines or _from_texts(attribute):
            continue
        expected = posterior @ table.probabilities
        levels = sorted(zip(table.levels, expected.tolist(), strict=True), key=lambda one: -one[1])
        gain = _about_persona(model, posterior, attribute, known)
        found.append(NextQuestion(attribute, gain, about_buying(attribute), tuple(levels)))
    return tuple(sorted((one for one in found if one.gain >= LEAST_GAIN), key=lambda one: -one.gain))


def information_gain(posterior: Floats, probabilities: Floats, exponent: float = 1.0) -> float:
    """Expected loss of entropy (nats) of `posterior` (personas,) once an attribute is known.

    `probabilities` is (personas, levels). This is the mutual information of persona and attribute, less where only
    part of what the attribute says counts (`exponent`).
    """
    answers = posterior @ probabilities
    afterwards = posterior[:, None] * probabilities**exponent
    return float(entropy(posterior) - answers @ entropy(afterwards, axis=0))


def _about_persona(model: PersonaModel, posterior: Floats, attribute: str, known: Container[str]) -> float:
    table = model.tables[attribute]
    return information_gain(posterior, table.probabilities, table.exponent if table.parent in known else 1.0)


def _from_texts(attribute: str) -> bool:
    return attribute.partition("_")[0] in TEXT_KINDS
