"""Who and what is meant by corrections, bare names and denials; and that nobody else is answered for."""

from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from actions.cues import bare_name, kinds_asked
from actions.denied import without_denied
from persona_store.database import session_scope
from persona_store.database.models import Contact, Veto

QUESTIONS = (
    "nicht anti persona, ich will wissen welche persona sie ist",
    "not anti persona, I want to know which persona she is",
    "falsch, ich wollte wissen wie ich sie erreiche",
    "that's wrong, how do I reach her",
    "nein, kein guter lead, sag mir lieber die persona",
)


def vetoes(engine: Engine) -> int:
    with session_scope(engine) as session:
        return session.scalar(select(func.count(Veto.id))) or 0


@pytest.mark.parametrize("intent", ["veto_verdict", "deny"])
@pytest.mark.parametrize("text", QUESTIONS)
def test_who_asks_for_something_contradicts_nothing(
    talk: Any, store_with_personas: Engine, text: str, intent: str
) -> None:
    talk.say("ist emily clarke eine anti-persona", "check_anti_persona", contact="emily clarke")
    before = vetoes(store_with_personas)
    talk.say(text, intent)
    assert vetoes(store_with_personas) == before


@pytest.mark.parametrize("text", QUESTIONS[:2])
def test_not_the_verdict_but_the_persona(talk: Any, text: str) -> None:
    talk.say("ist emily clarke eine anti-persona", "check_anti_persona", contact="emily clarke")
    answer = talk.say(text, "veto_verdict")
    assert answer["kind"] == "match" and "Emily Clarke" in answer["text"]


def test_a_question_is_no_reason(talk: Any, store_with_personas: Engine) -> None:
    talk.say("emily clarke ist ein guter lead", "veto_verdict", contact="emily clarke")
    talk.say("ich will wissen welche persona sie ist", "out_of_scope")
    with session_scope(store_with_personas) as session:
        assert session.scalars(select(Veto).order_by(Veto.id.desc())).first().reason is None


def test_a_persona_that_there_is_not_cannot_be_compared(talk: Any, english: Any) -> None:
    answer = talk.say("vergleich persona 2 und persona 77", "compare_personas", persona=["persona 2", "persona 77"])
    assert "„persona 77“ gibt es nicht" in answer["text"] and answer["choices"]
    text = "compare persona 1, persona 2 and persona 77"
    answer = english.say(text, "compare_personas", persona=["persona 1", "persona 2", "persona 77"])
    assert "There is no persona" in answer["text"] and "77" in answer["text"] and answer["kind"] == "compare"


@pytest.mark.parametrize("intent", ["inform", "out_of_scope", "match_persona", "greet", "describe_lead", "deny"])
@pytest.mark.parametrize("entity", ["company", "contact", None])
def test_a_company_answers_the_question_for_one(talk: Any, intent: str, entity: str | None) -> None:
    talk.say("wer gehört zum buying center?", "ask_buying_center")
    answer = talk.say("Nordwerk", intent, **({entity: "Nordwerk"} if entity else {}))
    assert answer["kind"] == "centre" and "Nordwerk" in talk.read()


@pytest.mark.parametrize("intent", ["greet", "follow_up", "out_of_scope", "choose_option", "match_persona"])
def test_a_bare_name_picks_what_was_offered_and_then_the_other(talk: Any, intent: str) -> None:
    offered = talk.say("welche persona hat müller von nordwerk", "match_persona", contact="müller", company="nordwerk")
    assert len(offered["choices"]) > 2
    answer = talk.say("die anja", intent)
    assert answer["kind"] == "match" and "Anja Müller" in answer["text"]
    answer = talk.say("nein, den holger", "deny", contact="holger")
    assert answer["kind"] == "match" and "Holger Müller" in answer["text"]
    assert "Stefan Müller" in talk.say("stefan", intent, contact="stefan")["text"]


@pytest.mark.parametrize("intent", ["describe_lead", "inform", "deny", "follow_up"])
def test_another_role_is_the_same_question(talk: Any, english: Any, intent: str) -> None:
    talk.say("wie spreche ich einen einkäufer an", "ask_approach")
    answer = talk.say("ach nee, eine marketingleiterin mein ich", intent)
    assert answer["kind"] == "approach" and "arketing" in answer["text"]
    english.say("how do I approach a buyer", "ask_approach")
    answer = english.say("no wait, sorry, I mean a head of marketing", intent)
    assert answer["kind"] == "approach" and "arketing" in answer["text"]


@pytest.mark.parametrize(
    "text", ["quatsch, nicht handel, logistik", "no, not retail, logistics", "logistik, nicht handel"]
)
def test_a_corrected_industry(talk: Any, text: str) -> None:
    talk.say("neuen lead qualifizieren", "qualify_lead")
    talk.say("it-leiter aus dem handel", "inform")
    talk.say(text, "inform")
    lead = talk.slots["running"]["state"]["lead"]
    assert lead["levels"]["function"] == ["it"] and lead["levels"]["industry"] == ["logistics"]


