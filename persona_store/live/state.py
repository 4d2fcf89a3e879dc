"""The classes of a market as events have moved them since the build: kept in the store, and put over its model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import LiveState, Persona
from persona_store.live.online import (
    Layout,
    Parameters,
    Statistics,
    as_json,
    as_tables,
    built_parameters,
    built_statistics,
    from_json,
    maximise,
)
from persona_store.live.store import upsert
from persona_store.segmentation.model import PersonaModel

CACHED_MODELS = 8  # as many as there are built ones
_live: dict[tuple[str, int, str], tuple[datetime, PersonaModel, PersonaModel]] = {}


@dataclass(frozen=True, slots=True)
class Fit:
    """How well contacts fit the built classes: mean log-likelihood per known attribute, as count, sum and squares."""

    n: float = 0.0
    total: float = 0.0
    squares: float = 0.0

    def plus(self, values: Any, sign: float = 1.0) -> "Fit":
        """With (or, `sign` -1, without) the given values."""
        return Fit(
            self.n + sign * len(values),
            self.total + sign * float(values.sum()),
            self.squares + sign * float(values @ values),
        )


@dataclass(slots=True)
class MarketState:
    """One market while a batch is applied: the built model, the statistics now, and what tells drift.

    `members` counts the contacts of each persona; `refreshed` is the contact up to which the E-step has come round,
    `restless` the largest change of a posterior in this round, `settled` whether EM has come to rest. `old` is the fit
    of a sample of the build's contacts, `new` that of those who came since. `reasons` propose a rebuild.
    """

    model: PersonaModel
    layout: Layout
    built: Parameters
    statistics: Statistics
    members: list[int]
    events: int = 0
    refreshed: int = 0
    restless: float = 0.0
    settled: bool = True
    old: Fit = Fit()
    new: Fit = Fit()
    drift: float | None = None
    reasons: tuple[Mapping[str, Any], ...] = ()

    @property
    def parameters(self) -> Parameters:
        """The M-step of the statistics as they are now."""
        return maximise(self.statistics, self.layout)


def open_state(session: Session, model: PersonaModel) -> MarketState:
    """The state of the market of `model` (as built): the stored one, else that which the build led to."""
    row = session.get(LiveState, (model.build_id, model.market))
    layout = Layout.of(model.tables)
    if row is None:
        members = [persona.n for persona in model.personas]
        return MarketState(model, layout, built_parameters(model), built_statistics(model), members)
    kept = row.statistics
    return MarketState(
        model,
        layout,
        built_parameters(model),
        from_json(kept),
        list(kept["members"]),
        row.events,
        kept["refreshed"],
        kept["restless"],
        kept["settled"],
        Fit(*kept["old"]),
        Fit(*kept["new"]),
        row.drift,
        tuple(kept["reasons"]),
    )


def close_state(session: Session, state: MarketState) -> None:
    """Stores the state, and the sizes of its personas."""
    model = state.model
    kept = as_json(state.statistics) | {
        "members": state.members,
        "refreshed": state.refreshed,
        "restless": state.restless,
        "settled": state.settled,
        "old": [state.old.n, state.old.total, state.old.squares],
        "new": [state.new.n, state.new.total, state.new.squares],
        "reasons": [dict(reason) for reason in state.reasons],
    }
    row = {
        "build_id": model.build_id,
        "market": model.market,
        "updated_at": utc_now(),
        "events": state.events,
        "drift": state.drift,
        "statistics": kept,
    }
    upsert(session, LiveState, [row], ("build_id", "market"))
    total = max(sum(state.members), 1)
    sizes = [
        {"id": persona.id, "n": n, "share": n / total} for persona, n in zip(model.personas, state.members, strict=True)
    ]
    session.execute(update(Persona), sizes)


def with_live(session: Session, built: PersonaModel) -> PersonaModel:
    """`built` with the class weights and tables that events have led to; itself where there were none."""
    changed = session.scalar(
        select(LiveState.updated_at).where(LiveState.build_id == built.build_id, LiveState.market == built.market)
    )
    if changed is None:
        return built
    key = (str(session.get_bind().engine.url), built.build_id, built.market)
    kept = _live.get(key)
    if kept is not None and kept[0] == changed and kept[1] is built:
        return kept[2]
    state = open_state(session, built)
    parameters = state.parameters
    live = replace(built, class_weights=parameters.weights, tables=as_tables(parameters, state.statistics, built))
    while len(_live) >= CACHED_MODELS:
        _live.pop(next(iter(_live)), None)
    _live[key] = (changed, built, live)
    return live
