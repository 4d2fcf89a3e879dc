"""Ideas are ranked by what they bring for what they cost, and measurements take the place of guesses."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store.crm import import_files
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.guidance.ideas import add_idea, difference, list_ideas, load_ideas, measure_idea, samples
from persona_store.settings import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)


def test_the_most_worthwhile_comes_first(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        for text, impact, effort in (("teuer", 5, 5), ("gut", 4, 1), ("mittel", 3, 2)):
            add_idea(session, text, impact, effort, language="de")
        assert [one.text for one in list_ideas(session, "de")] == ["gut", "mittel", "teuer"]
        assert not any(one.sample for one in list_ideas(session, "de"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_ideas_are_marked_as_samples(engine: Engine, language: Language) -> None:
    with Session(engine) as session:
        ideas = list_ideas(session, language)
    assert len(ideas) == len(samples("de")) >= 10
    assert all(one.sample and one.id is None and one.proof == "estimated" for one in ideas)
    assert [one.score for one in ideas] == sorted((one.score for one in ideas), reverse=True)


def test_a_persona_gets_its_own_ideas_and_those_for_all(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        add_idea(session, "für alle", 3, 3, language="de")
        add_idea(session, "für IT", 3, 1, persona="1", language="de")
        add_idea(session, "für Vertrieb", 3, 1, persona="Sales heads", language="de")
        assert [one.text for one in list_ideas(session, "de", persona="IT-Leitung")] == ["für IT", "für alle"]
        with pytest.raises(InputError):
            list_ideas(session, "de", persona="Raumfahrer")


def test_a_measured_effect_takes_the_place_of_the_guess(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        ideas = [add_idea(session, text, 3, 1, language="de") for text in ("wirkt", "schadet", "unklar")]
        numbers = [one.id or 0 for one in ideas]
        works = measure_idea(session, numbers[0], tried=(60, 200), before=(20, 200))
        harms = measure_idea(session, numbers[1], tried=(20, 200), before=(60, 200))
        unclear = measure_idea(session, numbers[2], tried=(11, 100), before=(10, 100))
        ranked = [one.text for one in list_ideas(session, "de")]
    assert (works.proof, harms.proof, unclear.proof) == ("works", "harms", "unclear")
    assert (works.change, works.n) == (pytest.approx(0.2), 400)
    assert works.low is not None and works.high is not None and works.low < 0.2 < works.high
    assert (works.score, harms.score, unclear.score) == (5.0, 0.0, 3.0)
    assert ranked == ["wirkt", "unklar", "schadet"]


def test_nine_of_ten_intervals_of_a_difference_hold_it() -> None:
    chance = np.random.default_rng(1)
    hits = []
    for _ in range(2_000):
        tried, before = int(chance.binomial(80, 0.3)), int(chance.binomial(60, 0.2))
        _, low, high = difference((tried, 80), (before, 60))
        hits.append(low <= 0.1 <= high)
    assert 0.88 <= np.mean(hits) <= 0.93


@pytest.mark.parametrize("counts", [(5, 3), (-1, 3), (0, 0)])
def test_impossible_counts_are_refused(engine: Engine, counts: tuple[int, int]) -> None:
    with session_scope(engine, writes=True) as session:
        idea = add_idea(session, "x", 1, 1)
        with pytest.raises(InputError):
            measure_idea(session, idea.id or 0, tried=counts, before=(1, 2))
        with pytest.raises(InputError):
            measure_idea(session, 999, tried=(1, 2), before=(1, 2))


@pytest.mark.parametrize(("text", "impact", "effort"), [("", 3, 3), ("x" * 1_001, 3, 3), ("x", 0, 3), ("x", 3, 6)])
def test_what_is_no_idea_is_refused(engine: Engine, text: str, impact: int, effort: int) -> None:
    with session_scope(engine, writes=True) as session, pytest.raises(InputError):
        add_idea(session, text, impact, effort)


def test_ideas_come_by_file_too(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "ideen.csv"
    path.write_text("Idee;Wirkung;Aufwand;Persona\nA;4;1;\nB;9;1;\nC;3;viel;\n", encoding="utf-8")
    report = import_files(engine, [path], rejects=tmp_path / "rejects.csv")
    assert (report.tables["ideas"].new, report.tables["ideas"].rejected) == (1, 2)
    again = import_files(engine, [path], rejects=tmp_path / "rejects.csv")
    assert (again.tables["ideas"].new, again.tables["ideas"].unchanged) == (0, 1)


def test_a_second_file_changes_grades_and_keeps_measurements(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        idea = add_idea(session, "A", 2, 2, language="en")
        measure_idea(session, idea.id or 0, tried=(50, 100), before=(20, 100))
        report = load_ideas(session, [{"idea": "A", "impact": "4", "effort": "2", "language": "en"}])
        (after,) = list_ideas(session, "en")
    assert (report.changed, after.impact, after.proof) == (1, 4, "works")
