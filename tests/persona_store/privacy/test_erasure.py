"""Of a person who was erased nothing remains, and neither an import nor an event brings them back."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.first_store import FILLED
from persona_store.crm.sample import write_sample
from persona_store.database import session_scope
from persona_store.database.models import Audit, Base, Contact, Deal, ErasureRequest, Interaction, Suppressed
from persona_store.live.apply import apply_events
from persona_store.names import find_people
from persona_store.privacy import memory
from persona_store.privacy.audit import record
from persona_store.privacy.erasure import erase_person, holdings, may_erase, open_requests, request_erasure
from persona_store.privacy.memory import Traces
from persona_store.settings import settings

SECRET_WORDS = ("quittenbaum", "hildegunde", "4711999")
PEOPLE = """Kontakt-ID;Vorname;Nachname;E-Mail;Position;Firma;Notizen
4711999;Hildegunde;Quittenbaum;h.quittenbaum@muster.example;IT-Leiterin;Muster GmbH;Frau Quittenbaum mag es kurz
4712000;Rolf;Beispiel;r.beispiel@muster.example;Einkäufer;Muster GmbH;ruhig
4712001;Ada;Ungenannt;;Vertrieb;Andere AG;
"""
TOUCHES = """Kontakt-ID;Art;Datum;Richtung;Text
4711999;E-Mail;2026-03-01;eingehend;Hier schreibt Hildegunde Quittenbaum
4712000;E-Mail;2026-03-02;eingehend;Guten Tag
"""
DEALS = """Deal-ID;Kontakt-ID;Firma;Betrag;Status;Geschlossen am
D1;4711999;Muster GmbH;5000;gewonnen;2026-04-01
D2;4712000;Muster GmbH;700;verloren;2026-04-02
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Secrets and rejects of the test lie in a folder of its own."""
    monkeypatch.setenv("PERSONABOT_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    """A small CRM of three people, among the sample's, so that there are personas."""
    folder = tmp_path / "crm"
    folder.mkdir()
    for name, rows in (("kontakte", PEOPLE), ("aktivitaeten", TOUCHES), ("deals", DEALS)):
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
    return folder


@pytest.fixture
def store(engine: Engine, crm: Path) -> Engine:
    """A store with these people."""
    import_files(engine, [crm])
    return engine


def the_one(session: Session, external_id: str = "4711999") -> Contact:
    return session.scalars(select(Contact).where(Contact.external_id == external_id)).one()


def erase(engine: Engine, external_id: str = "4711999") -> None:
    with session_scope(engine, writes=True) as session:
        erase_person(session, the_one(session, external_id).id, "admin")


def everything(engine: Engine) -> str:
    """All rows of all tables as text, in lower case."""
    with engine.connect() as connection:
        tables = {table.name: connection.execute(select(table)).all() for table in Base.metadata.sorted_tables}
    return json.dumps({name: [[str(cell) for cell in row] for row in rows] for name, rows in tables.items()}).lower()


def test_nothing_of_the_person_remains(store: Engine) -> None:
    assert all(word in everything(store) for word in SECRET_WORDS)
    erase(store)
    left = everything(store)
    assert [word for word in SECRET_WORDS if word in left] == []


def test_others_and_the_companys_deals_stay(store: Engine) -> None:
    erase(store)
    with session_scope(store) as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 2
        assert session.scalar(select(func.count()).select_from(Interaction)) == 1
        amounts = {deal.amount: deal.contact_id for deal in session.scalars(select(Deal))}
        assert amounts[5000] is None
        assert amounts[700] == the_one(session, "4712000").id
        assert [one.name for one in find_people(session, "Beispiel")] == ["Rolf Beispiel"]
        assert find_people(session, "Quittenbaum") == []


def test_doubles_are_erased_too(store: Engine) -> None:
    with session_scope(store, writes=True) as session:
        person = the_one(session)
        session.add(Contact(key="other:1", first_name="H.", last_name="Quittenbaum", duplicate_of=person.id))
    with session_scope(store, writes=True) as session:
        double = session.scalars(select(Contact).where(Contact.key == "other:1")).one()
        assert holdings(session, double.id).entries == 2
        erase_person(session, double.id, "admin")
    assert "quittenbaum" not in everything(store)


