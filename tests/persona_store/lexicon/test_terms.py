"""Terms of the trade are found where people use them, and only there."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.lexicon import find_terms


def found(text: str) -> list[tuple[str, str, str]]:
    return [(term.text, term.entity, term.value) for term in find_terms(text)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("wie spreche ich einen it leiter an", [("it leiter", "role", "it/head")]),
        ("what about the Head of Customer Success", [("Head of Customer Success", "role", "support/head")]),
        ("How do I approach a head of procurement?", [("head of procurement", "role", "purchasing/head")]),
        ("und die it?", [("it", "role", "it/unknown")]),
        ("Chefin vom Vertrieb", [("Chefin vom Vertrieb", "role", "sales/head")]),
        ("Leiter IT und Organisation", [("Leiter IT und Organisation", "role", "it/head")]),
        ("CFO und CEO", [("CFO", "role", "finance/c_level"), ("CEO", "role", "executive/c_level")]),
        ("procurement people", [("procurement people", "role", "purchasing/unknown")]),
        ("the second one", [("second", "ordinal", "2")]),
        ("den letzten bitte", [("letzten", "ordinal", "last")]),
        ("Nummer 3", [("3", "ordinal", "3")]),
        ("auf englisch bitte", [("englisch", "language", "en")]),
        ("in german please", [("german", "language", "de")]),
        ("und per Telefon?", [("Telefon", "channel", "phone")]),
        ("80 MA", [("80 MA", "company_size", "80")]),
        ("50 bis 100 Mitarbeiter", [("50 bis 100 Mitarbeiter", "company_size", "50-100")]),
        ("200+ employees", [("200+ employees", "company_size", "200+")]),
        ("aus einem Logistikunternehmen", [("Logistikunternehmen", "industry", "logistics")]),
        ("nie auf Mails reagiert", [("nie auf Mails reagiert", "behaviour", "no_reply")]),
        ("visited the pricing page", [("visited the pricing page", "behaviour", "pricing_page")]),
        ("was ist ein Buying Center?", [("Buying Center", "concept", "buying_center")]),
        ("Budget 50.000 Euro", [("50.000 Euro", "budget", "50000")]),
        ("kein Budget", [("kein Budget", "budget", "low")]),
        ("80,000 euros", [("80,000 euros", "budget", "80000")]),
        ("15 Tsd. Euro", [("15 Tsd. Euro", "budget", "15000")]),
        ("das Budget ist freigegeben", [("Budget ist freigegeben", "budget", "high")]),
        ("ca. 12 Leuten", [("12 Leuten", "company_size", "12")]),
        ("Maschinenbau", [("Maschinenbau", "industry", "manufacturing")]),
        ("it's a bank I think", [("bank", "industry", "finance")]),
        ("CFO, Bank", [("CFO", "role", "finance/c_level"), ("Bank", "industry", "finance")]),
        ("im Marketing", [("Marketing", "role", "marketing/unknown")]),
        ("wie viele Kontakte ohne Position", [("Position", "attribute", "job_title")]),
    ],
)  # fmt: skip
def test_terms_are_found_with_their_normal_value(text: str, terms: list[tuple[str, str, str]]) -> None:
    assert found(text) == terms


def test_a_lead_in_one_line() -> None:
    text = "cfo aus der pharmabranche, konzern, kam über linkedin, preisseite dreimal angeschaut"
    assert found(text) == [
        ("cfo", "role", "finance/c_level"),
        ("pharmabranche", "industry", "healthcare"),
        ("konzern", "company_size", "1001+"),
        ("linkedin", "channel", "social"),
        ("preisseite dreimal angeschaut", "behaviour", "pricing_page"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Passt Meier zu Persona 2?", "Frau Kaufmann", "Herr Leiter", "Herr Vogel", "Wie erreiche ich Heike Schäfer?",
        "Anna Richter", "what is it about", "It is about Mr Young", "ist der Meier ein guter Lead?", "letzte Woche",
        "deutsche Firma", "soll ich sie anrufen oder mailen?", "persona number 2", "#7", "that's not the right answer",
        "hat nie ein Whitepaper geladen", "Leitner von Rosch", "can i get the directions", "Wer steckt dahinter?",
        "Wiebke Bauer von Becker Consulting", "Frau Fuchs von Nordwind Logistik", "Neuen Lead qualifizieren",
        "das letzte Wort",
    ],
)  # fmt: skip
def test_names_and_everyday_words_are_no_terms(text: str) -> None:
    assert found(text) == []


@given(st.text(max_size=300))
def test_places_are_exact_and_terms_apart(text: str) -> None:
    terms = find_terms(text)
    assert all(text[term.start : term.end] == term.text for term in terms)
    assert all(one.end <= other.start for one, other in pairwise(terms))


@pytest.mark.parametrize(
    "text", ["it " * 20_000, "und " * 9_000, "1.000" * 5_000, "mitarbeiter: " * 2_000, "€" * 50_000]
)
def test_long_messages_are_read_up_to_a_bound(text: str) -> None:
    assert all(term.end <= 2_000 for term in find_terms(text))


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("wie verkaufe ich an Persona 3", []),
        ("a sales talk with persona 2", []),
        ("mein Chef fragt", []),
        ("Which decision makers do we know there", []),
        ("Wie spreche ich einen Entscheider an?", ["Entscheider"]),
        ("How do I talk to a decision maker?", ["decision maker"]),
        ("What should I say to an intern?", ["intern"]),
        ("And the boss?", ["boss"]),
        ("ask a PA", ["PA"]),
        ("senior management", ["senior management"]),
        ("Ansprechpartner der Geschäftsführer", ["Geschäftsführer"]),
        ("the deputy head of purchasing", ["deputy head of purchasing"]),
        ("stellv. Leiterin IT", ["stellv. Leiterin IT"]),
        ("ask the legal department", ["legal department"]),
        ("cfo maschinenbau 200 ma", ["cfo"]),
        ("Fuhrparkleiter der Spedition Hallgarten", ["Fuhrparkleiter"]),
        ("is she a serious buyer or one of the never-buyers", []),
        ("she is a buyer", ["buyer"]),
        ("please process it", []),
    ],
)
def test_roles_are_neither_verbs_nor_talks_but_whoever_is_introduced(text: str, roles: list[str]) -> None:
    assert [term.text for term in find_terms(text) if term.entity == "role"] == roles
