"""The score "will it buy": readable points per level, and the shares observed on contacts it had not seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from scipy.special import expit

from persona_store.antipersona.quality import wilson
from persona_store.antipersona.types import LeakReason, Points, Quality, ScoreVerdict
from persona_store.database.models import Scorecard
from persona_store.segmentation.binning import Binning
from persona_store.segmentation.model import attribute_from_json
from persona_store.segmentation.registry import Attribute

# The usual scale of credit scoring: so many points double the odds; whole points then lose nothing that counts.
POINTS_TO_DOUBLE = 20
POINT = float(np.log(2)) / POINTS_TO_DOUBLE
# Fewer points than these change the odds by less than a tenth: too little to be given as a reason.
TELLING_POINTS = 3


@dataclass(frozen=True, slots=True)
class Band:
    """Contacts of similar score, none used to learn it: up to the stated probability `upto`, `bought` of `n` bought."""

    upto: float
    n: int
    bought: int


@dataclass(frozen=True, slots=True)
class LearnedScorecard:
    """The score of one market. Only with the verdict "learned" are there points, bands and an intercept.

    The log-odds of buying are `intercept` plus `POINT` times the sum of the points of the known levels; an attribute
    that is not known adds nothing. `attributes` are those the score looks at, `binning` cuts them into levels.
    """

    verdict: ScoreVerdict
    quality: Quality
    left_out: dict[str, LeakReason]
    attributes: tuple[Attribute, ...] = ()
    binning: Binning = field(default_factory=lambda: Binning({}))
    intercept: float = 0.0
    points: tuple[Points, ...] = ()
    bands: tuple[Band, ...] = ()

    @property
    def base_rate(self) -> float | None:
        """Share of buyers among the contacts with a known outcome."""
        return self.quality.positives / self.quality.n if self.quality.n else None

    def levels(self, raw: Mapping[str, object]) -> dict[str, str]:
        """The known levels of one contact, from its raw attributes."""
        levels = {key: bins.level(raw.get(key)) for key, bins in self.binning.bins.items()}
        return {key: level for key, level in levels.items() if level is not None}

    def probability(self, levels: Mapping[str, str]) -> tuple[float, float, float]:
        """Probability of buying with its 95 % interval (p, low, high) for the known `levels` of a contact.

        The interval is that of the share observed among contacts with a similar score, stretched to hold `p`.
        """
        score = sum(one.points for one in self.points if _has(levels, one))
        p = float(expit(self.intercept + POINT * score))
        band = next((band for band in self.bands if p <= band.upto), self.bands[-1])
        low, high = wilson(band.bought, band.n)
        return p, min(low, p), max(high, p)

    def evidence(self, levels: Mapping[str, str]) -> tuple[Points, ...]:
        """The points of the known levels that the data bear out, strongest first.

        Borne out: the level's own share of buyers lies clearly (95 %) off the base, on the side its points are on.
        """
        base = self.base_rate or 0.0
        held = [one for one in self.points if _has(levels, one) and _borne_out(one, base)]
        return tuple(sorted(held, key=lambda one: -abs(one.points)))

    def as_json(self) -> dict[str, Any]:
        """All but verdict, quality and what was left out, as JSON-ready data for the column `Scorecard.model`."""
        kept = ("key", "kind", "numeric", "after_outcome")
        return {
            "attributes": [{name: getattr(attribute, name) for name in kept} for attribute in self.attributes],
            "binning": self.binning.as_json(),
            "intercept": self.intercept,
            "points": [
                [one.attribute, one.level, one.points, one.n, one.bought, *(one.beside or ())] for one in self.points
            ],
            "bands": [[band.upto, band.n, band.bought] for band in self.bands],
        }

    @classmethod
    def from_json(
        cls, model: Mapping[str, Any], verdict: ScoreVerdict, quality: Quality, left_out: dict[str, LeakReason]
    ) -> "LearnedScorecard":
        """The scorecard that `as_json` wrote."""
        return cls(
            verdict,
            quality,
            left_out,
            tuple(attribute_from_json(part) for part in model["attributes"]),
            Binning.from_json(model["binning"]),
            model["intercept"],
            tuple(
                Points(attribute, level, worth, n, bought, (beside[0], beside[1]) if beside else None)
                for attribute, level, worth, n, bought, *beside in model["points"]
            ),
            tuple(Band(*band) for band in model["bands"]),
        )


def read_card(row: Scorecard) -> LearnedScorecard:
    """The scorecard a build has stored."""
    quality = Quality(row.auc, row.auc_low, row.auc_high, row.calibration_error, row.n, row.positives)
    return LearnedScorecard.from_json(row.model, cast(ScoreVerdict, row.verdict), quality, row.left_out)


def _has(levels: Mapping[str, str], one: Points) -> bool:
    return levels.get(one.attribute) == one.level and (one.beside is None or levels.get(one.beside[0]) == one.beside[1])


def _borne_out(one: Points, base: float) -> bool:
    low, high = wilson(one.bought, one.n)
    return (one.points <= -TELLING_POINTS and high < base) or (one.points >= TELLING_POINTS and low > base)
