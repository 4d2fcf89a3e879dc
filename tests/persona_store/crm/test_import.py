"""What an import does to the store, on SQLite and PostgreSQL."""

import csv
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from persona_store.crm import import_files
from persona_store.database.models import Base, Company, Contact, Deal, Import, Interaction
from persona_store.names import find_people

CONTACTS = (
    "Kontakt-ID;Anrede;Titel;Vorname;Nachname;E-Mail;Telefon;Position;Firma-ID;Firma;"
    "Quelle;Land;Geburtsjahr;Sprache;Erstellt am;Kunde;Kunde seit\n"
    "K1;Frau;Dr.;Sabine;Meier;Sabine.Meier@rosch.de;030 123456;Geschäftsführerin;F1;Rosch GmbH;"
    "Messe;Deutschland;1975;de;14.08.2025;ja;01.02.2026\n"
    "K2;Herr;;Thomas;Weber;t.weber@tal.de;0171 2345678;Vertriebsleiter;;Tal AG;"
    "LinkedIn;Österreich;;de;13.09.2025;nein;\n"
    "K3;;;Jan;Schulze;jan@web.de;;;;;"
    "Whitepaper;Deutschland;2002;en;13.10.2025;;\n"
)
COMPANIES = """Firma-ID;Firma;Branche;Mitarbeiter;Umsatz;Land
F1;Rosch GmbH;Maschinenbau;46;8.900.000,50;Deutschland
"""
INTERACTIONS = """Aktivität-ID;Kontakt-ID;Art;Kanal;Richtung;Beantwortet;Zeitpunkt;Dauer (Min.);Thema
A1;K1;Anruf;Telefon;ausgehend;ja;14.05.2025 14:20;12,5;Angebot
A2;K3;Whitepaper;;eingehend;;15.05.2025 15:26;;Migration
A3;K9;Chat;Chat;ausgehend;nein;14.05.2025 16:31;11;Chat
"""
DEALS = """Deal-ID;Kontakt-ID;Firma-ID;Produkt;Phase;Betrag;Marge;Gewonnen;Eröffnet am;Abgeschlossen am;Zuständig
D1;K1;F1;Werkblick;Gewonnen;15.000,00;4500;ja;01.01.2026;03.02.2026;Anna Brandt
D2;K8;;Handscanner;Verhandlung;;;;11.01.2026;;Anna Brandt
"""
EXPORT = {"contacts.csv": CONTACTS, "companies.csv": COMPANIES, "interactions.csv": INTERACTIONS, "deals.csv": DEALS}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def dump(engine: Engine, *left_out: str) -> dict[str, list[Any]]:
    """Everything in the store by table, but the diary of imports."""
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key)).all()]
            for name, table in Base.metadata.tables.items()
            if name not in ("imports", *left_out)
        }


def contact(engine: Engine, external_id: str) -> Contact:
    with Session(engine) as session:
        found = session.scalars(select(Contact).where(Contact.external_id == external_id)).one()
        session.refresh(found, ["company"])
        return found


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path / "export", EXPORT)


def test_a_contact_gets_its_normal_values(engine: Engine, export: Path) -> None:
    import_files(engine, [export])
    meier = contact(engine, "K1")
    assert (meier.salutation, meier.title, meier.first_name, meier.last_name) == ("Frau", "Dr.", "Sabine", "Meier")
    assert (meier.email, meier.phone, meier.country) == ("sabine.meier@rosch.de", "+4930123456", "DE")
    assert (meier.function, meier.level, meier.market) == ("executive", "c_level", "b2b")
    assert (meier.birth_year, meier.created_on, meier.outcome_on) == (1975, date(2025, 8, 14), date(2026, 2, 1))
    assert (meier.outcome, contact(engine, "K2").outcome, contact(engine, "K3").outcome) == (True, False, None)
    assert contact(engine, "K3").market == "b2c"


def test_companies_come_from_their_table_or_from_a_name(engine: Engine, export: Path) -> None:
    import_files(engine, [export])
    rosch, tal = contact(engine, "K1").company, contact(engine, "K2").company
    assert rosch is not None and tal is not None
    assert (rosch.name, rosch.industry, rosch.employees, rosch.revenue) == (
        "Rosch GmbH",
        "manufacturing",
        46,
        8_900_000.5,
    )
    assert (tal.name, tal.name_key) == ("Tal AG", "tal")


