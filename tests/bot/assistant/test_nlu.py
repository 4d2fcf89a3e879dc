"""What the pipeline of config.yml understands, on the small assistant's few examples."""

import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.assistant.text import MAX_CHARACTERS, clean_text


@pytest.fixture(scope="session")
def parse(agent: Any) -> Any:
    """Text → what Rasa's pipeline finds in it."""
    import asyncio

    return lambda text: asyncio.run(agent.parse_message(text))


def entities(parsed: dict[str, Any]) -> set[tuple[str, str]]:
    return {(entity["entity"], entity["value"]) for entity in parsed["entities"]}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("guten tag", "greet"),
        ("Gutn Tag", "greet"),
        ("welche persona hat herr schneider", "match_persona"),
        ("WELCHE PERSONA HAT HERR SCHNEIDER??", "match_persona"),
        ("which persona does mrs jones match", "match_persona"),
        ("ueber welchen kanal erreiche ich weber", "ask_approach"),
        ("how do i reach weber", "ask_approach"),
    ],
)
def test_intents_in_both_languages_with_typos_and_without_umlauts(parse: Any, text: str, intent: str) -> None:
    assert parse(text)["intent"]["name"] == intent


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "日本語", "!?", "qwrtz plmok", "brzl", "lorem ipsum dolor"])
def test_nothing_known_is_the_fallback(parse: Any, text: str) -> None:
    assert parse(text)["intent"]["name"] == "nlu_fallback"


def test_a_word_is_known_with_a_typo_and_a_number_as_it_is(parse: Any) -> None:
    from bot.assistant.nlu.ngrams import has_known_word

    known = {"persona", "ansprache", "nein"}
    assert [
        text for text in ("perosna", "ansprach?", "Nein", "20k", "xyz ansprache") if not has_known_word(text, known)
    ] == []
    assert [text for text in ("neun", "xylophon", "", "!?", "prsna") if has_known_word(text, known)] == []


def test_confidences_are_probabilities(parse: Any) -> None:
    ranking = parse("welche persona hat herr schneider")["intent_ranking"]
    confidences = [intent["confidence"] for intent in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < sum(confidences) <= 1.0001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("welche persona hat frau schneider", ("contact", "schneider")),
        ("Welche Persona hat Frau Schneider", ("contact", "Schneider")),
        ("persona für dr. anna meier", ("contact", "dr. anna meier")),
        ("persona für #123", ("contact", "#123")),
        ("zu welcher persona passt kaya@firma.de?", ("contact", "kaya@firma.de")),
        ("welche persona hat frau weber von bosch", ("company", "bosch")),
    ],
)
def test_names_that_no_example_holds(parse: Any, text: str, expected: tuple[str, str]) -> None:
    assert expected in entities(parse(text))


def test_closed_vocabularies_come_from_the_lexicon(parse: Any) -> None:
    assert ("role", "sales/head") in entities(parse("wie spreche ich einen vertriebsleiter an?"))


def test_entities_do_not_overlap(parse: Any) -> None:
    from bot.assistant.nlu.lexicon import without_overlaps

    long, short, other = ({"start": 0, "end": 9}, {"start": 4, "end": 9}, {"start": 9, "end": 12})
    assert without_overlaps([other, short, long]) == [long, other]


def test_the_text_is_cut_before_anything_looks_at_it(parse: Any) -> None:
    assert len(parse("welche persona " + "x" * 100_000)["text"]) == MAX_CHARACTERS


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), max_size=600))
def test_any_text_is_parsed_and_positions_are_valid(parse: Any, text: str) -> None:
    parsed = parse(text.lstrip("/"))
    assert parsed["intent"]["name"]
    for entity in parsed["entities"]:
        assert 0 <= entity["start"] < entity["end"] <= len(parsed["text"])


@given(text=st.text(st.characters(), max_size=600))
def test_cleaning_keeps_positions_and_changes_nothing_twice(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert len(cleaned) == min(len(text), MAX_CHARACTERS)
    assert clean_text(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Welche Persona hat Frau Weber?", "de"),
        ("wie spreche ich die it an", "de"),
        ("fuer wen ist das", "de"),
        ("Müller", "de"),
        ("which persona is mrs weber", "en"),
        ("what about the CFO?", "en"),
        ("how do I reach Müller at Bosch", "en"),
    ],
)
def test_the_language_is_told(text: str, language: str) -> None:
    from bot.assistant.nlu.language import detect_language

    found = detect_language(text)
    assert found is not None
    assert found.language == language
    assert 0.5 < found.confidence < 1


@pytest.mark.parametrize("text", ["", "Siemens?", "#4711", "😀"])
def test_no_language_is_guessed_where_nothing_tells(text: str) -> None:
    from bot.assistant.nlu.language import detect_language

    assert detect_language(text) is None


def test_training_twice_gives_the_same_model(training: Any, tmp_path: Path) -> None:
    from rasa.model_training import train

    small = Path(__file__).parent / "small"
    config = Path(__file__).parents[3] / "config.yml"
    again = train(str(small / "domain.yml"), str(config), str(small / "data"), str(tmp_path), force_training=True)
    assert learned(Path(again.model)) == learned(training.model)


def learned(model: Path) -> dict[str, bytes]:
    """The files that our components wrote, by name."""
    with tarfile.open(model) as archive:
        files = [member for member in archive if member.isfile() and "bot.assistant" in member.name]
        return {member.name: archive.extractfile(member).read() for member in files}  # type: ignore[union-attr]


def test_nothing_in_the_model_can_run(training: Any) -> None:
    with tarfile.open(training.model) as archive:
        names = [member.name for member in archive if member.isfile()]
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib", ".py"))]


def test_too_few_examples_are_named(tmp_path: Path) -> None:
    from rasa.model_training import train
    from rasa.shared.exceptions import InvalidConfigException

    (tmp_path / "nlu.yml").write_text(
        "version: '3.1'\nnlu:\n" + "".join(f"- intent: {name}\n  examples: |\n    - {name}\n" for name in "abc")
    )
    (tmp_path / "domain.yml").write_text("version: '3.1'\nintents: [a, b, c]\n")
    config = Path(__file__).parents[3] / "config.yml"
    with pytest.raises(InvalidConfigException, match=r"a, b, c.*at least 3 examples"):
        train(str(tmp_path / "domain.yml"), str(config), str(tmp_path), str(tmp_path))
