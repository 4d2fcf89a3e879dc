"""What changed between two builds: contacts that moved, personas that came and went, attributes that shifted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from persona_store.database.models import Build, Contact, Membership, Persona
from persona_store.privacy.rights import demand
from persona_store.segmentation.shares import Share, share
from persona_store.segmentation.shifts import AttributeShift, find_shifts
from persona_store.segmentation.versions import Pair, match_builds, overlaps

Fate = Literal["kept", "vanished", "new"]
MOVES_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class PersonaChange:
    """A persona then and now: its rows' ids, share and n of the market's contacts, and Jaccard likeness of the two."""

    market: str
    fate: Fate
    old_id: int | None
    new_id: int | None
    number: int
    name_de: str
    name_en: str
    likeness: float | None
    share_then: float | None
    n_then: int | None
    share_now: float | None
    n_now: int | None

    def name(self, language: str) -> str:
        """The persona's name in `language` ("de" or "en")."""
        return self.name_en if language == "en" else self.name_de


@dataclass(frozen=True, slots=True)
class Flow:
    """`n` contacts that went from one persona to another one, by the ids of their rows; kept ones are no flow."""

    old_id: int
    new_id: int
    n: int


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed from `old_build` to `new_build`.

    `moved` is the share of the contacts in both builds whose persona is another one now; None when none are in both.
    `came` and `left` count the contacts in only one of them. `shifts` are the attributes that changed beyond chance,
    most first; `not_compared` those that were cut into other levels.
    """

    old_build: int
    new_build: int
    moved: Share | None
    came: int
    left: int
    likeness: float | None
    personas: tuple[PersonaChange, ...]
    flows: tuple[Flow, ...]
    shifts: tuple[AttributeShift, ...]
    not_compared: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The drift as plain JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Drift":
        """The drift that `as_json` wrote."""
        parts = dict(data)
        parts["moved"] = Share(**parts["moved"]) if parts["moved"] else None
        for name, kind in (("personas", PersonaChange), ("flows", Flow), ("shifts", AttributeShift)):
            parts[name] = tuple(kind(**one) for one in parts[name])
        return cls(**parts | {"not_compared": tuple(parts["not_compared"])})


@dataclass(frozen=True, slots=True)
class Move:
    """A contact whose persona changed, by the ids of the personas' rows."""

    contact_id: int
    old_id: int
    new_id: int


def compare_builds(session: Session, old_build: int, new_build: int) -> Drift:
    """The drift between two stored builds; raises sqlalchemy's NoResultFound for an unknown one."""
    demand(session, "aggregates")
    return drift_between(session, old_build, new_build)


def drift_between(session: Session, old_build: int, new_build: int) -> Drift:
    """As `compare_builds`, for the build itself, which nobody asked for."""
    old, new = session.get_one(Build, old_build), session.get_one(Build, new_build)
    pairs = pair_personas(session, old_build, new_build)
    rows = {row.id: row for build in (old, new) for row in build.personas}
    changes = tuple(_change(rows, pair) for pair in pairs)
    counts = overlaps(session, old_build, new_build)
    same = {(pair.old, pair.new) for pair in pairs}
    both, stayed = sum(counts.values()), sum(n for pair, n in counts.items() if pair in same)
    moves = sorted(((n, pair) for pair, n in counts.items() if pair not in same), key=lambda one: (-one[0], one[1]))
    shifted = [
        find_shifts(market, old.markets[market], new.markets[market]) for market in new.markets if market in old.markets
    ]
    kept = [(pair.likeness, rows[pair.new].n) for pair in pairs if pair.likeness is not None and pair.new is not None]
    return Drift(
        old_build=old_build,
        new_build=new_build,
        moved=share(both - stayed, both) if both else None,
        came=sum(row.n for row in new.personas) - both,
        left=sum(row.n for row in old.personas) - both,
        likeness=float(np.average([one[0] for one in kept], weights=[one[1] for one in kept])) if kept else None,
        personas=changes,
        flows=tuple(Flow(old_id, new_id, n) for n, (old_id, new_id) in moves),
        shifts=tuple(one for shifts, _ in shifted for one in shifts),
        not_compared=tuple(name for _, names in shifted for name in names),
    )


def pair_personas(session: Session, old_build: int, new_build: int) -> tuple[Pair, ...]:
    """The personas of two builds by identity, as both are called the same; by likeness those that have none yet.

    The likeness is that of the two builds themselves, whatever lies between them.
    """
    matched = match_builds(session, old_build, new_build)
    ids = [one for pair in matched for one in (pair.old, pair.new) if one is not None]
    rows = session.execute(select(Persona.id, Persona.identity_id).where(Persona.id.in_(ids)))
    identity: dict[int, int | None] = {row.id: row.identity_id for row in rows}
    if None in identity.values():
        return matched
    likeness = {(pair.old, pair.new): pair.likeness for pair in matched}
    heirs = {identity[pair.new]: pair.new for pair in matched if pair.new is not None}
    kept = [
        Pair(pair.old, heir, likeness.get((pair.old, heir)))
        for pair in matched
        if pair.old is not None
        for heir in (heirs.get(identity[pair.old]),)
    ]
    taken = {pair.new for pair in kept}
    return (*kept, *(Pair(None, heir, None) for heir in heirs.values() if heir not in taken))


def moved_contacts(session: Session, old_build: int, new_build: int, most: int = MOVES_LISTED) -> list[Move]:
    """The contacts whose persona is another one now, at most `most`, by the size of the flow they are part of.

    People who objected since are left out.
    """
    demand(session, "contacts")
    flows = [(flow.old_id, flow.new_id) for flow in compare_builds(session, old_build, new_build).flows]
    before, after = aliased(Membership), aliased(Membership)
    found: list[Move] = []
    for old_id, new_id in flows:
        rows = session.scalars(
            select(before.contact_id)
            .join(after, after.contact_id == before.contact_id)
            .join(Contact, Contact.id == before.contact_id)
            .where(
                before.build_id == old_build,
                after.build_id == new_build,
                before.persona_id == old_id,
                after.persona_id == new_id,
                Contact.blocked_on.is_(None),
            )
            .order_by(before.contact_id)
            .limit(most - len(found))
        )
        found += [Move(contact, old_id, new_id) for contact in rows]
        if len(found) >= most:
            break
    return found


def _change(rows: Mapping[int, Persona], pair: Pair) -> PersonaChange:
    old = None if pair.old is None else rows[pair.old]
    new = None if pair.new is None else rows[pair.new]
    shown = new or old
    if shown is None:
        raise ValueError("a pair without personas")
    return PersonaChange(
        market=shown.market,
        fate="kept" if old and new else "vanished" if old else "new",
        old_id=pair.old,
        new_id=pair.new,
        number=shown.number,
        name_de=shown.name_de,
        name_en=shown.name_en,
        likeness=pair.likeness,
        share_then=old.share if old else None,
        n_then=old.n if old else None,
        share_now=new.share if new else None,
        n_now=new.n if new else None,
    )
