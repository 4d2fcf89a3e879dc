"""Answers on a phone: the answer first, three reasons, valid markup of a bounded length, and data that stay text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.telegram import (
    LONGEST_CAPTION,
    LONGEST_TEXT,
    Paragraph,
    inert,
    joined,
    picture_caption,
    plain,
    render_telegram,
    units,
)
from persona_store.answer import Answer, Card, Fact, Table
from tests.bot.telegram.html import parse

REASONS = tuple(f"Grund {number}" for number in range(1, 6))


def read(answer: Answer) -> str:
    """All that people see."""
    return "\n\n".join(parse(text)[0] for text in render_telegram(answer))


def test_the_answer_is_the_first_line_and_three_reasons_follow() -> None:
    answer = Answer(
        "match", "de", "Passt zu Persona 2.", reasons=REASONS, next_step="Ruf an.", evidence=("n = 500, 1.6.2026",)
    )
    assert read(answer) == (
        "Passt zu Persona 2.\n\n• Grund 1\n• Grund 2\n• Grund 3\n\n→ Ruf an.\n\n"
        "Mehr dazu:\n• Grund 4\n• Grund 5\nWorauf das beruht:\n· n = 500, 1.6.2026"
    )
    text, marks = parse(render_telegram(answer)[0])
    assert [(mark.kind, text[mark.offset : mark.offset + mark.length].split("\n")[0]) for mark in marks] == [
        ("bold", "Passt zu Persona 2."), ("blockquote", "Mehr dazu:"),
    ]  # fmt: skip
    assert "<blockquote expandable>" in render_telegram(answer)[0]


def test_a_card_shows_its_facts_a_line_each() -> None:
    card = Card("Eva Weber", "Bau AG", (Fact("Rolle", "Einkauf"), Fact("Anteil", "40 %", 0.4)))
    assert read(Answer("persona", "de", "Das ist sie.", card=card)) == (
        "Das ist sie.\n\nEva Weber\nBau AG\nRolle: Einkauf\nAnteil: 40 %"
    )


def test_a_long_fact_unfolds() -> None:
    card = Card("IT", facts=(Fact("Ton", "sachlich"), Fact("Will", "lang " * 30)))
    shown = render_telegram(Answer("approach", "de", "So.", card=card))[0]
    assert shown.index("Ton: sachlich") < shown.index("<blockquote expandable>Mehr dazu:") < shown.index("Will: lang")


def test_a_narrow_table_stands_in_columns_and_a_wide_one_row_below_row_and_unfolds() -> None:
    narrow = Table(("Kanal", "Quote"), (("Telefon", "12 %"), ("E-Mail", "8 %")), "Antworten")
    answer = Answer("statistics", "de", "Telefon.", table=narrow)
    assert "<pre>Kanal    Quote\nTelefon   12 %\nE-Mail     8 %</pre>" in render_telegram(answer)[0]
    wide = Table(("Persona", "Ein sehr langer Name", "n"), (("1. Leitung", "ein langer Wert dazu", "500"),))
    assert read(Answer("compare", "de", "So.", table=wide)) == (
        "So.\n\nEin sehr langer Name · n:\n▸ 1. Leitung: ein langer Wert dazu · 500"
    )


@pytest.mark.parametrize(
    "name",
    ["<b>Eva</b>", "A & B <script>", "</b></pre>", "&lt;", "\u202eavE", "\x00\x07Eva", "a</blockquote>", "😀" * 9],
)
def test_what_the_data_say_is_shown_as_it_is(name: str) -> None:
    answer = Answer(
        "match", "de", f"Passt zu {name}.", reasons=(name,) * 4, card=Card(name, name, (Fact(name, name),)),
        table=Table((name, "x"), ((name, "1"),), name), next_step=name, evidence=(name,),
    )  # fmt: skip
    shown = read(answer)
    expected = "".join(letter for letter in name if letter not in "\u202e\x00\x07")
    assert shown.startswith(f"Passt zu {expected}.")
    assert shown.count(expected) >= 9


def test_names_become_no_commands_and_no_mentions_but_addresses_stay() -> None:
    assert inert("/start abc") == "/\u2060start abc"
    assert inert("von @everyone") == "von @\u2060everyone"
    assert inert("eva@bau.de und/oder 24/7") == "eva@bau.de und/oder 24/7"


def test_a_long_answer_is_parted_between_paragraphs() -> None:
    paragraphs = [f"{number} " + "wort " * 300 for number in range(6)]
    texts = joined(Paragraph(text) for text in paragraphs)
    assert len(texts) == 3
    assert [text.split(" ")[0] for text in texts] == ["0", "2", "4"]
    assert all(units(parse(text)[0]) <= LONGEST_TEXT for text in texts)


def test_a_paragraph_longer_than_a_message_is_cut_after_a_sentence_and_keeps_its_style() -> None:
    text = "Das ist ein Satz. " * 500
    texts = joined([Paragraph(text, "bold")])
    assert len(texts) == 3
    assert all(one.startswith("<b>Das ist") and one.endswith("Satz.</b>") for one in texts)


ANYTHING = st.text(st.characters(codec="utf-8"), max_size=60)


@given(
    text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300).filter(lambda one: bool(inert(one).strip())),
    reasons=st.lists(ANYTHING, max_size=6),
    cells=st.lists(st.tuples(ANYTHING, ANYTHING), max_size=4),
    times=st.integers(1, 40),
)
def test_whatever_is_said_is_markup_that_telegram_takes(
    text: str, reasons: list[str], cells: list[tuple[str, str]], times: int
) -> None:
    answer = Answer(
        "match",
        "en",
        text * times,
        reasons=tuple(reasons),
        table=Table(("a", "b"), tuple(cells), text),
        evidence=(text,),
    )
    for one in render_telegram(answer):
        shown, _ = parse(one)
        assert 1 <= units(shown) <= LONGEST_TEXT
        assert plain(one) == shown


def test_the_caption_of_a_picture_says_what_it_shows_and_is_bounded() -> None:
    answer = Answer("chart", "de", "Leitung <KMU> ist die größte.", chart={"title": "Größe der Personas"})
    assert picture_caption(answer) == "Größe der Personas\nLeitung &lt;KMU&gt; ist die größte."
    shown, _ = parse(picture_caption(Answer("chart", "de", "😀 <x> " * 500, chart={"title": {"text": "Größe"}})))
    assert shown.startswith("Größe\n😀 <x>")
    assert shown.endswith("…")
    assert units(shown) <= LONGEST_CAPTION