def test_the_same_import_does_not_bring_the_person_back(store: Engine, crm: Path) -> None:
    erase(store)
    report = import_files(store, [crm])
    left = everything(store)
    assert [word for word in SECRET_WORDS if word in left] == []
    assert any("1" in note and "gelöscht" in note for note in report.notes)
    with session_scope(store) as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 2
        assert session.scalar(select(func.count()).select_from(Deal)) == 2


def test_a_first_import_into_an_emptied_store_does_not_bring_the_person_back(store: Engine, crm: Path) -> None:
    erase(store)
    with session_scope(store, writes=True) as session:
        for table in reversed(FILLED):
            session.execute(Base.metadata.tables[table].delete())
    import_files(store, [crm])
    left = everything(store)
    assert [word for word in SECRET_WORDS if word in left] == []
    with session_scope(store) as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 2
        assert session.scalar(select(func.count()).select_from(Interaction)) == 1


@pytest.mark.parametrize(
    "row",
    [
        "9;Hilde;Anders;H.QUITTENBAUM@muster.example;IT;Ganz Andere KG",
        "9;Hildegunde;Quittenbaum;;IT;Muster GmbH & Co. KG",
        "9;hildegunde;QUITTENBAUM;;;muster",
    ],
    ids=["address", "name and company", "other case"],
)
def test_another_list_does_not_bring_the_person_back(store: Engine, tmp_path: Path, row: str) -> None:
    erase(store)
    other = tmp_path / "liste.csv"
    other.write_text(f"ID;Vorname;Nachname;E-Mail;Position;Firma\n{row}\n", encoding="utf-8")
    import_files(store, [other])
    assert "quittenbaum" not in everything(store)
    with session_scope(store) as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 2


@pytest.mark.parametrize(
    "row",
    [
        "9;Hildegunde;Quittenbaum;hilde@woanders.example;IT;Woanders AG",
        "9;Hildegunde;Quittenbaum;zweite@muster.example;IT;Muster GmbH",
        "9;Herbert;Quittenbaum;;IT;Muster GmbH",
    ],
    ids=["namesake elsewhere", "namesake with another address", "another first name"],
)
def test_namesakes_are_taken_over(store: Engine, tmp_path: Path, row: str) -> None:
    erase(store)
    other = tmp_path / "liste.csv"
    other.write_text(f"ID;Vorname;Nachname;E-Mail;Position;Firma\n{row}\n", encoding="utf-8")
    import_files(store, [other])
    with session_scope(store) as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 3


def test_an_event_does_not_bring_the_person_back(store: Engine) -> None:
    erase(store)
    at = "2026-05-01T10:00:00Z"
    contact = {"id": "4711999", "email": "h.quittenbaum@muster.example"}
    events = [
        {"id": "e1", "kind": "contact", "at": at, "contact": contact, "data": {"last_name": "Quittenbaum"}},
        {"id": "e2", "kind": "interaction", "at": at, "contact": {"id": "4711999"}, "data": {"kind": "call"}},
    ]
    report = apply_events(store, events)
    assert report.count("dropped") == 2, report
    left = everything(store)
    assert [word for word in SECRET_WORDS if word in left] == []


def test_the_hashes_tell_nothing_without_the_secret(store: Engine, tmp_path: Path) -> None:
    erase(store)
    with session_scope(store) as session:
        before = set(session.scalars(select(Suppressed.digest)))
    assert {len(digest) for digest in before} == {64}
    (settings().var / "secrets" / "suppression").unlink()
    import_files(store, [tmp_path / "crm"])
    assert "quittenbaum" in everything(store)


def test_the_trail_keeps_what_happened_but_not_to_whom(store: Engine) -> None:
    with session_scope(store, writes=True) as session:
        record(session, "rep", "match", contact_id=the_one(session).id)
    erase(store)
    with session_scope(store) as session:
        trail = {one.action: one for one in session.scalars(select(Audit))}
    assert trail["match"].contact_id is None
    assert trail["erase"].contact_id is None
    assert trail["erase"].actor == "admin"


