"""What the rules around the name model make of what it finds."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from persona_store.lexicon import find_terms

_MARKED = re.compile(r"\[([^]]+)\]\((\w+)\)")
_NAMES_OF_ALL_MAKERS = """
from bot.assistant.launcher import prepare; prepare()
from bot.assistant.nlu.name_makers import name_makers
for language in ("de", "en"):
    for entity, makers in name_makers(language).items():
        print(entity, [make() for make in makers for _ in range(20)])
"""
KNOWN = frozenset({"kontakte", "kontakt", "welche", "persona", "hat", "leute", "buying", "centre", "buchhaltung"})


def marked(annotated: str) -> tuple[str, list[tuple[str, str]]]:
    """The plain text of an annotated sentence, and its names with their entities."""
    return _MARKED.sub(r"\1", annotated), [(match[1], match[2]) for match in _MARKED.finditer(annotated)]


def corrected(text: str, found: Sequence[tuple[str, str]], intent: str = "") -> list[tuple[str, str]]:
    """The names in `text` after the rules, where the model found `found`."""
    from bot.assistant.nlu.gazetteer import Gazetteer
    from bot.assistant.nlu.known_names import KnownNames
    from bot.assistant.nlu.name_features import Knowledge, Sentence, Span
    from bot.assistant.nlu.names import corrected as correct
    from bot.assistant.nlu.tokenizer import tokens_of

    spans = [Span(text.index(name), text.index(name) + len(name), entity) for name, entity in found]
    sentence = Sentence(text, tokens_of(text), find_terms(text), tuple(spans), intent)
    listed = KnownNames({"given": ["tina", "herbert"], "family": ["lang", "weber"]}, [["bosch"], ["deutsche", "bahn"]])
    knowledge = Knowledge(KNOWN, Gazetteer([(("forscher",), "persona")]), listed, {}, {"compare_personas": "persona"})
    return [(text[one.start : one.end], one.entity) for one in correct(sentence, spans, knowledge)]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("Ich brauche das Buying Center von [Vaillant.](company)", [("Vaillant", "company")]),
        ("wer kennt [Kessler Castings Inc.](company)", [("Kessler Castings Inc.", "company")]),
        ("Angebot für [Kettler e.K.](company)", [("Kettler e.K.", "company")]),
        ("buying center [sonne](company) und söhne", [("sonne und söhne", "company")]),
        ("wo steht [möbel höffner grad](company)", [("möbel höffner", "company")]),
        ("das war [Fuchs & Söhne KG.](company)", [("Fuchs & Söhne KG", "company")]),
        ("Termin mit [Müller GmbH](company) & Co. KG heute", [("Müller GmbH & Co. KG", "company")]),
        ("lohnt sich [pfister nachzuhaken](contact)", [("pfister", "contact")]),
        ("sitting down with [Yasmin Aktas shortly.](contact)", [("Yasmin Aktas", "contact")]),
        ("what happened[.](company)", []),
        ("Phase von [Gesa Petersen](contact)-Wulf", [("Gesa Petersen-Wulf", "contact")]),
        ("Passt Frau [Leutheusser](contact)-Schnarrenberger", [("Leutheusser-Schnarrenberger", "contact")]),
        ("alle [Bosch](company)-Kontakte", [("Bosch", "company")]),
        ("call Mr [O](contact)'Shaughnessy", [("O'Shaughnessy", "contact")]),
        ("[Marit Svensson's](contact) enquiries", [("Marit Svensson", "contact")]),
        ("Frau Dr. h. c. [Flötotto](contact)", [("Dr. h. c. Flötotto", "contact")]),
        ("bei Prof. [Ahlers](contact)", [("Prof. Ahlers", "contact")]),
        ("bei [Prof. Ahlers](company)", [("Prof. Ahlers", "contact")]),
        ("Ruf [Herrn Dr. Rehbein](contact) an", [("Dr. Rehbein", "contact")]),
        ("Wann ruft man Herrn von [Itzenplitz](company) an", [("von Itzenplitz", "contact")]),
        ("schon awareness bei frau [ulmer](company)", [("ulmer", "contact")]),
        ("schreib an [k.shaw@finemetal.co.uk](contact).", [("k.shaw@finemetal.co.uk", "contact")]),
        ("gehört [#88120](contact)?", [("#88120", "contact")]),
        ("die Koslowski von [Ernst & Young](company)", [("Ernst & Young", "company")]),
        ("gibt es bei [Gebrüder Weiss](company) einen", [("Gebrüder Weiss", "company")]),
        ("was kauft [Anna Weiß](contact) bei uns", [("Anna Weiß", "contact")]),
        ("was kauft [anna heute](contact)", [("anna", "contact")]),
        ("wird b. [hendriks](contact) je kaufen", [("b. hendriks", "contact")]),
        ("mark [ann ellis](contact) as no profiling", [("ann ellis", "contact")]),
        ("bei [iberofrut](company) ab sofort", [("iberofrut", "company")]),
        ("bei [Norfrukt](company) AS nachfragen", [("Norfrukt AS", "company")]),
        ("they hired at [St Anne's](company), who is it", [("St Anne's", "company")]),
        ("what about [Unipart's](company) numbers", [("Unipart", "company")]),
        ("[no 5](persona) please", [("5", "persona")]),
        ("alle [Kestrel Kontakte](company) bitte", [("Kestrel", "company")]),
    ],
)
def test_names_begin_and_end_where_they_should(agent: Any, found: str, expected: list[tuple[str, str]]) -> None:
    assert corrected(*marked(found)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How do I win over SME Owners?", [("SME Owners", "persona")]),
        ("content für it-leiter konzern", [("it-leiter konzern", "persona")]),
        ("Erzähl mehr über die Persona Einkäufer Großhandel", [("Einkäufer Großhandel", "persona")]),
        ("the persona Wholesale Buyers", [("Wholesale Buyers", "persona")]),
        ("what do Enterprise IT Leads want", [("Enterprise IT Leads", "persona")]),
        ("welche persona personalleiter", []),
        ("wie spreche ich einen IT-Leiter an", []),
        ("ein IT-Leiter, 80 Mitarbeiter", []),
    ],
)
def test_roles_that_are_names_of_personas(agent: Any, text: str, expected: list[tuple[str, str]]) -> None:
    assert corrected(text, []) == expected


def test_a_described_lead_has_a_role_and_is_no_persona(agent: Any) -> None:
    assert corrected("neu: vertriebsleiter, konzern", [("vertriebsleiter", "contact")], "describe_lead") == []


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("[persona 2](persona) und 5 vergleichen", [("persona 2", "persona"), ("5", "persona")]),
        ("Welche Leute kennen wir bei SAP?", [("SAP", "company")]),
        ("Wer redet bei AIDA mit?", []),
        ("verschwende ich bei von der leyen zeit", [("von der leyen", "contact")]),
        ("Unipart's buying centre please", [("Unipart", "company")]),
        ("Profil von Persona [Nr. 4](company)", [("Persona Nr. 4", "persona")]),
        ("tabelle mit persona zwei", [("persona zwei", "persona")]),
        ("raus mit uwe vom autohaus sprock", [("autohaus sprock", "company")]),
        ("persona 1 und nicht die 4", [("persona 1", "persona"), ("4", "persona")]),
        ("p2 neben p6", [("p2", "persona"), ("p6", "persona")]),
        ("[held #6631](contact) back", [("#6631", "contact")]),
        ("die [chefin](role) bei der marienhöhe", [("marienhöhe", "company")]),
    ],
)
def test_what_the_surroundings_leave_no_doubt_about(agent: Any, found: str, expected: list[tuple[str, str]]) -> None:
    assert corrected(*marked(found)) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("lohnt sich [Bosch](contact) noch", [("Bosch", "company")]),
        ("lohnt sich Herr [Bosch](contact) noch", [("Bosch", "contact")]),
        ("wann kauft die deutsche bahn", [("deutsche bahn", "company")]),
        ("wie rede ich mit Technik-[Tina](contact)", [("Technik-Tina", "persona")]),
        ("passt [Anna](contact) [Weberknecht](company)", [("Anna Weberknecht", "contact")]),
        ("passt [Bock](contact) [Logistik](company)", [("Bock Logistik", "company")]),
        ("passt [Weber](contact) [Bosch](company)", [("Weber", "contact"), ("Bosch", "company")]),
        ("passt [Weber Bosch](contact)", [("Weber", "contact"), ("Bosch", "company")]),
        ("passt [Dr. Emeka Bosch](contact)", [("Dr. Emeka Bosch", "contact")]),
        ("ask hands-on [tina](contact)", [("hands-on tina", "persona")]),
        ("offers for tina the [tinkerer](persona)", [("tina the tinkerer", "persona")]),
        ("passt [Weber](contact) [Kestrel](company)", [("Weber", "contact"), ("Kestrel", "company")]),
        ("zeit mit [Autohaus](company) [Wernecke](contact)", [("Autohaus Wernecke", "company")]),
        (
            "lohnt [Hargreave](contact) [Building Services Ltd](company)",
            [("Hargreave Building Services Ltd", "company")],
        ),
        ("passt [Weber](contact) [Otto Fuchs KG](company)", [("Weber", "contact"), ("Otto Fuchs KG", "company")]),
        ("lohnt sich [zapf umzüge](contact)", [("zapf umzüge", "company")]),
        ("lohnt sich herr [zapf umzüge](contact)", [("zapf umzüge", "contact")]),
        ("[geschäftsführer brandt & co](company) ansprechen", [("brandt & co", "company")]),
        ("[infos bosch](company)", [("bosch", "company")]),
        ("[herbert bosch](company)", [("herbert bosch", "company")]),
        ("[Autohaus bosch](company)", [("Autohaus bosch", "company")]),
        ("frag nach [Herbert](contact) Lang bitte", [("Herbert Lang", "contact")]),
        ("spiel einen [Geschäftsführer](persona)", []),
        ("export [Forscher](persona)", [("Forscher", "persona")]),
        ("tipps bei [einkäufern](company)", []),
        ("zeig [jünger persona 3](persona)", [("persona 3", "persona")]),
        ("persona for du [Plessis](contact)", [("du Plessis", "contact")]),
    ],
)
def test_what_is_known_of_the_words_tells_kinds_apart(agent: Any, found: str, expected: list[tuple[str, str]]) -> None:
    assert corrected(*marked(found)) == expected


@pytest.mark.parametrize(
    ("found", "intent", "expected"),
    [
        ("how do i win over a [verger](role)", "ask_approach", [("verger", "role")]),
        ("du bist ein [genervter werksleiter](role)", "practice_conversation", []),
        ("nr 2 und nr. 5", "compare_personas", [("2", "persona"), ("5", "persona")]),
        ("er ist [laut siegel küster und türmer](role)", "inform", [("siegel küster", "role"), ("türmer", "role")]),
        ("bist du ein [ratgeber](role)", "bot_challenge", []),
        ("wie ticken [vertriebsleiter](role)", "ask_approach", []),
        ("wie ticken [vertriebsleiter](role)", "", []),
        ("das ist ein [maschinenbau](role)", "inform", []),
        ("[weber](role)", "inform", []),
    ],
)
def test_roles_are_added_that_the_lexicon_does_not_know(
    agent: Any, found: str, intent: str, expected: list[tuple[str, str]]
) -> None:
    assert corrected(*marked(found), intent) == expected


def test_titles_to_practise_on_are_plain_words_and_the_same_each_time(agent: Any) -> None:
    from bot.assistant.nlu.name_makers import title_makers

    for language in ("de", "en"):
        titles = [make() for make in title_makers(language) for _ in range(200)]
        again = [make() for make in title_makers(language) for _ in range(200)]
        assert titles == again
        assert len(set(titles)) > 100
        assert all(title.replace(" ", "").replace("-", "").isalpha() for title in titles)


def test_listed_names_are_known_and_some_of_them_hidden_from_learning(agent: Any) -> None:
    from bot.assistant.nlu.known_names import KnownNames, known_firms

    listed = KnownNames.listed()
    assert listed.at(["sabine", "schmidt", "von", "deutsche", "bahn"]) == ["given", "family", "", "firm", "firm"]
    families = ["schmidt", "weber", "wagner", "becker", "schulz", "hoffmann", "koch", "richter", "klein", "wolf"]
    hidden = listed.at(families, hide=True)
    assert 0 < hidden.count("") < len(families)
    assert listed.at(families, hide=True) == hidden
    assert KnownNames.from_json(listed.to_json()).to_json() == listed.to_json()
    assert len(known_firms()) == len(set(known_firms()))


def test_a_message_is_said_without_its_names(agent: Any) -> None:
    from bot.assistant.nlu.masks import grams, masked

    text, known = "Wie erreiche ich Frau Weber von Bosch, den CFO?", {"wie", "erreiche", "ich", "frau", "von", "den"}
    plain = ["<", "wie", "erreiche", "ich", "frau", "<name>", "von", "<name>", "den", "<role>", ">"]
    assert masked(text, find_terms(text), known) == plain
    assert masked("wie erreiche ich Frau Kubitschek", (), known) == [*plain[:6], ">"]
    assert grams("xylophon elefant", (), known) == []
    assert grams("wie bosch", (), known) == ["wie", "< wie", "wie <name>"]


@pytest.mark.parametrize(
    ("found", "intent", "expected"),
    [
        ("offers for [green](contact) [fleet](company)", "ask_content", [("green fleet", "persona")]),
        ("offers for Mr [Green](contact)", "ask_content", [("Green", "contact")]),
        ("offers for [bosch](company)", "ask_content", [("bosch", "company")]),
        (
            "the copywriter at [quarry lane](company) wants topics",
            "ask_content",
            [("quarry lane", "company")],
        ),
        (
            "[eco tina boss bob](persona)",
            "compare_personas",
            [("eco tina", "persona"), ("boss bob", "persona")],
        ),
        ("glück [auf](contact)", "greet", []),
        ("worth it, [auf](contact)", "check_anti_persona", [("auf", "contact")]),
    ],
)
def test_what_nobody_is_named_with_names_a_persona_or_nobody(
    agent: Any, found: str, intent: str, expected: list[tuple[str, str]]
) -> None:
    from bot.assistant.nlu.gazetteer import Gazetteer
    from bot.assistant.nlu.known_names import KnownNames
    from bot.assistant.nlu.name_features import Knowledge, Sentence, Span
    from bot.assistant.nlu.name_intents import fitting
    from bot.assistant.nlu.tokenizer import tokens_of

    text, names = marked(found)
    spans = [Span(text.index(name), text.index(name) + len(name), entity) for name, entity in names]
    knowledge = Knowledge(KNOWN, Gazetteer(()), KnownNames({"given": ["tina"]}, [["bosch"]]), {})
    kinds = {"ask_content": "persona", "compare_personas": "persona", "greet": ""}
    fit = fitting(Sentence(text, tokens_of(text), find_terms(text), ()), spans, intent, kinds, knowledge)
    assert [(text[one.start : one.end], one.entity) for one in fit] == expected


@pytest.mark.parametrize("language", ["de", "en"])
def test_made_up_personas_are_of_many_forms(language: str) -> None:
    from bot.assistant.nlu.persona_makers import persona_makers

    dice = random.Random(1)
    names = [make() for _ in range(200) for make in persona_makers(dice, language)]
    assert len(set(names)) > 500
    assert {len(name.split()) for name in names} >= {1, 2}


def test_made_up_names_are_of_many_forms_and_the_same_each_time(agent: Any) -> None:
    from bot.assistant.nlu.name_makers import name_makers

    first, again = ([[make() for make in makers] for makers in name_makers("de").values()] for _ in range(2))
    assert first == again
    people, firms = name_makers("de")["contact"], name_makers("de")["company"]
    persons, companies = [make() for make in people * 20], [make() for make in firms * 20]
    for sign in ("-", "Prof. ", "von ", "@", "#"):
        assert any(sign in name for name in persons)
    for sign in ("GmbH", "AG", "Ltd", "&", " of "):
        assert any(sign in name for name in companies)
    assert any(name.isupper() and len(name) <= 4 for name in companies)


def test_every_process_makes_up_the_same_names() -> None:
    """Python shuffles its sets anew in each process; what is taught must not depend on it."""
    made = {
        subprocess.run(
            (sys.executable, "-c", _NAMES_OF_ALL_MAKERS),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_firms_take_the_place_of_people_only_where_nothing_says_it_is_one() -> None:
    from bot.assistant.nlu.name_features import Sentence, Span
    from bot.assistant.nlu.name_variants import with_other_names
    from bot.assistant.nlu.tokenizer import tokens_of

    kinds = []
    for text in ("lohnt sich Kunz noch", "lohnt sich Herr Kunz noch"):
        start = text.index("Kunz")
        spans = (Span(start, start + 4, "contact"),)
        varied = with_other_names([Sentence(text, tokens_of(text), find_terms(text), spans)] * 60, 3)
        firms = [one for one in varied if one.spans[0].entity == "company"]
        assert all(" " in one.text[one.spans[0].start : one.spans[0].end] for one in firms)
        kinds.append(bool(firms))
    assert kinds == [True, False]


@pytest.mark.parametrize("language", ["de", "en"])
def test_firms_may_be_called_by_words_of_everyday_but_by_no_function_words(agent: Any, language: str) -> None:
    from bot.assistant.nlu.firm_makers import plain_words

    words = {word.lower() for word in plain_words(language)}
    assert words > ({"apfel", "himmel"} if language == "de" else {"bank", "garden"})
    assert not words & {"nicht", "werden", "whether", "because"}
