"""After a stream of events the store holds what an import would, and the classes what a batch EM would."""

import random
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Build, Contact, LiveState, Membership, Persona
from persona_store.live.apply import apply_events
from persona_store.live.online import Layout, Parameters, built_parameters, contribution, expect, maximise
from persona_store.segmentation.aggregation import newest_data
from persona_store.segmentation.attributes import attribute_frame, attributes
from persona_store.segmentation.model import built_model, load_model
from persona_store.segmentation.registry import MARKETS, Attribute
from persona_store.segmentation.segment import encode
from tests.persona_store.live.conftest import Event, Streamed

BATCH = 250
SAME_PERSONA = 0.99  # the tolerances that docs/methods.md states
LARGEST_DIFFERENCE = 0.02
STEPS = 300


def stream(engine: Engine, events: list[Event], seed: int) -> None:
    """Sends the events in random order, one in ten twice."""
    draw = random.Random(seed)
    sent = events + draw.sample(events, len(events) // 10)
    draw.shuffle(sent)
    for start in range(0, len(sent), BATCH):
        report = apply_events(engine, sent[start : start + BATCH])
        assert report.count("refused") == 0


def attribute_rows(session: Session, market: str, known: tuple[Attribute, ...], as_of: object) -> pl.DataFrame:
    """All raw attributes of a market under the ids of the CRM."""
    frame = attribute_frame(session, market, known=known, as_of=as_of)  # type: ignore[arg-type]
    ids = pl.DataFrame(session.execute(select(Contact.id, Contact.external_id)).all(), schema=["contact_id", "crm"], orient="row")
    return frame.join(ids, on="contact_id").drop("contact_id").sort("crm")


@pytest.fixture(scope="module")
def after(streamed: Streamed, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The live store after the whole stream."""
    stream(streamed.live, streamed.events, seed=1)
    return streamed.live


@pytest.mark.parametrize("market", MARKETS)
def test_live_attributes_equal_those_of_an_import_of_everything(after: Engine, streamed: Streamed, market: str) -> None:
    with session_scope(after) as live, session_scope(streamed.whole) as whole:
        known, day = attributes(whole, market), newest_data(whole)
        one, other = (attribute_rows(session, market, known, day) for session in (live, whole))
    assert len(one) > 100
    for column in one.columns:
        assert one[column].to_list() == pytest.approx(other[column].to_list(), nan_ok=True), column


def test_live_classes_equal_those_of_a_batch_em_over_everything(after: Engine, streamed: Streamed) -> None:
    market = "b2b"
    with session_scope(after) as live, session_scope(streamed.whole) as whole:
        built, moved = built_model(live, market), load_model(live, market)
        assert built is not None
        assert moved is not None
        known = tuple(built.attributes.values())
        frame = attribute_frame(whole, market, known=known, as_of=built.data_on)
        codes = encode(built.binning.apply(frame), built.binning, tuple(built.tables))
        ids = dict(whole.execute(select(Contact.id, Contact.external_id)).tuples().all())
        persons = [ids[contact] for contact in frame["contact_id"].to_list()]
        layout, batch = Layout.of(built.tables), built_parameters(built)
        for _ in range(STEPS):
            batch = maximise(contribution(codes, expect(codes, batch, layout), layout), layout)
        posterior = expect(codes, batch, layout)
        best = dict(zip(persons, posterior.argmax(axis=1).tolist(), strict=True))
        rows = live.execute(
            select(Contact.external_id, Membership.persona_id)
            .join(Contact, Contact.id == Membership.contact_id)
            .where(Membership.build_id == built.build_id)
        ).tuples()
        places = {persona.id: place for place, persona in enumerate(built.personas)}
        found = {crm: places[persona] for crm, persona in rows if persona in places}
    started = built_parameters(built)
    print(market, len(best), "moved", np.abs(batch.weights - started.weights).max(), np.abs(batch.probabilities-started.probabilities).max())
    now = np.hstack([t.probabilities for t in moved.tables.values()])
    print("diff", np.abs(batch.weights - moved.class_weights).max(), np.abs(batch.probabilities-now).max(), np.mean([best[c]==found[c] for c in best]))
    live_post = expect(codes, Parameters(moved.class_weights, now, batch.base), layout)
    print("posterior diff", np.abs(live_post-posterior).max(), np.quantile(np.abs(live_post-posterior).max(axis=1), [.5,.9,.99]))
    assert found.keys() == best.keys()
    assert np.mean([best[crm] == found[crm] for crm in best]) >= SAME_PERSONA
    assert np.abs(batch.weights - moved.class_weights).max() <= LARGEST_DIFFERENCE
    assert np.abs(batch.probabilities-now).max() <= LARGEST_DIFFERENCE