def test_other_memories_forget_too_or_nothing_is_erased(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Traces] = []

    def remembers(traces: Traces, _conversation: str | None) -> int:
        asked.append(traces)
        return 3

    monkeypatch.setitem(memory.MEMORIES, "test", remembers)
    with session_scope(store, writes=True) as session:
        erased = erase_person(session, the_one(session, "4712000").id, "admin")
    assert erased.conversations == 3
    assert asked[0].full_names == ("Rolf Beispiel",)
    assert asked[0].emails == ("r.beispiel@muster.example",)

    def fails(_traces: Traces, _conversation: str | None) -> int:
        raise OSError("unreachable")

    monkeypatch.setitem(memory.MEMORIES, "test", fails)
    with pytest.raises(OSError, match="unreachable"):
        erase(store)
    with session_scope(store) as session:
        assert the_one(session).last_name == "Quittenbaum"


def test_rows_that_could_not_be_read_are_taken_out_of_their_files(store: Engine) -> None:
    folder = settings().var / "rejects"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rejects-1.csv"
    lines = ["Datei;Zeile;Grund;Zelle 1;Zelle 2", 'a;1;x;"Quittenbaum, Hildegunde";"mehr\nZeilen"', "a;2;x;Rolf;B"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    erase(store)
    left = path.read_text(encoding="utf-8-sig")
    assert "Quittenbaum" not in left
    assert "Rolf" in left


def test_the_file_of_the_store_does_not_keep_the_name(tmp_path: Path, sqlite_engine: Engine, crm: Path) -> None:
    import_files(sqlite_engine, [crm])
    erase(sqlite_engine)
    with sqlite_engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    assert b"Quittenbaum" not in (tmp_path / "store.db").read_bytes()


def test_who_may_not_erase_leaves_a_request_once(store: Engine) -> None:
    assert [may_erase(rights) for rights in ("admin", "sales", "marketing", "trainer", "")] == [
        True,
        False,
        False,
        False,
        False,
    ]
    with session_scope(store, writes=True) as session:
        person = the_one(session).id
        assert request_erasure(session, person, "rep") is True
        assert request_erasure(session, person, "marketer") is False
    with session_scope(store) as session:
        assert [contact.id for contact, _ in open_requests(session)] == [person]
    erase(store)
    with session_scope(store) as session:
        assert session.scalar(select(func.count()).select_from(ErasureRequest)) == 0


def test_a_blocked_person_can_be_erased(store: Engine) -> None:
    with session_scope(store, writes=True) as session:
        the_one(session).blocked_on = date(2026, 1, 1)
    erase(store)
    assert "quittenbaum" not in everything(store)


def test_personas_and_live_classes_forget_the_person(engine: Engine, tmp_path: Path) -> None:
    write_sample(tmp_path / "sample", contacts=400, seed=5)
    import_files(engine, [tmp_path / "sample"])
    build(engine)
    with session_scope(engine) as session:
        person = session.scalars(select(Contact).where(Contact.duplicate_of.is_(None)).order_by(Contact.id)).first()
        assert person is not None
        name, key = person.id, person.external_id
    event = {"id": "e", "kind": "interaction", "at": "2026-06-01T08:00:00Z", "contact": {"id": key}}
    apply_events(engine, [event | {"data": {"kind": "call", "direction": "in"}}])
    with session_scope(engine, writes=True) as session:
        erase_person(session, name, "admin")
    for table in Base.metadata.sorted_tables:
        if "contact_id" in table.c and table.name != "audit":
            with engine.connect() as connection:
                query = select(func.count()).select_from(table).where(table.c.contact_id == name)
                assert connection.execute(query).scalar() == 0, table.name
    build(engine)


def test_an_unknown_contact_cannot_be_erased(store: Engine) -> None:
    with pytest.raises(NoResultFound), session_scope(store, writes=True) as session:
        erase_person(session, 10**6, "admin")
