"""Who counts for what: when a contact changes, its old share of the statistics goes out and its new one comes in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from persona_store.database.models import Contact, LiveMember, Membership
from persona_store.live.online import Posterior, contribution, expect, log_joint
from persona_store.live.state import MarketState
from persona_store.live.store import batches, upsert
from persona_store.segmentation.attributes import attribute_frame, attributes
from persona_store.segmentation.latent_classes import stated
from persona_store.segmentation.model import PersonaModel
from persona_store.segmentation.observations import MISSING, Codes, Floats
from persona_store.segmentation.registry import Attribute, built_in
from persona_store.segmentation.segment import encode

REFRESHED = 4  # members whose E-step is repeated for each that changed: EM goes on while events come
ROUNDS = 5  # E- and M-steps over those members at a time: cheap, as reading and writing them is most of the work
ADOPTED = 1  # contacts of the build that become members for each that changed, until all are
REST = 1e-4  # change of a posterior in one round through all members, below which EM has come to rest
STILL = 1e-5  # a posterior that changes by less is left as it is
MOST_AT_ONCE = 5_000  # in either way, so that no batch takes long
IDS_AT_ONCE = 2_000  # contacts whose attributes are read at a time


@dataclass(frozen=True, slots=True)
class Counted:
    """Contacts with what they count for, row by row: `codes` (rows, attributes), `posterior` (rows, classes)."""

    ids: NDArray[np.int64]
    codes: Codes
    posterior: Posterior
    added: NDArray[np.bool_]

    def where(self, rows: NDArray[Any]) -> "Counted":
        """Some of the rows."""
        return Counted(self.ids[rows], self.codes[rows], self.posterior[rows], self.added[rows])


@dataclass(frozen=True, slots=True)
class _Move:
    """What a batch does in one market: `out` counted until now, `now` counts from now on, `homes` are the personas."""

    state: MarketState
    out: tuple[Counted, ...]
    now: Counted
    homes: dict[int, int]


def follow(session: Session, before: Session, states: Sequence[MarketState], touched: Iterable[int]) -> None:
    """Lets the statistics and memberships follow what became of the `touched` contacts.

    `before` sees the store as it was, for contacts of the build that change for the first time.
    """
    ids = sorted(set(touched))
    for state in states:
        state.settled = False
    people = _by_market(session, ids)
    moves = [_move(session, before, state, ids, people.get(state.model.market, [])) for state in states]
    for move in moves:  # all leave before any enters: a contact may go from one market to the other
        leaving = {*move.homes, *(contact for old in move.out for contact in old.ids.tolist())}
        gone = sorted(leaving - set(move.now.ids.tolist()))
        _forget(session, move.state, gone, move.homes)
    for move in moves:
        for old in move.out:
            _take_out(move.state, old)
        _put_in(move.state, move.now)
        _write(session, move.state, move.now, move.homes)


def _by_market(session: Session, ids: Sequence[int]) -> dict[str, list[int]]:
    """The contacts of each market who stand for themselves."""
    found: dict[str, list[int]] = {}
    for some in batches(ids):
        rows = select(Contact.id, Contact.market).where(Contact.id.in_(some), Contact.duplicate_of.is_(None))
        for contact, market in session.execute(rows):
            found.setdefault(market, []).append(contact)
    return found


def _move(session: Session, before: Session, state: MarketState, ids: Sequence[int], people: Sequence[int]) -> _Move:
    homes = _homes(session, state.model, ids)
    had = _members(session, state, ids)
    once = _read(before, state.model, sorted(homes.keys() - set(had.ids.tolist())))
    once = Counted(once.ids, once.codes, expect(once.codes, state.built, state.layout), once.added)
    now = _read(session, state.model, people)
    fresh = ~np.isin(now.ids, once.ids) & ~np.isin(now.ids, had.ids[~had.added])
    now = Counted(now.ids, now.codes, expect(now.codes, state.parameters, state.layout), fresh)
    state.old = state.old.plus(_fit(once.codes, state))
    state.new = state.new.plus(_fit(had.codes[had.added], state), -1.0).plus(_fit(now.codes[fresh], state))
    return _Move(state, (once, had), now, homes)


def refresh(session: Session, state: MarketState, changed: int) -> None:
    """Goes on with EM: repeats the E-step of the next members in turn, and adopts contacts the build has counted."""
    wanted = min(REFRESHED * changed, MOST_AT_ONCE)
    old = _next_members(session, state, wanted)
    state.restless = max(state.restless, _replace(session, state, old))
    if len(old.ids) == wanted and wanted:
        state.refreshed = int(old.ids[-1])
    else:
        state.settled = state.adopted is None and state.restless < REST
        state.refreshed, state.restless = 0, 0.0
    if state.adopted is not None:
        wanted = min(ADOPTED * changed, MOST_AT_ONCE)
        ids = _unadopted(session, state, wanted)
        state.adopted = ids[-1] if len(ids) == wanted else None
        found = _read(session, state.model, ids)
        state.old = state.old.plus(_fit(found.codes, state))
        counted = expect(found.codes, state.built, state.layout)
        _replace(session, state, Counted(found.ids, found.codes, counted, found.added), new_members=True)


def forget_members(session: Session, states: Sequence[MarketState], contact_ids: Sequence[int]) -> None:
    """Takes contacts out of the live classes at once, as when they object."""
    for state in states:
        had = _members(session, state, contact_ids)
        homes = _homes(session, state.model, contact_ids)
        state.new = state.new.plus(_fit(had.codes[had.added], state), -1.0)
        _take_out(state, had)
        _forget(session, state, sorted({*had.ids.tolist(), *homes}), homes)


def _replace(session: Session, state: MarketState, old: Counted, *, new_members: bool = False) -> float:
    """The same contacts with the posterior that EM comes to; returns the largest change of a posterior.

    Who hardly changes keeps the old one, in the statistics too, and need not be written.
    """
    new = old
    for _ in range(ROUNDS):
        parameters = state.parameters
        _take_out(state, new)
        new = Counted(old.ids, old.codes, expect(old.codes, parameters, state.layout), old.added)
        _put_in(state, new)
    change = np.abs(new.posterior - old.posterior).max(axis=1, initial=0.0)
    still = (change < STILL) & (not new_members)
    _take_out(state, new.where(still))
    _put_in(state, old.where(still))
    moved = new.where(~still)
    _write(session, state, moved, _homes(session, state.model, moved.ids.tolist()))
    return float(change.max(initial=0.0))


def _take_out(state: MarketState, old: Counted) -> None:
    none = contribution(old.codes[:0], old.posterior[:0], state.layout)
    state.statistics = state.statistics.exchange(contribution(old.codes, old.posterior, state.layout), none)


def _put_in(state: MarketState, new: Counted) -> None:
    none = contribution(new.codes[:0], new.posterior[:0], state.layout)
    state.statistics = state.statistics.exchange(none, contribution(new.codes, new.posterior, state.layout))


def _fit(codes: Codes, state: MarketState) -> Floats:
    """Log-likelihood under the built classes per known defining attribute; who knows none tells nothing."""
    known = (codes[:, np.array(state.layout.defines)] != MISSING).sum(axis=1)
    joint = log_joint(codes[known > 0], state.built, state.layout)
    highest = joint.max(axis=1, initial=-np.inf)
    return np.asarray((highest + np.log(np.exp(joint - highest[:, None]).sum(axis=1))) / known[known > 0])


def _read(session: Session, model: PersonaModel, ids: Sequence[int]) -> Counted:
    """The levels of those among `ids` who belong to the market and may be profiled; their posterior is still empty."""
    known = _known(session, model)
    found, codes = [np.empty(0, dtype=np.int64)], [np.empty((0, len(model.tables)), dtype=np.int8)]
    for some in batches(ids, IDS_AT_ONCE):
        frame = attribute_frame(session, model.market, some, known=known, as_of=model.data_on)
        if model.target_group is not None:
            frame = frame.filter(model.target_group.inside(frame, known))
        if len(frame):
            found.append(frame["contact_id"].to_numpy())
            codes.append(encode(model.binning.apply(frame), model.binning, tuple(model.tables)))
    rows = np.concatenate(found)
    empty = np.empty((len(rows), len(model.class_weights)), dtype=np.float32)
    return Counted(rows, np.concatenate(codes), empty, np.zeros(len(rows), dtype=bool))


def _known(session: Session, model: PersonaModel) -> tuple[Attribute, ...]:
    """The attributes of the model, and those that its target group asks for besides."""
    known = dict(model.attributes)
    if model.target_group is not None and not known.keys() >= model.target_group.filters.keys():
        offered = {one.key: one for one in (*built_in(model.market), *attributes(session, model.market))}
        known |= {key: offered[key] for key in model.target_group.filters if key in offered and key not in known}
    return tuple(known.values())


def _homes(session: Session, model: PersonaModel, ids: Sequence[int]) -> dict[int, int]:
    """Contact → place of its persona, of those who are members of this market in the build."""
    places = {persona.id: place for place, persona in enumerate(model.personas)}
    homes: dict[int, int] = {}
    for some in batches(ids):
        rows = session.execute(
            select(Membership.contact_id, Membership.persona_id).where(
                Membership.build_id == model.build_id, Membership.contact_id.in_(some)
            )
        )
        homes |= {contact: places[persona] for contact, persona in rows if persona in places}
    return homes


def _members(session: Session, state: MarketState, ids: Sequence[int]) -> Counted:
    rows: list[Any] = []
    for some in batches(ids):
        rows += session.execute(_of_market(state).where(LiveMember.contact_id.in_(some))).all()
    return _counted(rows, state)


def _next_members(session: Session, state: MarketState, wanted: int) -> Counted:
    turn = _of_market(state).where(LiveMember.contact_id > state.refreshed)
    return _counted(session.execute(turn.order_by(LiveMember.contact_id).limit(wanted)).all(), state)


def _unadopted(session: Session, state: MarketState, wanted: int) -> list[int]:
    member = select(LiveMember.contact_id).where(
        LiveMember.build_id == Membership.build_id, LiveMember.contact_id == Membership.contact_id
    )
    turn = select(Membership.contact_id).where(
        Membership.build_id == state.model.build_id,
        Membership.contact_id > (state.adopted or 0),
        Membership.persona_id.in_([persona.id for persona in state.model.personas]),
        ~member.exists(),
    )
    return list(session.scalars(turn.order_by(Membership.contact_id).limit(wanted)))


def _of_market(state: MarketState) -> Select[*tuple[Any, ...]]:
    return select(LiveMember.contact_id, LiveMember.codes, LiveMember.posterior, LiveMember.added).where(
        LiveMember.build_id == state.model.build_id, LiveMember.market == state.model.market
    )


def _counted(rows: Sequence[Any], state: MarketState) -> Counted:
    attributes_, classes = len(state.layout.names), len(state.model.class_weights)
    return Counted(
        np.array([row.contact_id for row in rows], dtype=np.int64),
        np.frombuffer(b"".join(row.codes for row in rows), dtype=np.int8).reshape(-1, attributes_),
        np.frombuffer(b"".join(row.posterior for row in rows), dtype=np.float32).reshape(-1, classes),
        np.array([row.added for row in rows], dtype=bool),
    )


def _write(session: Session, state: MarketState, now: Counted, homes: dict[int, int]) -> None:
    """Stores what contacts count for and which persona they are most likely of."""
    model = state.model
    best = now.posterior.argmax(axis=1).tolist()
    ids = now.ids.tolist()
    for contact, place in zip(ids, best, strict=True):
        if contact in homes:
            state.members[homes[contact]] -= 1
        state.members[place] += 1
    common = {"build_id": model.build_id}
    told = stated(now.posterior.max(axis=1, initial=0.0), state.parameters.weights[best])
    upsert(
        session,
        LiveMember,
        [
            common | {"contact_id": contact, "market": model.market, "added": added, "codes": c, "posterior": p}
            for contact, added, c, p in zip(
                ids, now.added.tolist(), map(bytes, now.codes), map(bytes, now.posterior), strict=True
            )
        ],
        ("build_id", "contact_id"),
    )
    upsert(
        session,
        Membership,
        [
            common | {"contact_id": contact, "persona_id": model.personas[place].id, "probability": share}
            for contact, place, share in zip(ids, best, told.tolist(), strict=True)
        ],
        ("build_id", "contact_id"),
    )


def _forget(session: Session, state: MarketState, gone: Sequence[int], homes: dict[int, int]) -> None:
    model = state.model
    for contact in gone:
        if contact in homes:
            state.members[homes[contact]] -= 1
    personas = [persona.id for persona in model.personas]
    for some in batches(gone):
        session.execute(
            delete(LiveMember).where(
                LiveMember.build_id == model.build_id,
                LiveMember.market == model.market,
                LiveMember.contact_id.in_(some),
            )
        )
        session.execute(
            delete(Membership).where(
                Membership.build_id == model.build_id,
                Membership.persona_id.in_(personas),
                Membership.contact_id.in_(some),
            )
        )