def test_touchpoints_get_their_normal_kind_and_channel(engine: Engine, export: Path) -> None:
    import_files(engine, [export])
    with Session(engine) as session:
        call, paper = session.scalars(select(Interaction).order_by(Interaction.key)).all()
    assert (call.kind, call.channel, call.direction, call.responded) == ("call", "phone", "out", True)
    assert (call.at, call.minutes, call.topic) == (datetime(2025, 5, 14, 14, 20), 12.5, "Angebot")
    assert (paper.kind, paper.channel, paper.direction, paper.responded) == ("download", None, "in", None)


def test_deals_keep_what_cannot_be_resolved(engine: Engine, export: Path) -> None:
    report = import_files(engine, [export])
    with Session(engine) as session:
        won, open_ = session.scalars(select(Deal).order_by(Deal.key)).all()
    assert (won.amount, won.margin, won.won, won.closed_on) == (15_000.0, 4_500.0, True, date(2026, 2, 3))
    assert (open_.contact_id, open_.company_id, open_.won) == (None, None, None)
    notes = " ".join(note for file in report.files for note in file.notes)
    assert "Deals ohne Firma, übernommen: 1" in notes
    assert "Deals mit einem Kontakt, den es nicht gibt: 1" in notes


def test_unknown_columns_become_attributes(engine: Engine, export: Path) -> None:
    import_files(engine, [export])
    assert contact(engine, "K3").custom == {"Sprache": "en"}


def test_a_touchpoint_without_contact_goes_to_the_rejects(engine: Engine, export: Path, tmp_path: Path) -> None:
    report = import_files(engine, [export], rejects=tmp_path / "out" / "rejects.csv")
    assert report.tables["interactions"].rejected == 1
    assert report.rejects is not None
    with report.rejects.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["Datei"], row["Zeile"], row["Grund"], row["Zelle 2"]) for row in rows] == [
        ("interactions.csv", "4", "Kontakt nicht gefunden", "K9")
    ]
    assert report.rejects.stat().st_mode & 0o077 == 0


def test_the_same_export_twice_changes_nothing(engine: Engine, export: Path) -> None:
    import_files(engine, [export])
    before = dump(engine)
    report = import_files(engine, [export])
    assert report.unchanged
    assert {kind: counts.unchanged for kind, counts in report.tables.items()} == {
        "companies": 1, "contacts": 3, "interactions": 2, "deals": 2,
    }  # fmt: skip
    assert dump(engine) == before


def test_a_newer_export_updates_what_changed(engine: Engine, export: Path) -> None:
    import_files(engine, [export])
    newer = CONTACTS.replace("Vertriebsleiter", "Student").replace(";nein;", ";ja;").replace(";en;", ";;")
    newer += "K4;Frau;;Eva;Neu;eva@neu.de;;Einkäuferin;F1;;Messe;Deutschland;;de;01.01.2026;;\n"
    report = import_files(engine, [write(export, {"contacts.csv": newer})])
    counts = report.tables["contacts"]
    assert (counts.new, counts.changed, counts.unchanged) == (1, 2, 1)
    weber = contact(engine, "K2")
    assert (weber.function, weber.outcome) == ("student", True)
    assert contact(engine, "K3").custom == {}
    assert contact(engine, "K4").company_id == contact(engine, "K1").company_id


def test_columns_missing_in_a_newer_export_are_left_alone(engine: Engine, export: Path, tmp_path: Path) -> None:
    import_files(engine, [export])
    part = write(tmp_path / "part", {"contacts.csv": "Kontakt-ID;Nachname;Potenzial\nK1;Meier-Kraft;5\n"})
    import_files(engine, [part])
    meier = contact(engine, "K1")
    assert (meier.last_name, meier.first_name, meier.market, meier.outcome) == ("Meier-Kraft", "Sabine", "b2b", True)
    assert meier.custom == {"Sprache": "de", "Potenzial": 5}


def test_the_files_may_come_one_by_one_in_any_order(engine: Engine, export: Path) -> None:
    for name in ("deals.csv", "contacts.csv", "companies.csv", "interactions.csv", "deals.csv"):
        import_files(engine, [export / name])
    with Session(engine) as session:
        deal = session.scalars(select(Deal).where(Deal.key.endswith("D1"))).one()
        assert session.scalar(select(func.count()).select_from(Interaction)) == 2
    assert deal.contact_id == contact(engine, "K1").id


