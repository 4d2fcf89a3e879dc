"""When the built classes no longer fit what comes in: figures with their significance, and reasons for a rebuild."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import chi2, norm
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Import
from persona_store.live.state import MarketState
from persona_store.segmentation.observations import Floats
from persona_store.settings import settings

LEVELS_ALARM = 0.25  # population stability index of one attribute; by the trade's rule of thumb a major change
SIGNIFICANCE = 0.001  # one false alarm in a thousand looks, because there is a look with every batch
FIT_EFFECT = 0.3  # standard deviations by which newcomers must fit worse; less is significant, but no reason to rebuild
FEWEST_NEW = 50  # newcomers before their fit is judged


def stability_index(before: Floats, now: Floats) -> float:
    """Population stability index Σ (q − p) ln(q / p) of shares `before` and `now`, both positive and of sum 1."""
    return float(((now - before) * np.log(now / before)).sum())


def judge(session: Session, state: MarketState) -> None:
    """Sets the drift of `state`, the index of its class shares, and the reasons why a rebuild is due."""
    reasons: list[Mapping[str, Any]] = []
    n = float(state.statistics.classes.sum())
    weights = state.parameters.weights
    state.drift = stability_index(state.built.weights, weights)
    if state.drift >= settings().drift_alarm and _significant(state.drift, len(weights), state.model.contacts, n):
        reasons.append({"kind": "classes", "index": state.drift, "n": round(n)})
    reasons += _levels(state)
    difference = _fit(state)
    if difference is not None:
        reasons.append({"kind": "fit", "index": difference, "n": round(state.new.n)})
    imported = session.scalar(select(func.max(Import.at)))
    built = session.scalar(select(Build.created_at).where(Build.id == state.model.build_id))
    if imported is not None and built is not None and imported > built:
        reasons.append({"kind": "import", "day": imported.date().isoformat()})
    state.reasons = tuple(reasons)


def _levels(state: MarketState) -> list[Mapping[str, Any]]:
    """The defining attributes whose levels are spread otherwise than at the build, the most changed first."""
    layout, before, now = state.layout, state.built.base, state.parameters.base
    indexes = layout.sums((now - before) * np.log(now / before))
    counts = layout.sums(state.statistics.levels).sum(axis=0)
    found: list[dict[str, Any]] = []
    for place in np.flatnonzero(np.array(layout.defines) & (indexes >= LEVELS_ALARM)):
        name, index, n = layout.names[place], float(indexes[place]), float(counts[place])
        if _significant(index, layout.sizes[place], float(state.model.tables[name].known.sum()), n):
            found.append({"kind": "levels", "attribute": name, "index": index, "n": round(n)})
    return sorted(found, key=lambda reason: -reason["index"])


def _significant(index: float, levels: int, before: float, now: float) -> bool:
    """Under no change the index times n·m/(n+m) is nearly chi-squared with levels − 1 degrees (Yurdakul 2018)."""
    if min(before, now) <= 0:
        return False
    return bool(chi2.sf(index * before * now / (before + now), levels - 1) < SIGNIFICANCE)


def _fit(state: MarketState) -> float | None:
    """By how many standard deviations newcomers fit worse than contacts of the build did; None where not surely."""
    old, new = state.old, state.new
    if min(old.n, new.n) < FEWEST_NEW:
        return None
    means = (old.total / old.n, new.total / new.n)
    variances = [max(one.squares / one.n - mean**2, 1e-12) for one, mean in zip((old, new), means, strict=True)]
    error = math.sqrt(variances[0] / old.n + variances[1] / new.n)
    effect = (means[0] - means[1]) / math.sqrt(variances[0])
    sure = norm.sf((means[0] - means[1]) / error) < SIGNIFICANCE
    return effect if sure and effect >= FIT_EFFECT else None
