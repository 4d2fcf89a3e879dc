"""Counts how often people answered, per role, persona and channel at a build, per contact at the moment of asking."""

from sqlalchemy import ColumnElement, Select, and_, case, func, insert, literal, or_, select, true
from sqlalchemy.orm import Session, aliased

from persona_store.database.models import ChannelCount, Contact, Interaction, Membership
from persona_store.guidance.types import Tally

ANSWERED = case((Interaction.responded.is_(True), 1), else_=0)
OUTGOING = and_(Interaction.direction == "out", Interaction.responded.is_not(None), Interaction.channel.is_not(None))


def count_channels(session: Session, build_id: int) -> None:
    """Writes the build's channel counts, from all contacts who did not object; its memberships must be there."""
    own, person = aliased(Contact), aliased(Contact)
    function, level = func.coalesce(person.function, "other"), func.coalesce(person.level, "unknown")
    keys = (person.market, function, level, Membership.persona_id, Interaction.channel)
    counted = (
        select(literal(build_id), *keys, func.count(), func.sum(ANSWERED))
        .select_from(Interaction)
        .join(own, own.id == Interaction.contact_id)
        .join(person, person.id == func.coalesce(own.duplicate_of, own.id))
        .outerjoin(Membership, and_(Membership.build_id == build_id, Membership.contact_id == person.id))
        .where(OUTGOING, own.blocked_on.is_(None), person.blocked_on.is_(None))
        .group_by(*keys)
    )
    names = ["build_id", "market", "function", "level", "persona_id", "channel", "n", "answered"]
    session.execute(insert(ChannelCount).from_select(names, counted))


def role_counts(
    session: Session, build_id: int, market: str, function: str | None, level: str | None, persona_id: int | None
) -> tuple[dict[str, Tally], dict[str, Tally], dict[str, Tally]]:
    """The build's counts per channel for everyone, the role, and the role in the persona.

    No `function` or no `level` means any; without `persona_id` the last is empty.
    """
    conditions = []
    if function is not None:
        conditions.append(ChannelCount.function == function)
    if level is not None:
        conditions.append(ChannelCount.level == level)
    role = and_(true(), *conditions)
    persona = and_(role, ChannelCount.persona_id == persona_id)

    def sums(condition: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int]]:
        return (
            func.sum(case((condition, ChannelCount.n), else_=0)),
            func.sum(case((condition, ChannelCount.answered), else_=0)),
        )

    rows = session.execute(
        select(ChannelCount.channel, *sums(true()), *sums(role), *sums(persona))
        .where(ChannelCount.build_id == build_id, ChannelCount.market == market)
        .group_by(ChannelCount.channel)
    ).all()
    return (
        {row[0]: Tally(row[1], row[2]) for row in rows},
        {row[0]: Tally(row[3], row[4]) for row in rows},
        {row[0]: Tally(row[5], row[6]) for row in rows},
    )


def contact_counts(session: Session, contact_id: int) -> dict[str, Tally]:
    """The contact's own counts per channel, its doubles' included."""
    rows = session.execute(
        select(Interaction.channel, func.count(), func.sum(ANSWERED))
        .where(OUTGOING, Interaction.contact_id.in_(_person(contact_id)))
        .group_by(Interaction.channel)
    )
    return {str(channel): Tally(n, answered) for channel, n, answered in rows}


def unsubscribed(session: Session, contact_id: int) -> bool:
    """Whether the contact, or a double of it, has unsubscribed from e-mail."""
    asked = select(Interaction.id).where(
        Interaction.contact_id.in_(_person(contact_id)), Interaction.kind == "unsubscribed"
    )
    return session.scalar(asked.limit(1)) is not None


def _person(contact_id: int) -> Select[int]:
    return select(Contact.id).where(or_(Contact.id == contact_id, Contact.duplicate_of == contact_id))
