"""How the levels of an attribute are spread over all contacts, then and now, and whether that is more than chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2

from persona_store.segmentation.binning import OTHER

Floats = NDArray[np.float64]

NOISE = 0.99  # how sure a shift must be to be told: only one in a hundred unchanged attributes goes beyond
HALF_A_CONTACT = 0.5  # added to each count, so that a level nobody has on one side does not make the index infinite


@dataclass(frozen=True, slots=True)
class AttributeShift:
    """How the levels of one attribute are spread over all contacts of the market, then and now.

    `divergence` is Jensen-Shannon's to base 2 (Lin 1991, IEEE Trans. Inf. Theory 37:145), 0 to 1; `psi` the population
    stability index (Siddiqi 2006); `level` the one whose share changed most.
    """

    market: str
    attribute: str
    divergence: float
    psi: float
    n_then: int
    n_now: int
    level: str
    share_then: float
    share_now: float


def find_shifts(market: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[list[AttributeShift], list[str]]:
    """The attributes whose levels changed beyond chance, most first, and those that cannot be compared.

    `then` and `now` are what two builds wrote down of a market. A psi is beyond chance when it exceeds
    `(1/n_then + 1/n_now) · χ²(levels − 1)` at 99 %, its distribution when nothing changed (Yurdakul and Naranjo 2020,
    J. Risk Model Validation 14:4); the same people twice vary less, so that the rule is careful.
    """
    found: list[AttributeShift] = []
    not_compared: list[str] = []
    before, after = then.get("counts", {}), now.get("counts", {})
    for name in [one for one in after if one in before]:
        levels, old, new = comparable(then["binning"][name], before[name], now["binning"][name], after[name])
        if len(levels) < 2:
            not_compared.append(name)
        elif old.sum() and new.sum() and (shift := _shift(market, name, levels, old, new)) is not None:
            found.append(shift)
    return sorted(found, key=lambda one: -one.divergence), not_compared


def comparable(
    then: Mapping[str, Any], old: Sequence[int], now: Mapping[str, Any], new: Sequence[int]
) -> tuple[list[str], Floats, Floats]:
    """Counts on the levels that two binnings share: numbers between the cuts both have, rare names as "other"."""
    if then["edges"] is None or now["edges"] is None:
        both = dict.fromkeys([*now["levels"], *then["levels"]])
        # a level one side does not have is rare there if that side has "other", and borne by nobody if it has not
        names = [
            name
            for name in both
            if name != OTHER and all(name in side["levels"] or not side["other"] for side in (then, now))
        ]
        return [*names, OTHER], _named(then["levels"], old, names), _named(now["levels"], new, names)
    if then["edges"] == now["edges"]:
        return list(now["levels"]), np.array(old, dtype=np.float64), np.array(new, dtype=np.float64)
    edges = sorted(set(then["edges"]) & set(now["edges"]))
    if not edges:
        return [], np.zeros(0), np.zeros(0)
    between = [f"{low:.12g}..<{high:.12g}" for low, high in pairwise(edges)]
    levels = [f"<{edges[0]:.12g}", *between, f">={edges[-1]:.12g}"]
    return levels, _cut(then["edges"], old, edges), _cut(now["edges"], new, edges)


def _named(levels: Sequence[str], counts: Sequence[int], names: Sequence[str]) -> Floats:
    known = dict(zip(levels, counts, strict=True))
    rest = sum(n for level, n in known.items() if level not in names)
    return np.array([*(known.get(name, 0) for name in names), rest], dtype=np.float64)


def _cut(own: Sequence[float], counts: Sequence[int], edges: Sequence[float]) -> Floats:
    lowest = [-np.inf, *own]
    places = np.searchsorted(edges, lowest, side="right")
    merged = np.bincount(places, weights=np.asarray(counts, dtype=np.float64), minlength=len(edges) + 1)
    return merged.astype(np.float64)


def _shift(market: str, name: str, levels: Sequence[str], old: Floats, new: Floats) -> AttributeShift | None:
    n_then, n_now = old.sum(), new.sum()
    some = (old + new) > 0
    first, second = old[some] + HALF_A_CONTACT, new[some] + HALF_A_CONTACT
    first, second = first / first.sum(), second / second.sum()
    psi = float(((second - first) * np.log(second / first)).sum())
    if psi <= (1 / n_then + 1 / n_now) * float(chi2.ppf(NOISE, max(int(some.sum()) - 1, 1))):
        return None
    place = int(np.argmax(np.abs(new / n_now - old / n_then)))
    return AttributeShift(
        market=market,
        attribute=name,
        divergence=float(jensenshannon(old, new, base=2) ** 2),
        psi=psi,
        n_then=int(n_then),
        n_now=int(n_now),
        level=levels[place],
        share_then=float(old[place] / n_then),
        share_now=float(new[place] / n_now),
    )
