"""Lets guidance learn from what a test has put into the store, as a build would."""

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Membership
from persona_store.guidance.counts import count_channels, counts_of_people
from persona_store.guidance.learned import learn_guidance
from persona_store.segmentation.aggregation import Reader
from persona_store.touch_sums import TouchSums, read_touch_sums


def learn(session: Session) -> None:
    """Everything guidance learns, as build 1."""
    learn_guidance(session, 1, *_learned_from(session))


def count(session: Session) -> None:
    """The channel counts of build 1 alone."""
    count_channels(session, 1, counts_of_people(*_learned_from(session)))


def _learned_from(session: Session) -> tuple[TouchSums, pl.DataFrame]:
    rows = session.execute(select(Membership.contact_id, Membership.persona_id).where(Membership.build_id == 1))
    schema = {"contact_id": pl.Int64, "persona_id": pl.Int64}
    members = pl.DataFrame([tuple(row) for row in rows], schema, orient="row")
    return read_touch_sums(Reader(session, "b2b")), members
