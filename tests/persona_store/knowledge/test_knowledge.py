"""Terms are found and near ones offered, lessons and quizzes hang together, replies are judged by what they say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from persona_store.database import session_scope
from persona_store.guidance import approach_role
from persona_store.knowledge.concepts import concept_keys, find_concepts, nearest_concepts, related_concepts
from persona_store.knowledge.lessons import lesson_about, lessons
from persona_store.knowledge.practice import CRITERIA, judge_reply
from persona_store.knowledge.quiz import LENGTH, OPTIONS, make_quiz, read_item
from persona_store.lexicon.vocabulary import lexicon_file
from persona_store.wording import catalogue

CONCERNS = ("Das Quartalsziel sicher erreichen", "Leads aus dem Marketing, die keine sind")


def test_every_term_of_the_lexicon_is_explained_in_both_languages_and_has_neighbours() -> None:
    assert set(concept_keys()) == set(lexicon_file("concepts.yml")["values"])
    for key in concept_keys():
        assert len(related_concepts(key)) >= OPTIONS - 1
        assert key not in related_concepts(key)
        assert set(related_concepts(key)) <= set(concept_keys())
        for language in ("de", "en"):
            assert {f"concept.{key}.{part}" for part in ("name", "text", "use")} <= catalogue(language).keys()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("was ist ein Buying-Center?", ("buying_center",)),
        ("Unterschied Buyer Persona und Zielgruppe", ("buyer_persona", "target_group")),
        ("erklaer mal implizite merkmale", ("implicit_attribute",)),
        ("explain customer lifetime value", ("customer_value",)),
        ("MQL vs SQL", ("mql", "sql")),
        ("wie wird das wetter", ()),
    ],
)
def test_terms_are_found_in_reading_order_the_longest_first(text: str, keys: tuple[str, ...]) -> None:
    assert find_concepts(text) == keys


@pytest.mark.parametrize(("text", "key"), [("bying senter", "buying_center"), ("lifecycle jurney customer", None)])
def test_a_misspelt_term_has_near_ones(text: str, key: str | None) -> None:
    near = nearest_concepts(text)
    assert len(near) <= OPTIONS
    assert key is None or near[0] == key


@given(st.text(max_size=600))
def test_no_text_breaks_the_search_for_terms(text: str) -> None:
    assert set(find_concepts(text)) <= set(concept_keys())


def test_lessons_teach_known_terms_and_each_has_its_texts() -> None:
    for index, lesson in enumerate(lessons()):
        assert set(lesson.concepts) <= set(concept_keys())
        assert lesson_about(lesson.concepts[0]) == index
        for language in ("de", "en"):
            parts = {f"onboarding.lesson.{lesson.key}.{part}" for part in ("title", "text", "try")}
            assert parts <= catalogue(language).keys()


def test_a_quiz_without_personas_asks_terms_only(engine: Engine) -> None:
    with session_scope(engine) as session:
        items = make_quiz(session, seed=1)
        again = make_quiz(session, seed=1)
        about_value = make_quiz(session, seed=1, concept="customer_value")
    assert items == again
    assert [item.kind for item in items] == ["meaning"] * LENGTH
    assert len({item.about for item in items}) == LENGTH
    assert about_value[0].about == "customer_value"
    for item in items:
        assert len(set(item.options)) == OPTIONS
        assert item.options[item.right] == item.about


@pytest.mark.parametrize(
    "data", [None, 3, {}, {"kind": "meaning", "about": "persona", "options": ["a"], "right": 1}, {"kind": "x"}]
)
def test_a_question_of_a_foreign_form_is_dropped(data: Any) -> None:
    assert read_item(data) is None


def test_a_question_survives_being_written_and_read(engine: Engine) -> None:
    with session_scope(engine) as session:
        for item in make_quiz(session, seed=5):
            assert read_item(item.as_dict()) == item


def test_a_reply_is_held_against_what_counts_in_its_scene(engine: Engine) -> None:
    with session_scope(engine) as session:
        approach = approach_role(session, "sales", "head")
    opening = "Viele Leads aus dem Marketing bringen nichts. Wie ist das bei Ihnen?"
    assert judge_reply("opening", opening, approach, CONCERNS).missed == ()
    assert judge_reply("opening", "Wir sind Marktführer.", approach, CONCERNS).missed == ("concern", "question")
    assert "short" in judge_reply("need", "wort " * 61, approach, CONCERNS).missed
    proof = "Das verstehe ich. Ein Kunde hat damit 12 Prozent gespart."
    assert judge_reply("objection", proof, approach, CONCERNS).missed == ()
    assert judge_reply("closing", "Wie wäre Dienstag um 10 Uhr?", approach, CONCERNS).missed == ()
    assert judge_reply("closing", "Ich freue mich.", approach, CONCERNS).missed == ("step",)


def test_every_criterion_has_its_words_in_both_languages() -> None:
    for language in ("de", "en"):
        for criterion in {one for criteria in CRITERIA.values() for one in criteria}:
            assert {f"practice.met.{criterion}", f"practice.missed.{criterion}"} <= catalogue(language).keys()
