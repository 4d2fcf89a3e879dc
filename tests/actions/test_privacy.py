"""What is stored about somebody, objections that hold at once, and erasure after a plain yes."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from persona_store.database import session_scope
from persona_store.database.models import Audit, Company, Contact, ErasureRequest, Interaction, User
from persona_store.names import index_people
from persona_store.privacy.identity import sign
from persona_store.settings import settings
from tests.actions import conftest
from tests.actions.conftest import Talk


@pytest.fixture
def people(store_with_personas: Engine) -> Iterator[Engine]:
    """People of names that nobody else bears: two namesakes, and one with a history; gone after the test."""
    with session_scope(store_with_personas, writes=True) as session:
        company = Company(key="test:privacy", name="Quarzwerk Ofenbau GmbH", name_key="quarzwerk ofenbau")
        session.add(company)
        session.flush()
        for number, (first, last) in enumerate(
            [("Wilfriede", "Zaunkönig"), ("Anka", "Doppelstein"), ("Bodo", "Doppelstein")], 1
        ):
            contact = Contact(
                key=f"test:{number}", external_id=f"T-{number}", first_name=first, last_name=last, market="b2b",
                job_title="IT-Leitung", function="it", level="head", company_id=company.id,
                email=f"t{number}@quarz.example",
            )  # fmt: skip
            session.add(contact)
            session.flush()
            session.add(Interaction(key=f"test:{number}", contact_id=contact.id, kind="email", text=f"von {last}"))
            index_people(session, [contact.id])
    yield store_with_personas
    with session_scope(store_with_personas, writes=True) as session:
        for contact in session.scalars(select(Contact).where(Contact.key.like("test:%"))):
            session.execute(Interaction.__table__.delete().where(Interaction.contact_id == contact.id))  # type: ignore[attr-defined]
            session.delete(contact)
        session.flush()
        session.execute(Company.__table__.delete().where(Company.key == "test:privacy"))  # type: ignore[attr-defined]


@pytest.fixture
def admin(new_talk: Callable[..., Talk], monkeypatch: pytest.MonkeyPatch) -> Talk:
    """A conversation of somebody who may erase."""
    key = settings().secret("identity")

    def sign_for_her(_user: str, _rights: str, conversation: str, message: str, text: str, *_: object) -> str:
        return sign("chefin", "admin", conversation, message, text, key, 60)

    monkeypatch.setattr(conftest, "sign", sign_for_her)
    return new_talk()


def contact(engine: Engine, last_name: str, first_name: str | None = None) -> Contact | None:
    with session_scope(engine) as session:
        query = select(Contact).where(Contact.last_name == last_name)
        return session.scalar(query.where(Contact.first_name == first_name) if first_name else query)


def count(engine: Engine, action: str) -> int:
    with session_scope(engine) as session:
        return session.scalar(select(func.count()).where(Audit.action == action)) or 0


def test_what_is_stored_and_where_it_comes_from(talk: Talk, people: Engine) -> None:
    before = count(people, "data_basis")
    answer = talk.say("welche daten haben wir über Zaunkönig?", "ask_data_basis", contact="Zaunkönig")
    assert answer["kind"] == "data_basis"
    assert "Wilfriede Zaunkönig" in answer["text"]
    assert "E-Mail" in talk.read()
    assert "contacts.csv" in talk.read()
    assert "1 Kontaktpunkt" in talk.read()
    assert count(people, "data_basis") == before + 1


def test_and_of_somebody_else(english: Talk, people: Engine) -> None:
    english.say("what data do we have on Zaunkönig?", "ask_data_basis", contact="Zaunkönig")
    answer = english.say("and Anka Doppelstein?", "follow_up", contact="Anka Doppelstein")
    assert answer["kind"] == "data_basis"
    assert "Anka" in answer["text"]


def test_without_a_name_it_is_asked_for(talk: Talk, people: Engine) -> None:
    assert "Wessen" in talk.say("welche daten haben wir?", "ask_data_basis")["text"]
    assert talk.say("Zaunkönig", "follow_up", contact="Zaunkönig")["kind"] == "data_basis"


def test_an_objection_holds_at_once(talk: Talk, people: Engine) -> None:
    answer = talk.say("Frau Zaunkönig widerspricht dem Profiling", "object_profiling", contact="Zaunkönig")
    assert answer["kind"] == "objection"
    assert "Wilfriede Zaunkönig" in answer["text"]
    known = contact(people, "Zaunkönig")
    assert known is not None
    assert known.blocked_on is not None
    assert "contact_id" not in talk.slots or talk.slots["contact_id"] is None
    assert talk.say("welche persona ist Zaunkönig?", "match_persona", contact="Zaunkönig")["kind"] in (
        "error",
        "choices",
    )
    assert "Wilfriede" not in talk.read()


def test_the_wrong_person_is_taken_back(talk: Talk, people: Engine) -> None:
    talk.say("Zaunkönig will kein Profiling", "object_profiling", contact="Zaunkönig")
    assert "zurückgenommen" in talk.press("zurücknehmen")["text"]
    known = contact(people, "Zaunkönig")
    assert known is not None
    assert known.blocked_on is None
    assert talk.say("welche daten haben wir über Zaunkönig?", "ask_data_basis", contact="Zaunkönig")["details"]


def test_an_objection_is_taken_back_in_words(talk: Talk, people: Engine) -> None:
    talk.say("Wilfriede Zaunkönig widerspricht", "object_profiling", contact="Wilfriede Zaunkönig")
    text = "Wilfriede Zaunkönig nimmt den Widerspruch zurück"
    assert "zurückgenommen" in talk.say(text, "object_profiling", contact="Wilfriede Zaunkönig")["text"]


def test_a_misspelt_name_is_asked_about_first(talk: Talk, people: Engine) -> None:
    answer = talk.say("Zaunköng widerspricht dem profiling", "object_profiling", contact="Zaunköng")
    known = contact(people, "Zaunkönig")
    assert known is not None
    assert known.blocked_on is None
    assert "Zaunkönig" in talk.read()
    assert answer["choices"]
    assert talk.say("ja", "affirm")["kind"] == "objection"
    known = contact(people, "Zaunkönig")
    assert known is not None
    assert known.blocked_on is not None


def test_no_means_nobody_objected(talk: Talk, people: Engine) -> None:
    talk.say("Zaunköng widerspricht dem profiling", "object_profiling", contact="Zaunköng")
    talk.say("nein", "deny")
    talk.say("ja", "affirm")
    known = contact(people, "Zaunkönig")
    assert known is not None
    assert known.blocked_on is None


def test_of_several_the_one_picked_objects(talk: Talk, people: Engine) -> None:
    answer = talk.say("Doppelstein widerspricht dem Profiling", "object_profiling", contact="Doppelstein")
    assert answer["kind"] == "choices"
    picked = talk.labels().index(next(label for label in talk.labels() if "Bodo" in label))
    assert talk.say("den zweiten" if picked else "den ersten", "choose_option")["kind"] == "objection"
    bodo, anka = contact(people, "Doppelstein", "Bodo"), contact(people, "Doppelstein", "Anka")
    assert bodo is not None
    assert anka is not None
    assert bodo.blocked_on is not None
    assert anka.blocked_on is None


def test_of_somebody_who_objected_only_the_needful_is_told(talk: Talk, people: Engine) -> None:
    with session_scope(people, writes=True) as session:
        known = session.scalars(select(Contact).where(Contact.last_name == "Zaunkönig")).one()
        known.blocked_on = date(2026, 3, 1)
        index_people(session, [known.id])
    answer = talk.say("daten von Wilfriede Zaunkönig?", "ask_data_basis", contact="Wilfriede Zaunkönig")
    assert "widersprochen" in answer["text"]
    assert "Quarzwerk" not in talk.read()
    assert "Wilfriede" not in talk.read()
    answer = talk.say("daten von Zaunkönig?", "ask_data_basis", contact="Zaunkönig")
    assert "widersprochen" not in talk.read()


def test_a_yes_erases_and_the_talk_forgets(admin: Talk, people: Engine) -> None:
    answer = admin.say("lösch alle Daten von Zaunkönig", "request_erasure", contact="Zaunkönig")
    assert "Wilfriede Zaunkönig, Quarzwerk Ofenbau GmbH" in answer["text"]
    assert "1 Kontaktpunkt" in admin.read()
    assert contact(people, "Zaunkönig") is not None
    answer = admin.say("ja", "affirm")
    assert answer["kind"] == "erasure"
    assert contact(people, "Zaunkönig") is None
    assert "Zaunkönig" not in admin.read()
    assert {name: value for name, value in admin.slots.items() if value} == {
        "language": "de", "language_wish": {"said": None, "wished": "de"},
    }  # fmt: skip
    assert count(people, "erase") >= 1


def test_no_or_stop_keeps_everything(admin: Talk, people: Engine) -> None:
    for text, intent in (("nein, doch nicht", "deny"), ("stopp", "stop")):
        admin.say("lösch alle Daten von Zaunkönig", "request_erasure", contact="Zaunkönig")
        admin.say(text, intent)
        admin.say("ja", "affirm")
        assert contact(people, "Zaunkönig") is not None


def test_only_a_plain_yes_erases(admin: Talk, people: Engine) -> None:
    admin.say("lösch alle Daten von Zaunkönig", "request_erasure", contact="Zaunkönig")
    for text, intent in (
        ("hm", "nlu_fallback"),
        ("den ersten", "choose_option"),
        ("und wie ist das wetter", "out_of_scope"),
    ):
        if f"action_{intent}" in admin.executor.actions:
            admin.say(text, intent)
    assert contact(people, "Zaunkönig") is not None


def test_a_change_of_mind_erases_the_other_one(admin: Talk, people: Engine) -> None:
    admin.say("lösch alle Daten von Zaunkönig", "request_erasure", contact="Zaunkönig")
    admin.say("nein, Anka Doppelstein", "deny", contact="Anka Doppelstein")
    assert contact(people, "Zaunkönig") is not None
    assert "Anka Doppelstein" in admin.read()
    admin.say("ja", "affirm")
    assert contact(people, "Zaunkönig") is not None
    assert contact(people, "Doppelstein", "Anka") is None


def test_a_yes_with_another_name_is_no_yes(admin: Talk, people: Engine) -> None:
    admin.say("lösch alle Daten von Zaunkönig", "request_erasure", contact="Zaunkönig")
    admin.say("ja, Anka Doppelstein", "affirm", contact="Anka Doppelstein")
    assert contact(people, "Zaunkönig") is not None
    assert contact(people, "Doppelstein", "Anka") is not None
    admin.say("ja, Anka Doppelstein löschen", "affirm", contact="Anka Doppelstein")
    assert contact(people, "Doppelstein", "Anka") is None


def test_after_an_objection_the_next_name_is_asked_about(talk: Talk, people: Engine) -> None:
    talk.say("Zaunköng widerspricht", "object_profiling", contact="Zaunköng")
    talk.say("nein, Anka Doppelstein", "deny", contact="Anka Doppelstein")
    talk.say("ja", "affirm")
    anka, other = contact(people, "Doppelstein", "Anka"), contact(people, "Zaunkönig")
    assert anka is not None
    assert other is not None
    assert (anka.blocked_on is not None, other.blocked_on is not None) == (True, False)


def test_a_question_between_does_not_end_it(admin: Talk, people: Engine) -> None:
    admin.say("lösch alle Daten von Zaunkönig", "request_erasure", contact="Zaunkönig")
    admin.say("welche daten haben wir über Zaunkönig?", "ask_data_basis", contact="Zaunkönig")
    assert "endgültig löschen" in admin.read()
    admin.say("ja", "affirm")
    assert contact(people, "Zaunkönig") is None


def test_who_may_not_erase_leaves_a_request_and_learns_whom_to_ask(talk: Talk, people: Engine) -> None:
    with session_scope(people, writes=True) as session:
        if session.scalar(select(User).where(User.name == "frau-doktor")) is None:
            session.add(User(name="frau-doktor", password_hash="-", rights="admin", created_at=date(2026, 1, 1)))
    answer = talk.say("bitte Zaunkönig löschen", "request_erasure", contact="Zaunkönig")
    assert "Admin" in answer["text"]
    answer = talk.say("ja", "affirm")
    assert "festgehalten" in answer["text"]
    assert "frau-doktor" in answer["next_step"]
    known = contact(people, "Zaunkönig")
    assert known is not None
    with session_scope(people, writes=True) as session:
        request = session.get_one(ErasureRequest, known.id)
        assert request.actor == "rep"
        session.delete(request)


def test_somebody_who_objected_can_be_erased(admin: Talk, people: Engine) -> None:
    admin.say("Zaunkönig widerspricht", "object_profiling", contact="Zaunkönig")
    admin.say("Wilfriede Zaunkönig löschen", "request_erasure", contact="Wilfriede Zaunkönig")
    admin.say("ja", "affirm")
    assert contact(people, "Zaunkönig") is None


@pytest.mark.parametrize("intent", ["ask_data_basis", "object_profiling", "request_erasure"])
@pytest.mark.parametrize("text", ["?", "\x00", "' OR 1=1 --", "%", "a" * 600, "withdraw:9"])
def test_hostile_text_gets_a_sentence(new_talk: Callable[..., Talk], intent: str, text: str) -> None:
    answer = new_talk().say(text, intent)
    assert answer["text"]
    assert "schiefgelaufen" not in answer["text"]


@pytest.mark.parametrize("key", ["", "x", "9" * 30, "99999999"])
def test_a_forged_button_does_nothing(new_talk: Callable[..., Talk], key: str) -> None:
    talk = new_talk()
    answer = talk.say(f"withdraw:{key}", "object_profiling", contact=f"withdraw:{key}")
    assert "zurückgenommen" not in answer["text"]