def test_people_can_be_found_after_the_import(engine: Engine, export: Path) -> None:
    import_files(engine, [export])
    import_files(engine, [write(export, {"contacts.csv": CONTACTS.replace("Weber", "Wacholder")})])
    with Session(engine) as session:
        assert [person.name for person in find_people(session, "wachholder")][:1] == ["Thomas Wacholder"]


def test_a_dry_run_reports_and_keeps_nothing(engine: Engine, export: Path) -> None:
    report = import_files(engine, [export], dry_run=True)
    assert (report.dry_run, report.tables["contacts"].new) == (True, 3)
    assert not any(dump(engine).values())


def test_what_was_imported_is_written_in_the_diary(engine: Engine, export: Path) -> None:
    report = import_files(engine, [export])
    with Session(engine) as session:
        entry = session.scalars(select(Import)).one()
    assert {node["file"]: node["rows"] for node in entry.files}["contacts.csv"] == 3
    assert entry.report["tables"] == json.loads(json.dumps(report.as_dict()))["tables"]


def test_the_outcome_comes_from_deals_where_no_column_tells_it(engine: Engine, tmp_path: Path) -> None:
    contacts = "Kontakt-ID;Nachname;E-Mail\nK1;Meier;a@x.de\nK2;Weber;b@x.de\nK3;Kurz;c@x.de\n"
    deals = "Deal-ID;Kontakt-ID;Produkt;Betrag;Gewonnen;Abgeschlossen am\n"
    deals += "1;K1;A;1;nein;01.02.2024\n2;K1;A;1;ja;01.03.2024\n3;K2;A;1;nein;01.02.2024\n4;K3;A;1;;\n"
    folder = write(tmp_path / "e", {"contacts.csv": contacts, "deals.csv": deals})
    import_files(engine, [folder])
    assert [contact(engine, name).outcome for name in ("K1", "K2", "K3")] == [True, False, None]
    assert contact(engine, "K1").outcome_on == date(2024, 3, 1)
    before = dump(engine)
    import_files(engine, [folder])
    assert dump(engine) == before


def test_parquet_and_csv_end_in_the_same_store(
    engine: Engine, sqlite_engine: Engine, export: Path, tmp_path: Path
) -> None:
    typed = tmp_path / "typed"
    typed.mkdir()
    for name in EXPORT:
        frame = pl.read_csv(export / name, separator=";", infer_schema=False)
        frame.write_parquet(typed / name.replace(".csv", ".parquet"))
    import_files(engine, [typed])
    first = dump(engine)
    import_files(engine, [export])
    assert dump(engine) == first


