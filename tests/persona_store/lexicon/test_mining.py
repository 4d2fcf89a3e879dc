"""Wishes, problems and traits are told apart, denials are heard, places are right, and nothing hostile gets through."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.lexicon.mining import MOST_HITS, READ_CHARACTERS, mine, text_terms

HERE = Path(__file__).parent
Sentence = tuple[str, frozenset[str]]


def sentences(file: str, language: str) -> list[Sentence]:
    with (HERE / file).open(encoding="utf-8") as rows:
        return [
            (row["text"], frozenset(row["hits"].split()))
            for row in csv.DictReader(rows, delimiter=";")
            if row["language"] == language
        ]


def found(text: str) -> set[str]:
    return {f"{hit.kind}_{hit.term}" for hit in mine(text)}


def quality(listed: list[Sentence]) -> tuple[float, float]:
    """Precision and recall over all hits of a list."""
    right = sum(len(found(text) & wanted) for text, wanted in listed)
    return right / sum(len(found(text)) for text, _ in listed), right / sum(len(wanted) for _, wanted in listed)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("file", ["wishes.csv", "wishes_paraphrased.csv"])
def test_sentences_the_lexicon_was_tuned_on_are_read(file: str, language: str) -> None:
    precision, recall = quality(sentences(file, language))
    assert precision >= 0.95
    assert recall >= 0.95


@pytest.mark.parametrize("language", ["de", "en"])
def test_of_sentences_never_tuned_on_what_is_found_is_right(language: str) -> None:
    precision, recall = quality(sentences("wishes_fresh.csv", language))
    assert precision >= 0.85, "said in other words it finds less, but it must not make things up"
    assert recall > 0.1


def test_the_lists_name_only_terms_there_are() -> None:
    terms = {f"{kind}_{term}" for kind, term in text_terms()}
    for file in ("wishes.csv", "wishes_paraphrased.csv", "wishes_fresh.csv"):
        for language in ("de", "en"):
            assert all(wanted <= terms for _, wanted in sentences(file, language))
    assert sum(len(sentences("wishes.csv", language)) >= 80 for language in ("de", "en")) == 2


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Preis ist kein Problem.", set()),
        ("Nicht zufrieden mit dem Support.", {"problem_support"}),
        ("Der Support ist nicht schlecht.", set()),
        ("Es geht nicht um den Preis, sondern um die Qualität.", {"wish_quality"}),
        ("Wichtig: gute Qualität.", {"wish_quality"}),
        ("Zufrieden mit dem Preis und unzufrieden mit dem Support.", {"problem_support"}),
        ("Happy with the price but unhappy with the support.", {"problem_support"}),
        ("Price, quality and delivery are important.", {"wish_price", "wish_quality", "wish_delivery"}),
        ("Qualitätsprobleme und Lieferverzug.", {"problem_quality", "problem_delivery"}),
        ("Schulungsbedarf, Intergration gewünscht", {"wish_integration"}),
        ("Nicht vorsichtig.", set()),
        ("Herr Preis braucht einen Termin.", set()),
        ("Preisliste verschickt.", set()),
        ("", set()),
    ],
)
def test_denials_lists_and_contrasts(text: str, hits: set[str]) -> None:
    assert found(text) == hits


def test_places_are_those_of_the_words_that_say_it() -> None:
    text = "Termin am Montag.\n  Der  Preis ist leider zu hoch! Sonst 👍 alles gut; braucht dringend Referenzen."
    assert [text[hit.start : hit.end] for hit in mine(text)] == [
        "Preis ist leider zu hoch",
        "braucht dringend Referenzen",
    ]


def test_what_others_wrote_in_a_quoted_mail_is_not_read() -> None:
    own = "Danke, wir brauchen noch Referenzen.\n\n"
    quoted = "> Sind wir Ihnen zu teuer?\n> Haben Sie Probleme mit dem Support?\n"
    assert found(own + quoted) == {"wish_references"}
    for head in ("Am 3. Mai 2026 schrieb Max Muster:", "-----Original Message-----", "On May 3, 2026 Jo wrote:"):
        assert found(f"{own}{head}\nSind wir Ihnen zu teuer?") == {"wish_references"}


@pytest.mark.parametrize(
    "text",
    [
        "Preis zu hoch. " * 7_000,
        "x" * 100_000,
        "kein " * 20_000,
        "😀" * 50_000,
        "> " * 50_000,
        "-" * 100_000,
        "am " + "3.4. schrieb " * 8_000,
        "\x00\x01\u202e\ud800" * 25_000,
        "<script>alert('Preis zu hoch')</script>" * 2_500,
    ],
    ids=range(9),
)
def test_hostile_texts_are_bounded(text: str) -> None:
    hits = mine(text)
    assert len(hits) <= MOST_HITS
    assert all(0 <= hit.start < hit.end <= READ_CHARACTERS for hit in hits)


@given(st.text(alphabet=st.sampled_from("Preis zu hochnt,.:;-\n>\u202e\x00😀'äß?!("), max_size=300))
def test_any_text_is_read_and_places_lie_within(text: str) -> None:
    for hit in mine(text):
        assert 0 <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end].strip() == text[hit.start : hit.end]


def test_a_long_text_is_read_like_its_sentences() -> None:
    listed = [text for text, _ in sentences("wishes.csv", "de")]
    whole = "\n".join(listed)
    apart = [hit for text in listed for hit in mine(text)][:MOST_HITS]
    assert [(hit.kind, hit.term) for hit in mine(whole)] == [(hit.kind, hit.term) for hit in apart]
