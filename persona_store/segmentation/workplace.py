"""Where a build computes: in this process, or anywhere else that sums up its contacts in the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl
from sqlalchemy.orm import Session

from persona_store.segmentation.attributes import attribute_frames
from persona_store.segmentation.extract import Extract
from persona_store.segmentation.latent_classes import LatentClasses, fit_latent_classes
from persona_store.segmentation.observations import Codes, Discount, observe
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.sums import Parameters


class Workplace(Protocol):
    """All that grows with the number of contacts: their attributes, and the statistics of the EM."""

    def frames(
        self, session: Session, market: str, known: Sequence[Attribute], as_of: date | None
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The attributes of all contacts of a market, now and before their outcomes (see `attribute_frames`)."""

    def fit(
        self, codes: Codes, sizes: Sequence[int], discounts: tuple[Discount, ...], *, seed: int, start: Parameters
    ) -> LatentClasses:
        """The latent classes of `codes` (contacts, attributes), from `start` on; see `fit_latent_classes`."""


@dataclass(frozen=True, slots=True)
class Here:
    """This process; several frames come from one copy of the store's columns where the store allows it."""

    source: Extract | None = None

    def frames(
        self, session: Session, market: str, known: Sequence[Attribute], as_of: date | None
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The attributes of all contacts of a market now and before their outcomes."""
        return attribute_frames(session, market, known, as_of, self.source)

    def fit(
        self, codes: Codes, sizes: Sequence[int], discounts: tuple[Discount, ...], *, seed: int, start: Parameters
    ) -> LatentClasses:
        """The latent classes, from `start` on."""
        data = observe(codes, sizes, discounts)
        return fit_latent_classes(data, sizes, len(start.weights), seed=seed, start=start)
