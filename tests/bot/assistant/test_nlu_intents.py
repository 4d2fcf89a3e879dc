"""The intent classifier's probabilities, its abstentions, and what a message carries when it abstains."""

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.assistant.launcher import prepare

prepare()

from rasa.shared.nlu.training_data.message import Message  # noqa: E402 - Rasa needs the compatibility layer

from bot.assistant.nlu.copies import copies_of  # noqa: E402
from bot.assistant.nlu.gazetteer import Gazetteer  # noqa: E402
from bot.assistant.nlu.intents import Copies, Trust, judged, lesson, taught, trust  # noqa: E402
from bot.assistant.nlu.name_features import Sentence, Span, spans, tags  # noqa: E402
from bot.assistant.nlu.tokenizer import tokens_of  # noqa: E402


def two_clouds(overlap: float, count: int = 150) -> tuple[csr_matrix, Any, Any]:
    """Points of three labels on the unit sphere, the farther apart the less `overlap`."""
    dice = np.random.default_rng(1)
    labels = np.repeat(np.arange(3), count)
    points = np.eye(8)[labels] + overlap * dice.normal(size=(3 * count, 8))
    vectors = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    return csr_matrix(np.abs(vectors)), vectors, labels


def no_copies() -> Copies:
    return Copies(csr_matrix((0, 8), dtype=np.float32), np.zeros((0, 8), dtype=np.float32), np.zeros(0, dtype=np.intp))


@pytest.mark.parametrize("overlap", [0.2, 0.6, 1.0])
def test_stated_probabilities_are_the_share_of_right_ones(overlap: float) -> None:
    sparse, vectors, labels = two_clouds(overlap)
    seen = lesson(sparse, vectors, no_copies(), labels).seen
    learned = trust(seen.scores, seen.likeness, labels)
    logs = learned.log_probabilities(seen.scores, seen.likeness)
    assert np.exp(logs.max(axis=1)).mean() == pytest.approx((logs.argmax(axis=1) == labels).mean(), abs=0.04)


def test_probabilities_add_up_to_one() -> None:
    logs = Trust(0.5, 0.3, 1.0).log_probabilities(np.array([[1.0, -1.0, 0.2]]), np.array([[0.9, 0.1, 0.4]]))
    assert np.exp(logs).sum() == pytest.approx(1)


def test_no_example_is_judged_by_itself() -> None:
    sparse, vectors, labels = two_clouds(0.2)
    mistaken = labels.copy()
    mistaken[0] = 2  # an example annotated wrongly, far from the others of its label
    assert judged(sparse, vectors, no_copies(), mistaken)[0] == 0


def test_no_example_is_judged_by_a_copy_of_itself() -> None:
    sparse, vectors, labels = two_clouds(0.2)
    mistaken = labels.copy()
    mistaken[0] = 2
    copies = Copies(sparse[[0, 0]], vectors[[0, 0]], np.array([0, 0]))
    assert judged(sparse, vectors, copies, mistaken)[0] == 0


def test_copies_name_others_and_are_typed_carelessly() -> None:
    text = "Welche Persona passt zu Weber von Bosch?"
    named = Message({"text": text, "entities": [{"entity": "contact", "start": 24, "end": 29}]})
    plain = Message({"text": "Zeig mir alle Übersichten!"})
    (other, careless), (again,) = copies_of([named, plain])
    assert other.startswith(text[:24]) and other.endswith(text[29:]) and "Weber" not in other
    assert careless == careless.lower() and careless.endswith("bosch")
    assert again != "zeig mir alle übersichten" and again == copies_of([named, plain])[1][0]


def test_neighbours_are_looked_for_in_each_intent() -> None:
    near = taught(np.eye(3, dtype=np.float32), np.array([1, 0, 1])).likeness(np.array([[0.0, 0.6, 0.8]], np.float32))
    np.testing.assert_allclose(near, [[0.6, 0.8]], rtol=1e-6)


def test_what_is_not_understood_carries_its_guesses(agent: Any) -> None:
    import asyncio

    nonsense = asyncio.run(agent.parse_message("qwrtz plmok"))
    assert [entry["name"] for entry in nonsense["intent_ranking"]] == ["nlu_fallback"]
    parsed = asyncio.run(agent.parse_message("erreiche und"))
    assert parsed["intent"]["name"] == "nlu_fallback"
    names = [entry["name"] for entry in parsed["intent_ranking"]]
    assert names[0] == "nlu_fallback"
    assert len(names) > 3
    assert len(set(names)) == len(names)
    confidences = [entry["confidence"] for entry in parsed["intent_ranking"]]
    assert confidences == sorted(confidences, reverse=True)


def sentence(text: str, *names: tuple[str, str]) -> Sentence:
    """`text` with its `names` (text, entity) annotated."""
    placed = tuple(Span(text.index(name), text.index(name) + len(name), entity) for name, entity in names)
    return Sentence(text, tokens_of(text), (), placed)


def test_names_that_follow_each_other_stay_two() -> None:
    one = sentence("persona 1 persona 4 bei anna meier", ("persona 1", "persona"), ("persona 4", "persona"))
    assert tags(one) == ["I-persona", "I-persona", "B-persona", "I-persona", "O", "O", "O"]
    assert tuple(spans(tags(one), one.tokens)) == one.spans


def test_known_names_are_found_the_longest_first() -> None:
    names = Gazetteer([(("anna", "meier"), "contact"), (("meier",), "company")])
    found = names.entities_at(["für", "anna", "meier", "meier"])
    assert found[:3] == [frozenset(), {"contact|first"}, {"contact|further", "company|first"}]
    assert found[3] == {"company|first"}


def test_a_sentence_is_no_evidence_of_its_own_names() -> None:
    names = Gazetteer([(("meier",), "contact")])
    assert names.entities_at(["meier"], [(("meier",), "contact")]) == [frozenset()]


def test_known_names_survive_being_stored() -> None:
    rows = [(("anna", "meier"), "contact"), (("meier",), "company"), (("meier",), "company")]
    assert Gazetteer.from_json(Gazetteer(rows).to_json()).to_json() == Gazetteer(rows).to_json()