@pytest.mark.parametrize("text", ["nein nicht der jan, die emily clarke", "nein, die emily clarke, nicht der jan"])
@pytest.mark.parametrize("intent", ["deny", "follow_up", "veto_verdict", "check_anti_persona"])
def test_not_him_but_her(talk: Any, text: str, intent: str) -> None:
    talk.say("ist jan schulze ein student?", "check_anti_persona", contact="jan schulze")
    answer = talk.say(text, intent, contact=["jan", "emily clarke"])
    assert "Emily Clarke" in answer["text"] and "Schulze" not in talk.read()


@pytest.mark.parametrize("intent", ["follow_up", "ask_approach"])
def test_the_channel_after_but(talk: Any, english: Any, intent: str) -> None:
    talk.say("wie erreich ich thomas weber", "ask_approach", contact="thomas weber")
    talk.say("und wenn nicht per telefon sondern per mail?", intent)
    assert talk.slots["last_question"]["channel"] == "email"
    english.say("how do I reach thomas weber", "ask_approach", contact="thomas weber")
    english.say("and not by phone but by email?", intent)
    assert english.slots["last_question"]["channel"] == "email"


@pytest.mark.parametrize("text", ["is she a student", "ist sie studentin?"])
@pytest.mark.parametrize("intent", ["describe_lead", "inform", "check_anti_persona"])
def test_a_question_about_whom_was_spoken_of_describes_no_lead(talk: Any, text: str, intent: str) -> None:
    talk.say("welche persona ist emily clarke", "match_persona", contact="emily clarke")
    answer = talk.say(text, intent)
    assert answer["kind"] == "antipersona" and "Emily Clarke" in answer["text"]


def test_what_is_denied() -> None:
    assert without_denied("nicht per telefon, per mail").strip(" ,") == "per mail"
    assert "telefon" in without_denied("nicht nur per telefon")
    assert without_denied("nicht jan") == "nicht jan"
    assert bare_name("nein, den Holger") == ["Holger"] and bare_name("welche persona hat Holger") == []


@pytest.mark.parametrize("intent", ["inform", "out_of_scope", "follow_up", "match_persona", "default_fallback"])
@pytest.mark.parametrize("entity", ["contact", None])
def test_numbers_are_nobodys_name(talk: Any, intent: str, entity: str | None) -> None:
    answer = talk.say("80 nicht 800", intent, **({entity: "80"} if entity else {}))
    assert answer["kind"] not in ("match", "antipersona", "approach")


def test_nobody_is_answered_for_whose_name_shares_nothing(talk: Any, store_with_personas: Engine) -> None:
    with session_scope(store_with_personas) as session:
        crowd = select(Contact.company_id).where(Contact.blocked_on.is_(None), Contact.duplicate_of.is_(None))
        alone = crowd.group_by(Contact.company_id).having(func.count() == 1)
        one = session.scalars(select(Contact).where(Contact.company_id.in_(alone)).limit(1)).one()
        company, name = one.company.name, one.name
    text = f"which persona is xaverlinde from {company}"
    for names in ({"contact": "xaverlinde", "company": company}, {"contact": f"xaverlinde from {company}"}):
        answer = talk.say(text, "match_persona", **names)
        assert not answer["text"].startswith(name)
        assert not talk.slots.get("contact_id")


@pytest.mark.parametrize(
    "text", ["wie viele mitarbeiter hat er", "how many employees does he have", "wie groß ist seine firma"]
)
def test_the_size_of_somebodys_company(talk: Any, store_with_personas: Engine, text: str) -> None:
    talk.say("welche persona ist jan schulze", "match_persona", contact="jan schulze")
    with session_scope(store_with_personas) as session:
        company = session.get_one(Contact, talk.slots["contact_id"]).company
        known = company is not None and company.employees is not None
        named = company.name if company is not None else "Schulze"
    answer = talk.say(text, "ask_statistics")
    assert named in answer["text"] and answer["kind"] == "talk"
    assert known == any(letter.isdigit() for letter in answer["text"].replace(named, ""))


@pytest.mark.parametrize("intent", ["greet", "thank", "goodbye", "bot_challenge"])
def test_courtesies_are_not_repeated_word_by_word(talk: Any, english: Any, intent: str) -> None:
    for one in (talk, english):
        first, second = (one.say("hey", intent)["text"] for _ in range(2))
        assert first != second


def test_what_is_denied_is_not_asked() -> None:
    assert kinds_asked("nicht anti persona, ich will wissen welche persona sie ist", "antipersona") == ("match",)
    assert kinds_asked("not whether he buys, which persona is he", "match") == ("match",)
    assert kinds_asked("lohnt sich der nicht?", "antipersona") == ("antipersona",)
    assert kinds_asked("passt sie nicht zu Persona 2?", "match") == ("match",)
