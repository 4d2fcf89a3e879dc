"""A lead described in words becomes normal values; what is not said stays open."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.lexicon import describe, normalise_channel, normalise_industry, normalise_phase


def said(text: str) -> dict[str, Any]:
    return {attribute: value for attribute, value in describe(text).as_dict().items() if value is not None}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("CFO aus der Pharmabranche, Konzern, kam über LinkedIn, Preisseite dreimal angeschaut",
         {"function": "finance", "level": "c_level", "industry": "healthcare", "employees": [1001, None],
          "channel": "social", "behaviours": ["pricing_page"]}),
        ("Student, Whitepaper geladen, kein Budget",
         {"function": "student", "level": "junior", "student": True, "behaviours": ["download"], "budget": "low"}),
        ("head of procurement at a retail company with 200+ employees, attended our webinar, no budget",
         {"function": "purchasing", "level": "head", "industry": "retail", "employees": [200, None],
          "behaviours": ["webinar"], "budget": "low"}),
        ("GF einer Bank, 80 MA, nie auf Mails reagiert",
         {"function": "executive", "level": "c_level", "industry": "finance", "employees": 80,
          "behaviours": ["no_reply"]}),
        ("kein Student, sondern Vertriebsleiter in der IT-Branche",
         {"function": "sales", "level": "head", "industry": "it_software", "student": False}),
        ("IT manager, 1,200 employees, budget 50k, met at a trade fair, never downloaded anything",
         {"function": "it", "level": "specialist", "employees": 1200, "budget": "high", "channel": "in_person",
          "behaviours": ["trade_fair"]}),
        ("Leiter Einkauf, Logistik, 50-100 Mitarbeiter",
         {"function": "purchasing", "level": "head", "industry": "logistics", "employees": [50, 100]}),
        ("hat sich vom Newsletter abgemeldet und zweimal beschwert", {"behaviours": ["unsubscribed", "complaint"]}),
        ("Umsatz 20 Mio, weniger als 50 Beschäftigte", {"employees": [1, 49]}),
        ("er ist Bestandskunde", {"phase": "customer"}),
        ("schönes Wetter heute", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_descriptions_become_normal_values(text: str, values: dict[str, Any]) -> None:
    assert said(text) == values


@given(st.text(max_size=300))
def test_any_text_can_be_described(text: str) -> None:
    assert describe(text).as_dict().keys() == describe("").as_dict().keys()


@pytest.mark.parametrize(
    ("text", "value"),
    [("Maschinenbau", "manufacturing"), ("technolgy", "it_software"), ("IT & Software", "it_software"),
     ("Öffentliche Verwaltung", "public"), ("medical", "healthcare"), ("Handel", "retail"), ("xyz", None), ("", None)],
)  # fmt: skip
def test_branches_of_crms_are_recognised(text: str, value: str | None) -> None:
    assert normalise_industry(text) == value


def test_channels_and_stages_of_crms_are_recognised() -> None:
    assert [normalise_channel(text) for text in ("Messe", "E-Mail-Kampagne", "cellular", "??")] == [
        "in_person", "email", "phone", None,
    ]  # fmt: skip
    assert [normalise_phase(text) for text in ("Angebot", "Won", "Prospecting", "??")] == [
        "decision", "customer", "awareness", None,
    ]  # fmt: skip
