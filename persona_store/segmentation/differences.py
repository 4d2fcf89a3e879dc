"""In what personas differ from one another: their attributes, most telling first, and whether that is beyond chance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from persona_store.segmentation.binning import OTHER
from persona_store.segmentation.profiles import AttributeProfile, PersonaProfile
from persona_store.segmentation.registry import AttributeKind
from persona_store.segmentation.shares import entropy, holm

CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class LevelAcross:
    """One level in several personas: its share in each (0 to 1, None where the persona has no such attribute)."""

    level: str
    shares: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute in several personas.

    `divergence` is Jensen and Shannon's to base 2 with equal weights (Lin 1991), 0 for the same distribution in all and
    at most log2 of the number of personas; `p` is that of a chi-squared test on the expected counts, corrected for all
    attributes (Holm 1979). `known` are the contacts of each persona whose attribute is known. `levels` come with the
    one whose shares lie farthest apart first.
    """

    attribute: str
    kind: AttributeKind
    divergence: float
    p: float
    known: tuple[float, ...]
    levels: tuple[LevelAcross, ...]

    @property
    def borne_out(self) -> bool:
        """Whether the personas differ in it beyond chance."""
        return self.p < CHANCE


def differences(profiles: Sequence[PersonaProfile]) -> tuple[Difference, ...]:
    """The attributes that at least two of the personas have, the most different first; those by chance come last."""
    by_name = [{one.attribute: one for one in profile.attributes} for profile in profiles]
    names = list(dict.fromkeys(name for one in by_name for name in one))
    found = [_difference(name, [one.get(name) for one in by_name]) for name in names]
    known = [one for one in found if one is not None]
    corrected = [
        Difference(one.attribute, one.kind, one.divergence, p, one.known, one.levels)
        for one, p in zip(known, holm([one.p for one in known]) if known else [], strict=True)
    ]
    return tuple(sorted(corrected, key=lambda one: (not one.borne_out, -one.divergence)))


def _difference(name: str, parts: Sequence[AttributeProfile | None]) -> Difference | None:
    present = [part for part in parts if part is not None]
    if len(present) < 2:
        return None
    levels = list(dict.fromkeys(level.level for part in present for level in part.levels))
    shares = [None if part is None else {level.level: level.probability for level in part.levels} for part in parts]
    table = np.array([[one.get(level, 0.0) for level in levels] for one in shares if one is not None])
    counts = table * np.array([[part.known] for part in present])
    across = [
        LevelAcross(level, tuple(None if one is None else one.get(level, 0.0) for one in shares)) for level in levels
    ]
    return Difference(
        attribute=name,
        kind=present[0].kind,
        divergence=float(entropy(table.mean(axis=0)) - entropy(table).mean()) / math.log(2),
        p=_p_value(counts),
        known=tuple(0.0 if part is None else part.known for part in parts),
        levels=tuple(sorted(across, key=_apart, reverse=True)),
    )


def _apart(level: LevelAcross) -> tuple[bool, float]:
    """How far its shares lie apart; what is summed up as "other" says little, however far."""
    known = [share for share in level.shares if share is not None]
    return level.level != OTHER, max(known) - min(known)


def _p_value(counts: NDArray[np.float64]) -> float:
    some = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(some.shape) < 2:
        return 1.0
    expected = some.sum(axis=1, keepdims=True) * some.sum(axis=0) / some.sum()
    return float(chdtrc((some.shape[0] - 1) * (some.shape[1] - 1), ((some - expected) ** 2 / expected).sum()))
