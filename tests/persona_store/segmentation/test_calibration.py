"""On the sample CRM the stated probability holds, though nothing but the contacts' attributes is known."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sqlalchemy import Engine, select

from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import session_scope
from persona_store.database.models import Contact
from persona_store.segmentation.attributes import attribute_frame, recognise_attributes
from persona_store.segmentation.binning import fit_binning
from persona_store.segmentation.segment import Segments, find_segments, mark_repeated

CONTACTS = 5_000
CERTAIN = 0.9


def segments_and_truth(engine: Engine, folder: Path, market: str) -> tuple[Segments, list[str]]:
    report = write_sample(folder / "export", CONTACTS, 1)
    import_files(engine, report.files)
    with (folder / "export" / "truth" / "contacts.csv").open(encoding="utf-8-sig", newline="") as file:
        truth = {row["Kontakt-ID"]: row["class"] for row in csv.DictReader(file)}
    with session_scope(engine) as session:
        attributes, _ = recognise_attributes(session, market)
        frame = attribute_frame(session, market, known=attributes)
        ids = {row.id: row.external_id for row in session.execute(select(Contact.id, Contact.external_id))}
    binning = fit_binning(frame, attributes)
    levels = binning.apply(frame)
    attributes = mark_repeated(levels, attributes, binning, seed=1)
    _, segments = find_segments(levels, attributes, binning, seed=1)
    assert segments is not None
    return segments, [truth[ids[contact] or ""] for contact in frame["contact_id"]]


@pytest.mark.parametrize(("market", "agreement"), [("b2b", 0.8), ("b2c", 0.95)])
def test_what_is_called_certain_is_about_as_often_right_as_stated(
    market: str, agreement: float, sqlite_engine: Engine, tmp_path: Path
) -> None:
    segments, truth = segments_and_truth(sqlite_engine, tmp_path, market)
    assert adjusted_rand_score(truth, segments.membership) > agreement
    assert not segments.weak.any()
    named = {
        place: Counter(true for true, member in zip(truth, segments.membership, strict=True) if member == place)
        for place in range(len(segments.model.weights))
    }
    meant = {place: counts.most_common(1)[0][0] for place, counts in named.items()}
    right = np.array([meant[member] == true for member, true in zip(segments.membership, truth, strict=True)])
    certain = segments.probability >= CERTAIN
    assert abs(right[certain].mean() - segments.probability[certain].mean()) <= 0.03
    if market == "b2b":
        assert segments.discounts["level"][0] == "function"
