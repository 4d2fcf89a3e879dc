"""Who counts for what: when a contact changes, its old share of the statistics goes out and its new one comes in."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Select, and_, delete, select
from sqlalchemy.orm import Session

from persona_store.antipersona.vetoes import persona_vetoes
from persona_store.database.bulk import insert_frame
from persona_store.database.models import Contact, LiveMember, LiveState, Membership
from persona_store.live.online import Posterior, contribution, expect, fit, maximise, weigh
from persona_store.live.state import MarketState
from persona_store.live.store import batches, upsert
from persona_store.segmentation.attributes import attribute_frame, attributes
from persona_store.segmentation.latent_classes import stated
from persona_store.segmentation.model import PersonaModel
from persona_store.segmentation.observations import Codes
from persona_store.segmentation.registry import Attribute, built_in
from persona_store.segmentation.segment import encode

REFRESHED = 4  # members whose E-step is repeated for each that changed: EM goes on while events come
ROUNDS = 5  # E- and M-steps over those members at a time: cheap, as reading and writing them is most of the work
REST = 1e-4  # change of a posterior in one round through all members, below which EM has come to rest
STILL = 1e-5  # a posterior that changes by less is left as it is
MOST_AT_ONCE = 5_000  # members refreshed, so that no batch takes long
IDS_AT_ONCE = 2_000  # contacts whose attributes are read at a time
KEPT_AT_ONCE = 50_000  # members of a build that are written at a time
FIT_SAMPLE = 5_000  # contacts of the build that tell how well it fits them
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Counted:
    """Contacts with what they count for, row by row: `codes` (rows, attributes), `posterior` (rows, classes).

    `added` tells who came since the build, `homes` the place of the persona each is counted in, NOWHERE for none.
    """

    ids: NDArray[np.int64]
    codes: Codes
    posterior: Posterior
    added: NDArray[np.bool_]
    homes: NDArray[np.int64]

    def where(self, rows: NDArray[np.bool_]) -> "Counted":
        """Some of the rows."""
        return Counted(self.ids[rows], self.codes[rows], self.posterior[rows], self.added[rows], self.homes[rows])


def keep_members(session: Session, model: PersonaModel, levels: pl.DataFrame, posterior: Posterior) -> None:
    """Stores what each contact counts for in a build that has just been made, so that events can take it out again.

    `levels` has the contacts' levels, `posterior` (contacts, personas of `model`) their memberships.
    """
    for start in range(0, len(levels), KEPT_AT_ONCE):
        part = levels.slice(start, KEPT_AT_ONCE)
        rows = part.select(
            pl.lit(model.build_id).alias("build_id"),
            "contact_id",
            pl.lit(model.market).alias("market"),
            pl.lit(False).alias("added"),
            pl.Series("codes", _packed(encode(part, model.binning, tuple(model.tables))), dtype=pl.Binary),
            pl.Series("posterior", _packed(posterior[start : start + KEPT_AT_ONCE]), dtype=pl.Binary),
        )
        insert_frame(session.connection(), LiveMember.__tablename__, rows)


def forget_builds(session: Session) -> None:
    """Drops what events have moved in earlier builds: they move the newest one only."""
    for table in (LiveMember, LiveState):
        session.execute(delete(table))


def has_members(session: Session, model: PersonaModel) -> bool:
    """Whether the build has told what its contacts count for; those of older versions have not."""
    one = select(LiveMember.contact_id).where(LiveMember.build_id == model.build_id).limit(1)
    return session.scalar(one) is not None


def follow(session: Session, states: Sequence[MarketState], touched: Iterable[int]) -> None:
    """Lets the statistics and memberships follow what became of the `touched` contacts."""
    ids = sorted(set(touched))
    people = _by_market(session, ids)
    entering = []
    for state in states:
        state.settled = False
        if not state.old.n:
            state.old = state.old.plus(fit(_sample(session, state).codes, state.built, state.layout))
        had = _members(session, state, ids)
        now = _read(session, state, people.get(state.model.market, []), had)
        state.new = state.new.plus(_fit_of_added(had, state), -1.0).plus(_fit_of_added(now, state))
        _leave(state, had)
        _delete(session, state, had.ids[~np.isin(had.ids, now.ids)].tolist())
        entering.append((state, now))
    for state, now in entering:  # all leave before any enters: a contact may go from one market to the other
        _enter(session, state, now)


def refresh(session: Session, state: MarketState, changed: int) -> None:
    """Goes on with EM: repeats the E-step of the next members in turn, four for each that changed."""
    wanted = min(REFRESHED * changed, MOST_AT_ONCE)
    turn = _of_market(state).where(LiveMember.contact_id > state.refreshed)
    old = _counted(session.execute(turn.order_by(LiveMember.contact_id).limit(wanted)).all(), state)
    state.restless = max(state.restless, _repeat(session, state, old))
    if len(old.ids) == wanted and wanted:
        state.refreshed = int(old.ids[-1])
    else:
        state.settled = state.restless < REST
        state.refreshed, state.restless = 0, 0.0


def forget_members(session: Session, states: Sequence[MarketState], contact_ids: Sequence[int]) -> None:
    """Takes contacts out of the live classes at once, as when they object."""
    for state in states:
        had = _members(session, state, contact_ids)
        state.new = state.new.plus(_fit_of_added(had, state), -1.0)
        _leave(state, had)
        _delete(session, state, had.ids.tolist())


def _by_market(session: Session, ids: Sequence[int]) -> dict[str, list[int]]:
    """The contacts of each market who stand for themselves."""
    found: dict[str, list[int]] = {}
    for some in batches(ids):
        rows = select(Contact.id, Contact.market).where(Contact.id.in_(some), Contact.duplicate_of.is_(None))
        for contact, market in session.execute(rows):
            found.setdefault(market, []).append(contact)
    return found


def _repeat(session: Session, state: MarketState, old: Counted) -> float:
    """Gives contacts the posterior that EM comes to; returns the largest change of one. Who hardly changes stays."""
    evidence = weigh(old.codes, state.layout)
    others = state.statistics.plus(contribution(evidence, old.posterior), -1.0)
    parameters, posterior = state.parameters, old.posterior
    for _ in range(ROUNDS):
        posterior = expect(evidence, parameters)
        parameters = maximise(others.plus(contribution(evidence, posterior)), state.layout)
    change = np.abs(posterior - old.posterior).max(axis=1, initial=0.0)
    moved = change >= STILL
    leaving = old.where(moved)
    _leave(state, leaving)
    _enter(session, state, Counted(leaving.ids, leaving.codes, posterior[moved], leaving.added, leaving.homes))
    return float(change.max(initial=0.0))


def _leave(state: MarketState, old: Counted) -> None:
    state.statistics = state.statistics.plus(contribution(weigh(old.codes, state.layout), old.posterior), -1.0)
    _count(state, old.homes, -1)


def _enter(session: Session, state: MarketState, new: Counted) -> None:
    """Counts contacts, and stores what they count for and which persona they are of: the most likely one.

    Where somebody has named the persona of a contact, that one holds.
    """
    if not len(new.ids):
        return
    state.statistics = state.statistics.plus(contribution(weigh(new.codes, state.layout), new.posterior))
    model, homes = state.model, new.posterior.argmax(axis=1)
    told = stated(new.posterior.max(axis=1), state.parameters.weights[homes])
    named = persona_vetoes(session, model.build_id)
    for row in np.flatnonzero(np.isin(new.ids, list(named))):
        homes[row], told[row] = model.index(named[int(new.ids[row])]), 1.0
    _count(state, homes, 1)
    ids, personas = new.ids.tolist(), [model.personas[place].id for place in homes.tolist()]
    packed = zip(ids, new.added.tolist(), _packed(new.codes), _packed(new.posterior), strict=True)
    common = {"build_id": model.build_id}
    members = [
        common | {"contact_id": contact, "market": model.market, "added": added, "codes": codes, "posterior": posterior}
        for contact, added, codes, posterior in packed
    ]
    memberships = [
        common | {"contact_id": contact, "persona_id": persona, "probability": probability}
        for contact, persona, probability in zip(ids, personas, told.tolist(), strict=True)
    ]
    upsert(session, LiveMember, members, ("build_id", "contact_id"))
    upsert(session, Membership, memberships, ("build_id", "contact_id"))


def _count(state: MarketState, homes: NDArray[np.int64], sign: int) -> None:
    counts = np.bincount(homes[homes != NOWHERE], minlength=len(state.members))
    state.members = [before + sign * int(n) for before, n in zip(state.members, counts, strict=True)]


def _fit_of_added(counted: Counted, state: MarketState) -> Any:
    return fit(counted.codes[counted.added], state.built, state.layout)


def _read(session: Session, state: MarketState, ids: Sequence[int], had: Counted) -> Counted:
    """Those among `ids` who belong to the market and may be profiled, as they are now; `had` as they were counted."""
    model, known = state.model, _known(session, state.model)
    found, codes = [np.empty(0, dtype=np.int64)], [np.empty((0, len(model.tables)), dtype=np.int8)]
    for some in batches(ids, IDS_AT_ONCE):
        frame = attribute_frame(session, model.market, some, known=known, as_of=model.data_on)
        if model.target_group is not None:
            frame = frame.filter(model.target_group.inside(frame, known))
        found.append(frame["contact_id"].to_numpy())
        codes.append(encode(model.binning.apply(frame), model.binning, tuple(model.tables)))
    rows, levels = np.concatenate(found), np.concatenate(codes)
    posterior = expect(weigh(levels, state.layout), state.parameters)
    added = ~np.isin(rows, had.ids[~had.added])
    return Counted(rows, levels, posterior, added, np.full(len(rows), NOWHERE))


def _known(session: Session, model: PersonaModel) -> tuple[Attribute, ...]:
    """The attributes of the model, and those that its target group asks for besides."""
    known = dict(model.attributes)
    if model.target_group is not None and not known.keys() >= model.target_group.filters.keys():
        offered = {one.key: one for one in (*built_in(model.market), *attributes(session, model.market))}
        known |= {key: offered[key] for key in model.target_group.filters if key in offered and key not in known}
    return tuple(known.values())


def _members(session: Session, state: MarketState, ids: Sequence[int]) -> Counted:
    rows: list[Any] = []
    for some in batches(ids):
        rows += session.execute(_of_market(state).where(LiveMember.contact_id.in_(some))).all()
    return _counted(rows, state)


def _sample(session: Session, state: MarketState) -> Counted:
    every = math.ceil(state.model.contacts / FIT_SAMPLE)
    return _counted(session.execute(_of_market(state).where(LiveMember.contact_id % every == 0)).all(), state)


def _of_market(state: MarketState) -> Select[*tuple[Any, ...]]:
    same = and_(Membership.build_id == LiveMember.build_id, Membership.contact_id == LiveMember.contact_id)
    columns = (LiveMember.contact_id, LiveMember.codes, LiveMember.posterior, LiveMember.added, Membership.persona_id)
    return (
        select(*columns)
        .outerjoin(Membership, same)
        .where(LiveMember.build_id == state.model.build_id, LiveMember.market == state.model.market)
    )


def _counted(rows: Sequence[Any], state: MarketState) -> Counted:
    places = {persona.id: place for place, persona in enumerate(state.model.personas)}
    ids, codes, posteriors, added, personas = zip(*rows, strict=True) if rows else ((),) * 5
    return Counted(
        np.array(ids, dtype=np.int64),
        np.frombuffer(b"".join(codes), dtype=np.int8).reshape(-1, len(state.layout.names)),
        np.frombuffer(b"".join(posteriors), dtype=np.float32).reshape(-1, len(places)),
        np.array(added, dtype=bool),
        np.array([places.get(persona, NOWHERE) for persona in personas], dtype=np.int64),
    )


def _packed(rows: NDArray[Any]) -> list[bytes]:
    """Each row of a matrix as bytes."""
    solid = np.ascontiguousarray(rows)
    return solid.view(f"V{solid.itemsize * solid.shape[1]}").ravel().tolist() if len(solid) else []


def _delete(session: Session, state: MarketState, gone: Sequence[int]) -> None:
    for some in batches(gone):
        for table in (LiveMember, Membership):
            session.execute(delete(table).where(table.build_id == state.model.build_id, table.contact_id.in_(some)))
