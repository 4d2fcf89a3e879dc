"""The quality of the data: what to mend first, one field, one kind of trouble."""

import re
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from actions import background, quality
from persona_store.data_quality import data_quality
from persona_store.database import session_scope
from persona_store.database.models import Contact


def test_a_check_that_takes_long_is_said_and_there_when_asked_again(talk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(session: Any) -> Any:
        begun.set()
        may_end.wait()
        return data_quality(session)

    monkeypatch.setattr(quality, "data_quality", slow)
    monkeypatch.setattr(background, "_works", {})
    monkeypatch.setattr(background, "LONGEST_WAIT_SECONDS", 0.0)
    answer = talk.say("wie ist die datenqualität", "ask_data_quality")
    assert "läuft noch" in answer["text"]
    may_end.set()
    monkeypatch.setattr(background, "LONGEST_WAIT_SECONDS", 60.0)
    assert "Kontakte, Datenstand" in talk.press("Noch einmal")["text"]
    assert begun.is_set()


def test_the_whole_says_first_what_to_mend(talk: Any) -> None:
    answer = talk.say("wie ist die datenqualität", "ask_data_quality")
    assert answer["kind"] == "quality"
    assert re.match(r"\d+ Kontakte, Datenstand ", answer["text"])
    assert answer["table"]["rows"]
    assert answer["reasons"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Bei wie vielen Kontakten fehlt die Branche?", "industry"),
        ("Wie vollständig ist das Feld Firmengröße gepflegt?", "employees"),
        ("wieviel prozent haben keine mailadresse", "email"),
        ("wie viele kontakte haben keine telefonnummer", "phone"),
    ],
)
def test_a_field_named_is_told_alone(talk: Any, text: str, field: str) -> None:
    answer = talk.say(text, "ask_data_quality")
    assert answer["details"]["field"] == field
    assert re.search(r"von \d+ Kontakten", answer["text"]) or "bei allen" in answer["text"]


def test_a_field_named_in_english(english: Any, store_with_personas: Engine) -> None:
    answer = english.say("how many contacts have no phone number", "ask_data_quality")
    with session_scope(store_with_personas) as session:
        missing = session.scalar(
            select(func.count()).where(
                Contact.market == "b2b",
                Contact.phone.is_(None),
                Contact.duplicate_of.is_(None),
                Contact.blocked_on.is_(None),
            )
        )
    assert answer["details"]["field"] == "phone"
    assert str(missing) in answer["text"]


def test_doubles_are_counted_alone(talk: Any) -> None:
    answer = talk.say("haben wir viele dubletten", "ask_data_quality")
    assert "ublette" in answer["text"] or "nichts gefunden" in answer["text"]
    assert "table" not in answer


def test_stale_records_are_counted_alone(english: Any) -> None:
    answer = english.say("do we have outdated records", "ask_data_quality")
    assert "table" not in answer
    assert re.search(r"\d", answer["text"])


def test_a_field_that_is_not_checked_offers_those_that_are(english: Any) -> None:
    answer = english.say("how complete are the shoe sizes", "ask_data_quality", attribute="shoe sizes")
    assert answer["kind"] == "choices"
    assert (
        english.press("Phone" if any("Phone" in one for one in english.labels()) else "phone")["details"]["field"]
        == "phone"
    )
