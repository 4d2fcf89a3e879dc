"""Measures personas against other ways of grouping mixed data: recovery of the planted classes, and time."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score
from sqlalchemy import select

from persona_store.database import session_scope
from persona_store.database.models import Contact
from persona_store.segmentation.attributes import attribute_frame, recognise_attributes
from persona_store.segmentation.binning import Binning, fit_binning
from persona_store.segmentation.observations import MISSING, Codes, observe
from persona_store.segmentation.registry import MARKETS, Attribute
from persona_store.segmentation.segment import encode, find_segments, mark_repeated
from persona_store.segmentation.selection import SMALLEST_SHARE, search

CONTACTS = 5_000  # k-prototypes takes minutes from some ten thousand on


@dataclass(frozen=True, slots=True)
class Market:
    """One market of the sample CRM: raw values, levels, codes of the defining attributes, and the planted class."""

    name: str
    attributes: tuple[Attribute, ...]
    binning: Binning
    frame: pl.DataFrame
    levels: pl.DataFrame
    codes: Codes
    truth: list[str]

    @property
    def defining(self) -> list[Attribute]:
        """The attributes by which contacts are grouped."""
        return [one for one in self.attributes if one.defines and one.key in self.binning.bins]


def methods() -> None:
    """Personas, k-prototypes and HDBSCAN on the same contacts and the same attributes."""
    from tests.benchmarks.em import sample_store

    print(f"sample CRM of {CONTACTS:,} contacts; k-prototypes is told the planted number of classes, the others not")
    print(f"{'market':7} {'method':36} {'groups':>6} {'ARI':>6} {'seconds':>8}")
    with tempfile.TemporaryDirectory() as folder:
        engine, truth = sample_store(Path(folder), CONTACTS)
        with session_scope(engine) as session:
            ids = {row.id: row.external_id for row in session.execute(select(Contact.id, Contact.external_id))}
            markets = []
            for name in MARKETS:
                attributes, _ = recognise_attributes(session, name)
                frame = attribute_frame(session, name, known=attributes)
                markets.append(_market(name, attributes, frame, [truth[ids[one] or ""] for one in frame["contact_id"]]))
        engine.dispose()
    for market in markets:
        _compare(market)


def _market(name: str, attributes: tuple[Attribute, ...], frame: pl.DataFrame, truth: list[str]) -> Market:
    binning = fit_binning(frame, attributes)
    levels = binning.apply(frame)
    attributes = mark_repeated(levels, attributes, binning, seed=1)
    names = [one.key for one in attributes if one.defines and one.key in binning.bins]
    return Market(name, attributes, binning, frame, levels, encode(levels, binning, names), truth)


def _compare(market: Market) -> None:
    ways: dict[str, Callable[[Market], NDArray[np.intp]]] = {
        "latent classes, number chosen": _classes,
        "personas: with dependence, resamples": _personas,
        "k-prototypes (kmodes), 1 start": _k_prototypes,
        "HDBSCAN (scikit-learn), one-hot": _hdbscan_one_hot,
        "HDBSCAN (scikit-learn), Gower": _hdbscan_gower,
    }
    for name, way in ways.items():
        start = time.perf_counter()
        found = way(market)
        seconds = time.perf_counter() - start
        agreement = adjusted_rand_score(market.truth, found)
        print(f"{market.name:7} {name:36} {len(set(found.tolist()) - {-1}):6} {agreement:6.3f} {seconds:8.2f}")


def _classes(market: Market) -> NDArray[np.intp]:
    """The classes alone, as the others come: nothing is checked."""
    sizes = [len(market.binning.bins[one.key].levels) for one in market.defining]
    choice, models = search(observe(market.codes, sizes), seed=1)
    return np.asarray(models[choice.classes - 1].posterior(market.codes).argmax(axis=1))


def _personas(market: Market) -> NDArray[np.intp]:
    _, segments = find_segments(market.levels, market.attributes, market.binning, seed=1)
    assert segments is not None
    return segments.membership


def _k_prototypes(market: Market) -> NDArray[np.intp]:
    """Numbers standardised with the median for missing ones, names as they are with a level for missing ones."""
    from kmodes.kprototypes import KPrototypes

    columns: list[NDArray[np.object_]] = []
    names: list[int] = []
    for one in market.defining:
        column = market.frame[one.key]
        if one.numeric:
            values = column.cast(pl.Float64)
            values = values.fill_null(values.median()).to_numpy()
            columns.append(((values - values.mean()) / (values.std() or 1.0)).astype(object))
        else:
            names.append(len(columns))
            columns.append(column.cast(pl.String).fill_null("?").to_numpy().astype(object))
    found = KPrototypes(len(set(market.truth)), n_init=1, random_state=1, n_jobs=1).fit_predict(
        np.column_stack(columns), categorical=names
    )
    return np.asarray(found, dtype=np.intp)


def _hdbscan_one_hot(market: Market) -> NDArray[np.intp]:
    hot = np.hstack(
        [
            market.codes[:, [place]] == np.arange(len(market.binning.bins[one.key].levels))
            for place, one in enumerate(market.defining)
        ]
    )
    smallest = max(5, int(SMALLEST_SHARE * len(hot)))
    return np.asarray(HDBSCAN(min_cluster_size=smallest, min_samples=5, copy=True).fit_predict(hot.astype(float)))


def _hdbscan_gower(market: Market) -> NDArray[np.intp]:
    """Share of attributes that differ, among those known of both (Gower 1971)."""
    contacts = len(market.codes)
    differs, compared = (np.zeros((contacts, contacts), dtype=np.float32) for _ in range(2))
    for column in market.codes.T:
        known = column != MISSING
        both = known[:, None] & known
        compared += both
        differs += both & (column[:, None] != column)
    distance = (differs / np.maximum(compared, 1)).astype(np.float64)
    smallest = max(5, int(SMALLEST_SHARE * contacts))
    method = HDBSCAN(min_cluster_size=smallest, min_samples=5, metric="precomputed", copy=True)
    return np.asarray(method.fit_predict(distance))
