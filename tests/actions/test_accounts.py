"""Companies are found by name; buying centre, phase and next step are answered about companies, contacts, personas."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from actions.answering import CAPABILITIES
from actions.ask import ask
from actions.context import Request
from actions.state import Kind, Question, Subject, SubjectKind
from actions.state import Talk as Remembered
from persona_store.database import session_scope
from persona_store.database.models import Company, Contact
from persona_store.privacy.identity import Identity
from tests.actions.conftest import Talk


def company_of_several(engine: Engine) -> tuple[str, str]:
    """A company with several people and no namesake, and the surname of one of them that nobody else bears."""
    with session_scope(engine) as session:
        names = set(session.scalars(select(Company.name_key).group_by(Company.name_key).having(func.count() == 1)))
        surnames = set(session.scalars(select(Contact.last_name).group_by(Contact.last_name).having(func.count() == 1)))
        counted = (
            select(Contact.company_id)
            .where(Contact.company_id.is_not(None), Contact.duplicate_of.is_(None))
            .group_by(Contact.company_id)
            .having(func.count() > 2)
        )
        for company in session.scalars(select(Company).where(Company.id.in_(counted)).order_by(Company.id)):
            first = company.name.split()[0]
            if company.name_key in names and not _shared(session, first):
                people = session.scalars(select(Contact).where(Contact.company_id == company.id))
                known = [one.last_name for one in people if one.last_name in surnames and one.duplicate_of is None]
                if known and known[0]:
                    return company.name, known[0]
    raise LookupError("The sample has no such company.")


def _shared(session: Session, word: str) -> bool:
    return (session.scalar(select(func.count()).where(Company.name.ilike(f"%{word}%"))) or 0) > 1


def test_a_buying_centre_says_who_is_known_and_who_is_missing(talk: Talk, store_with_personas: Engine) -> None:
    company, _ = company_of_several(store_with_personas)
    answer = talk.say(f"wer entscheidet bei {company} mit?", "ask_buying_center", company=company)
    assert answer["kind"] == "centre"
    assert company in answer["text"]
    assert len(answer["table"]["rows"]) > 2


def test_a_company_is_understood_without_legal_form_and_with_a_typo(talk: Talk, store_with_personas: Engine) -> None:
    company, _ = company_of_several(store_with_personas)
    word = company.split()[0]
    typo = word[:2] + word[3:]
    for said in (word, word.lower(), typo):
        answer = talk.say(f"wer fehlt bei {said}?", "ask_buying_center", company=said)
        assert answer["kind"] == "centre", said
        assert company in answer["text"]


def test_a_company_taken_for_a_contact_is_found(talk: Talk, store_with_personas: Engine) -> None:
    company, _ = company_of_several(store_with_personas)
    answer = talk.say(f"buying center von {company}", "ask_buying_center", contact=company)
    assert answer["kind"] == "centre"


def test_a_contact_stands_for_their_company(english: Talk, store_with_personas: Engine) -> None:
    company, surname = company_of_several(store_with_personas)
    answer = english.say(f"who else decides at {surname}'s company?", "ask_buying_center", contact=surname)
    assert answer["kind"] == "centre"
    assert company in answer["text"]


def test_a_role_is_known_there_or_missing(talk: Talk, store_with_personas: Engine) -> None:
    company, _ = company_of_several(store_with_personas)
    with session_scope(store_with_personas) as session:
        found = session.scalar(select(Company.id).where(Company.name == company))
        there = set(session.scalars(select(Contact.function).where(Contact.company_id == found)))
    titles = {"it": "IT", "finance": "Finanzen", "hr": "Personal", "legal": "Recht", "marketing": "Marketing"}
    missing = next(title for function, title in titles.items() if function not in there)
    answer = talk.say(f"kennen wir bei {company} jemanden aus {missing}?", "ask_buying_center", company=company)
    assert answer["text"].startswith("Nein") or missing not in answer["text"]
    answer = talk.say(
        f"kennen wir bei {company} den Leiter Recht?", "ask_buying_center", company=company, role="Leiter Recht"
    )
    assert answer["text"].startswith(("Ja", "Nein", "Genau"))


def test_several_companies_of_one_name_are_offered(talk: Talk, store_with_personas: Engine) -> None:
    with session_scope(store_with_personas, writes=True) as session:
        for city in ("Kiel", "Ulm"):
            session.add(Company(key=f"test:{city}", name="Zwillingswerk AG", name_key="zwillingswerk", city=city))
    answer = talk.say("wer entscheidet bei Zwillingswerk?", "ask_buying_center", company="Zwillingswerk")
    assert answer["kind"] == "choices"
    assert talk.labels() == ["Zwillingswerk AG, Kiel", "Zwillingswerk AG, Ulm"]
    assert talk.say("die zweite", "choose_option")["kind"] == "centre"
    assert talk.slots["last_question"]["subject"]["kind"] == "company"


def test_a_button_means_its_company(english: Talk, store_with_personas: Engine) -> None:
    with session_scope(store_with_personas, writes=True) as session:
        for city in ("Bonn", "Hof"):
            session.add(Company(key=f"test:{city}", name="Doppelbau GmbH", name_key="doppelbau", city=city))
    english.say("buying centre of Doppelbau", "ask_buying_center", company="Doppelbau")
    assert english.press("Hof")["kind"] == "centre"


def test_an_unknown_company_is_said_to_be_unknown(talk: Talk) -> None:
    answer = talk.say("wer entscheidet bei Xyzzyplugh?", "ask_buying_center", company="Xyzzyplugh")
    assert answer["kind"] == "error"
    assert "Xyzzyplugh" in answer["text"]


def test_without_a_company_it_is_asked_for_and_then_answered(talk: Talk, store_with_personas: Engine) -> None:
    company, _ = company_of_several(store_with_personas)
    assert "Firma" in talk.say("wer entscheidet da mit?", "ask_buying_center")["text"]
    assert talk.say(company, "follow_up", company=company)["kind"] == "centre"


def test_and_at_another_company(talk: Talk, store_with_personas: Engine) -> None:
    company, _ = company_of_several(store_with_personas)
    with session_scope(store_with_personas, writes=True) as session:
        session.add(Company(key="test:other", name="Quittenhof KG", name_key="quittenhof"))
    talk.say(f"wer entscheidet bei {company}?", "ask_buying_center", company=company)
    answer = talk.say("und bei Quittenhof?", "follow_up", company="Quittenhof")
    assert answer["kind"] == "centre"
    assert "Quittenhof" in answer["text"]


def test_where_a_contact_stands(talk: Talk, store_with_personas: Engine) -> None:
    _, surname = company_of_several(store_with_personas)
    answer = talk.say(f"wo steht {surname}?", "ask_journey_phase", contact=surname)
    assert answer["kind"] == "journey"
    assert answer["card"]


def test_where_the_people_of_a_company_stand(talk: Talk, store_with_personas: Engine) -> None:
    company, _ = company_of_several(store_with_personas)
    answer = talk.say(f"in welcher phase sind die von {company}?", "ask_journey_phase", company=company)
    assert answer["kind"] == "journey"
    assert len(answer["table"]["rows"]) > 2


@pytest.mark.parametrize("intent", ["ask_buying_center", "ask_journey_phase"])
def test_why_tells_how_it_is_found_out(talk: Talk, store_with_personas: Engine, intent: str) -> None:
    company, _ = company_of_several(store_with_personas)
    talk.say(f"{company}?", intent, company=company)
    assert talk.say("warum?", "explain_reason")["kind"] == "reason"


def test_yes_to_the_offer_tells_the_next_step(talk: Talk, store_with_personas: Engine) -> None:
    _, surname = company_of_several(store_with_personas)
    talk.say(f"wo steht {surname}?", "ask_journey_phase", contact=surname)
    assert talk.say("ja", "affirm")["kind"] == "next"


def test_the_next_message_by_a_channel_and_then_by_another(talk: Talk, store_with_personas: Engine) -> None:
    _, surname = company_of_several(store_with_personas)
    answer = talk.say(f"nächste Mail an {surname}", "ask_next_message", contact=surname)
    assert answer["kind"] == "next"
    answer = talk.say("und per Telefon?", "follow_up")
    assert answer["kind"] == "next"
    assert talk.slots["last_question"]["channel"] == "phone"


def test_the_next_message_for_a_persona_needs_a_phase(talk: Talk) -> None:
    answer = talk.say("nächste Botschaft für Persona 1", "ask_next_message", persona="Persona 1")
    assert answer["kind"] == "choices"
    assert talk.press(talk.labels()[1])["kind"] == "next"


def test_the_phase_may_come_after(english: Talk) -> None:
    english.say("next message for persona 1", "ask_next_message", persona="persona 1")
    answer = english.say("in the decision phase", "follow_up")
    assert answer["kind"] == "next"


@pytest.mark.parametrize("intent", ["ask_buying_center", "ask_journey_phase", "ask_next_message"])
@pytest.mark.parametrize("text", ["?", "bei", "\x00", "💥 ' OR 1=1 --", "%", "a" * 600])
def test_hostile_text_gets_a_sentence(new_talk: Callable[..., Talk], intent: str, text: str) -> None:
    answer = new_talk().say(text, intent)
    assert answer["text"]
    assert "schiefgelaufen" not in answer["text"]


def test_what_cannot_be_asked_about_a_company_is_asked_about_its_people(
    talk: Talk, store_with_personas: Engine
) -> None:
    company, _ = company_of_several(store_with_personas)
    talk.say(f"wer fehlt bei {company}?", "ask_buying_center", company=company)
    answer = talk.say("und per telefon?", "follow_up")
    assert answer["kind"] == "choices"
    assert talk.labels() and all(company in label for label in talk.labels())
    assert talk.press(talk.labels()[0])["kind"] == "approach"


@pytest.mark.parametrize("kind", sorted(CAPABILITIES))
@pytest.mark.parametrize("subject_kind", ["contact", "role", "persona", "company"])
def test_every_question_about_whatever_was_spoken_of_is_answered(
    store_with_personas: Engine, kind: Kind, subject_kind: SubjectKind
) -> None:
    request = Request(Identity("admin", "admin"), "de", "und dann?", (), Remembered(), "follow_up")
    subject = Subject(subject_kind, "sales/head" if subject_kind == "role" else "1", "Nordwerk")
    with session_scope(store_with_personas) as session:
        reply = ask(request, session, Question((kind,), subject))
    assert reply.answers and all(answer.text for answer in reply.answers)
    if subject_kind == "company" and "company" not in CAPABILITIES[kind].about:  # no person's or persona's number
        assert not any(look_up.contact_id == 1 for look_up in reply.look_ups)