def test_a_workbook_with_several_sheets_is_several_tables(engine: Engine, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Kontakte"
    sheet.append(["Kontakt-ID", "Nachname", "E-Mail", "Firma-ID", "Erstellt am", "Potenzial", "Kunde"])
    sheet.append([1, "Meier", "a@x.de", "F1", datetime(2024, 3, 1), 1.234, True])
    sheet.append([2, "Kurz", "b@x.de", "F1", date(2024, 4, 2), 5, False])
    firms = book.create_sheet("Firmen")
    firms.append(["Firma-ID", "Firma", "Branche", "Mitarbeiter"])
    firms.append(["F1", "Acme GmbH", "Handel", 20])
    book.create_sheet("Notizen").append(["Erstellt mit dem CRM"])
    book.save(tmp_path / "export.xlsx")
    report = import_files(engine, [tmp_path / "export.xlsx"])
    assert [file.name for file in report.files] == ["export.xlsx [Firmen]", "export.xlsx [Kontakte]"]
    meier, kurz = contact(engine, "1"), contact(engine, "2")
    assert (meier.created_on, meier.custom, meier.outcome) == (date(2024, 3, 1), {"Potenzial": 1.234}, True)
    assert (kurz.created_on, kurz.custom, kurz.outcome) == (date(2024, 4, 2), {"Potenzial": 5}, False)
    assert meier.company is not None and meier.company.name == "Acme GmbH"


def test_an_id_that_comes_twice_counts_once(engine: Engine, tmp_path: Path) -> None:
    text = "Kontakt-ID;Nachname;E-Mail\nK1;Meier;a@x.de\nK1;Meyer;a@x.de\n"
    report = import_files(engine, [write(tmp_path / "e", {"contacts.csv": text})])
    assert (report.tables["contacts"].new, report.tables["contacts"].repeated) == (1, 1)
    assert contact(engine, "K1").last_name == "Meier"
    assert import_files(engine, [tmp_path / "e"]).unchanged


def test_rows_that_name_nobody_are_rejected(engine: Engine, tmp_path: Path) -> None:
    text = "Vorname;Nachname;E-Mail;Notizen\nAnna;Meier;a@x.de;\n;;;wer?\n;;kein@;\n"
    report = import_files(engine, [write(tmp_path / "e", {"contacts.csv": text})], rejects=tmp_path / "r.csv")
    assert (report.tables["contacts"].new, report.tables["contacts"].rejected) == (1, 2)


def test_an_unreadable_cell_is_left_out_and_said(engine: Engine, tmp_path: Path) -> None:
    rows = "".join(f"K{n};Meier;x{n}@x.de;{n - 10}.01.2024;{1900 + 3 * n}\n" for n in range(25, 35))
    text = f"Kontakt-ID;Nachname;E-Mail;Erstellt am;Geburtsjahr\n{rows}K1;Alt;kein@;03.01.2024;1893\n"
    report = import_files(engine, [write(tmp_path / "e", {"contacts.csv": text})], rejects=tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        reasons = {(row["Spalte"], row["Grund"]) for row in csv.DictReader(file, delimiter=";")}
    assert reasons == {("E-Mail", "keine gültige E-Mail-Adresse"), ("Geburtsjahr", "unglaubwürdiges Geburtsjahr")}
    assert (report.cells_left_out, report.tables["contacts"].rejected) == (2, 0)
    assert (contact(engine, "K1").email, contact(engine, "K1").birth_year) == (None, None)


HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE contacts; --",
    '=HYPERLINK("http://x","y")',
    "😀 Ünïcödé 東京",
    "\\.",
    "\\N",
    'a "quoted", text; with\nnew lines\r\n\\.\nand more',
    "{0} {x} %s %(a)s",
    "x" * 100_000,
    "\u202egnp.exe",
    "\u0007bell",
    '{"a": null}',
]


def test_hostile_cells_are_kept_as_text_and_harm_nothing(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        headings = [f"{cell[:40]} {number}" for number, cell in enumerate(HOSTILE)]
        writer.writerow(["Kontakt-ID", "Vorname", "Nachname", "E-Mail", "Firma", "Notizen", *headings])
        for number, cell in enumerate(HOSTILE):
            writer.writerow([f"K{number}", cell, cell, "kein@", cell, cell, *[cell] * len(HOSTILE)])
        for number in range(100, 112):
            writer.writerow([f"K{number}", "Ben", "Kurz", f"b{number}@x.de", "Acme", "", *[""] * len(HOSTILE)])
    report = import_files(engine, [path], rejects=tmp_path / "rejects.csv")
    assert report.tables["contacts"].new == len(HOSTILE) + 12
    assert contact(engine, "K0").last_name == HOSTILE[0]
    assert contact(engine, "K1").custom[f"{HOSTILE[1]} 1"] == HOSTILE[1]
    assert contact(engine, "K3").last_name == HOSTILE[3]
    assert contact(engine, "K6").notes == HOSTILE[6].replace("\r\n", "\n")
    assert len(contact(engine, "K8").notes or "") == 20_000
    assert (contact(engine, "K9").last_name, contact(engine, "K10").last_name) == ("gnp.exe", "Bell")
    assert import_files(engine, [path], rejects=tmp_path / "again.csv").unchanged
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            assert not any(value.startswith(("=", "+", "-", "@", "\t")) for value in row)


def test_a_few_ragged_rows_of_a_long_table_are_set_aside(engine: Engine, tmp_path: Path) -> None:
    rows = "".join(f"K{number};N{number};x{number}@x.de\n" for number in range(300))
    text = f"Kontakt-ID;Nachname;E-Mail\n{rows}K999;zu;viele;Zellen\n"
    report = import_files(engine, [write(tmp_path / "e", {"contacts.csv": text})], rejects=tmp_path / "r.csv")
    assert (report.tables["contacts"].new, report.tables["contacts"].rejected) == (300, 1)
    assert "4 Zellen statt 3" in (tmp_path / "r.csv").read_text(encoding="utf-8-sig")


def test_progress_never_goes_back(sqlite_engine: Engine, export: Path) -> None:
    shares: list[float] = []
    import_files(sqlite_engine, [export], progress=lambda _text, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[0] >= 0 and shares[-1] <= 1


def test_companies_and_people_are_counted_by_market(engine: Engine, export: Path) -> None:
    assert import_files(engine, [export]).markets == {"b2b": 2, "b2c": 1}
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Company)) == 2
