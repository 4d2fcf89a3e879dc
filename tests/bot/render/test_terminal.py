"""An answer in the terminal says everything and steers nothing."""

import io
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.render.terminal import render_plain, render_terminal
from persona_store.answer import Answer, Card, Choice, Fact, Table

ANSWER = Answer(
    kind="match",
    language="de",
    text="Eva Weber passt zu Persona 2.",
    reasons=("Sie leitet den Einkauf.", "Sie arbeitet im Maschinenbau."),
    next_step="Frag nach der Firmengröße.",
    card=Card("Einkaufsleitung", "18 % der Kontakte", (Fact("Branche", "Maschinenbau", 0.71), Fact("Ort", "Ulm"))),
    table=Table(("Kanal", "Rate"), (("Telefon", "42 %"), ("E-Mail", "18 %")), "Antwortraten"),
    choices=(Choice("Karl Meier, Bosch", '/choose_option{"ordinal": "1"}'), Choice("Eva Meier", "x")),
    evidence=("5.000 Kontakte",),
).as_dict()
HOSTILE = "\x1b[2J\x1b]0;title\x07\x9b31m\u202e[red]x[/red]\r\x00"


def test_everything_is_said_in_the_order_answer_why_next() -> None:
    text = render_plain(ANSWER)
    places = [
        text.index(part)
        for part in (
            "Eva Weber passt zu Persona 2.",
            "Einkaufsleitung",
            "18 % der Kontakte",
            "Maschinenbau",
            "Warum",
            "Sie leitet den Einkauf.",
            "Antwortraten",
            "Telefon",
            "Nächster Schritt: Frag nach der Firmengröße.",
            "1. Karl Meier, Bosch",
            "2. Eva Meier",
            "Worauf das beruht",
            "5.000 Kontakte",
        )
    ]
    assert places == sorted(places)
    assert "choose_option" not in text


def test_headings_speak_the_answers_language() -> None:
    english = render_plain(ANSWER | {"language": "en"})
    assert "Why" in english
    assert "Next step: " in english
    assert "Warum" not in english


def test_the_shortest_answer_is_one_line() -> None:
    assert render_plain(Answer("talk", "en", "Hello!").as_dict()) == "Hello!"


def hostile_everywhere(text: str) -> dict[str, Any]:
    return Answer(
        kind="persona",
        language="de",
        text=text,
        reasons=(text,),
        next_step=text,
        card=Card(text, text, (Fact(text, text, 7.0), Fact(text, text, -1.0))),
        table=Table((text,), ((text,),), text),
        choices=(Choice(text, text),),
        evidence=(text,),
    ).as_dict()


def test_control_characters_and_markup_in_data_do_nothing() -> None:
    stream = io.StringIO()
    render_terminal(hostile_everywhere(HOSTILE), Console(file=stream, color_system=None, width=80))
    shown = stream.getvalue()
    assert not set(shown) & set("\x1b\x07\x9b\u202e\r\x00")
    assert "[red]x[/red]" in shown


@given(st.text(st.characters(codec=None), max_size=200))
def test_no_text_breaks_the_terminal(text: str) -> None:
    shown = render_plain(hostile_everywhere(text))
    assert {unicodedata.category(letter) for letter in shown if letter != "\n"}.isdisjoint({"Cc", "Cf", "Cs"})


@pytest.mark.parametrize("width", [20, 40, 200])
def test_lines_fit_the_terminal(width: int) -> None:
    stream = io.StringIO()
    render_terminal(ANSWER, Console(file=stream, color_system=None, width=width))
    assert max(len(line) for line in stream.getvalue().splitlines()) <= min(width, 100)
