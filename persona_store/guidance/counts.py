"""Counts how often people answered, per role, persona and channel at a build, per contact at the moment of asking."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from sqlalchemy import ColumnElement, Select, and_, case, false, func, not_, or_, select
from sqlalchemy.orm import Session

from persona_store.database.bulk import insert_frame
from persona_store.database.models import ChannelCount, Contact, Interaction
from persona_store.guidance.types import Tally
from persona_store.touch_sums import TouchSums

ANSWERED = case((Interaction.responded.is_(True), 1), else_=0)
OUTGOING = and_(Interaction.direction == "out", Interaction.responded.is_not(None), Interaction.channel.is_not(None))
NO_PERSONA = -1
KEYS = ("market", "function", "level", "persona_id", "channel")
Counts = Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Layers:
    """Counts per channel, each level without what the levels after it count.

    `everyone` in the market, the `role`, the role in the `persona` (or the whole persona), the `contact`.
    """

    everyone: Counts
    role: Counts
    persona: Counts
    contact: Counts


def counts_of_people(sums: TouchSums, members: pl.DataFrame) -> pl.DataFrame:
    """Each person's attempts (`n`) and answers (`answered`) per channel with role and persona (columns of `KEYS`).

    `members` has `contact_id` and `persona_id`; who is not in it has no persona.
    """
    people = sums.people.join(members, left_on="person", right_on="contact_id", how="left")
    return people.join(sums.channels, on="person")


def count_channels(session: Session, build_id: int, counts: pl.DataFrame) -> pl.DataFrame:
    """Writes the build's channel counts, summed up from those of people; returns them."""
    counted = (
        counts.group_by(KEYS)
        .agg(pl.sum("n", "answered"), contacts=pl.len().cast(pl.Int64), squares=(pl.col("n") ** 2).sum())
        .sort(KEYS)
    )
    rows = counted.with_columns(pl.col("squares").cast(pl.Float64), build_id=pl.lit(build_id))
    insert_frame(session.connection(), ChannelCount.__tablename__, rows)
    return counted


def layered_counts(
    session: Session,
    build_id: int,
    market: str,
    function: str | None,
    level: str | None,
    persona_id: int | None,
    *,
    whole_persona: bool = False,
    contact_id: int | None = None,
    counted_to: int = 0,
) -> Layers:
    """The counts of each level without those of the more specific ones.

    No `function` means that there is no role to count, no `level` any. `whole_persona` takes the persona whatever its
    roles. The contact's interactions up to the id `counted_to` are in the build's counts and are taken out of them.
    """
    role: ColumnElement[bool] = false() if function is None else ChannelCount.function == function
    if level is not None:
        role = and_(role, ChannelCount.level == level)
    is_persona = func.coalesce(ChannelCount.persona_id, NO_PERSONA) == (
        NO_PERSONA if persona_id is None else persona_id
    )
    in_persona: ColumnElement[bool] = false() if persona_id is None else is_persona
    if not whole_persona and persona_id is not None:
        in_persona = and_(in_persona, *([ChannelCount.level == level] if level else []), *_same(function))
    conditions = (not_(or_(role, in_persona)), and_(role, not_(in_persona)), in_persona)
    everyone, in_role, in_cell = _sums(session, build_id, market, conditions)
    own: dict[str, Tally] = {}
    if contact_id is not None:
        own = contact_counts(session, contact_id)
        counted = contact_counts(session, contact_id, up_to=counted_to)
        if persona_id is not None:
            in_cell = _without(in_cell, counted)
        elif function is not None:
            in_role = _without(in_role, counted)
        else:
            everyone = _without(everyone, counted)
    return Layers(everyone, in_role, in_cell, own)


def contact_counts(session: Session, contact_id: int, *, up_to: int | None = None) -> dict[str, Tally]:
    """The contact's own counts per channel, its doubles' included; of interactions `up_to` an id if given."""
    rows = session.execute(
        select(Interaction.channel, func.count(), func.sum(ANSWERED))
        .where(OUTGOING, Interaction.contact_id.in_(person_ids(contact_id)))
        .where(*([] if up_to is None else [Interaction.id <= up_to]))
        .group_by(Interaction.channel)
    )
    return {str(channel): Tally(n, answered, float(n * n)) for channel, n, answered in rows}


def unsubscribed(session: Session, contact_id: int) -> bool:
    """Whether the contact, or a double of it, has unsubscribed from e-mail."""
    asked = select(Interaction.id).where(
        Interaction.contact_id.in_(person_ids(contact_id)), Interaction.kind == "unsubscribed"
    )
    return session.scalar(asked.limit(1)) is not None


def person_ids(contact_id: int) -> Select[int]:
    """The ids under which the CRM knows the person: the contact's own and its doubles'."""
    return select(Contact.id).where(or_(Contact.id == contact_id, Contact.duplicate_of == contact_id))


def _same(function: str | None) -> list[ColumnElement[bool]]:
    return [] if function is None else [ChannelCount.function == function]


def _sums(
    session: Session, build_id: int, market: str, conditions: tuple[ColumnElement[bool], ...]
) -> list[dict[str, Tally]]:
    """The counts per channel under each of the conditions, in one pass."""
    sums = [
        func.sum(case((condition, column), else_=0))
        for condition in conditions
        for column in (ChannelCount.n, ChannelCount.answered, ChannelCount.squares)
    ]
    rows = session.execute(
        select(ChannelCount.channel, *sums)
        .where(ChannelCount.build_id == build_id, ChannelCount.market == market)
        .group_by(ChannelCount.channel)
    ).all()
    return [
        {str(row[0]): Tally(int(row[at]), int(row[at + 1]), float(row[at + 2])) for row in rows}
        for at in range(1, 1 + 3 * len(conditions), 3)
    ]


def _without(counts: dict[str, Tally], part: dict[str, Tally]) -> dict[str, Tally]:
    return {channel: tally.without(part.get(channel, Tally())) for channel, tally in counts.items()}
