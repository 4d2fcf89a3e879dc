import csv
from pathlib import Path

import pytest

from persona_store.crm import recognise
from persona_store.crm.builders import kind
from persona_store.crm.mapping import FileMapping
from persona_store.crm.recognition import find_system, match_headers

LAYOUTS = Path(__file__).parents[4] / "shared" / "data" / "crm-headers" / "layouts.csv"


def write(folder: Path, text: str, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def table(folder: Path, text: str, name: str = "export.csv") -> FileMapping:
    return recognise([write(folder, text, name)]).tables[0]


def layouts() -> list[tuple[str, list[str]]]:
    with LAYOUTS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(row["system"], row["header"].split(";" if ";" in row["header"] else ",")) for row in rows]


@pytest.mark.parametrize(("system", "headers"), layouts())
def test_exports_of_known_systems_are_recognised_by_their_headings(system: str, headers: list[str]) -> None:
    found = find_system(headers)
    assert found == (None if system.startswith("generic") else system)
    fields = set(match_headers(headers, "contacts", found, None).values())
    assert fields & {"last_name", "name"}
    assert fields & {"email", "mobile"}


def test_a_title_is_the_job_at_salesforce_and_academic_in_a_german_list() -> None:
    salesforce = match_headers(["id", "title", "lead_source", "is_converted"], "contacts", "Salesforce", None)
    german = match_headers(["Titel", "Vorname", "Nachname"], "contacts", None, None)
    assert (salesforce["title"], german["Titel"]) == ("job_title", "title")


@pytest.mark.parametrize("heading", ["E-Mail-Adresse", "EMail", "e_mail", "EMAIL", "emailAdresse", "Work Email"])
def test_headings_are_compared_without_case_and_punctuation(heading: str) -> None:
    assert match_headers([heading], "contacts", None, None) == {heading: "email"}


def test_umlauts_may_be_spelt_out() -> None:
    headers = ["Zustaendig", "Letzte Aktivitaet"]
    assert list(match_headers(headers, "contacts", None, None).values()) == ["owner", "last_activity_on"]


def test_an_email_column_is_known_by_its_cells(tmp_path: Path) -> None:
    found = table(tmp_path, "Nachname;Feld 7;Feld 8\nMeier;a@x.de;+49 30 123456\nKurz;b@y.de;0171 2345678\n")
    assert (found.header_of("email"), found.header_of("phone")) == ("Feld 7", "Feld 8")


def test_a_heading_that_its_cells_contradict_is_not_believed(tmp_path: Path) -> None:
    found = table(tmp_path, "Nachname;Vorname;E-Mail\n" + "Meier;Anna;ja\nKurz;Ben;nein\n")
    assert found.header_of("email") is None
    assert found.columns["E-Mail"].type == "yes_no"


def test_a_column_with_three_values_is_no_name(tmp_path: Path) -> None:
    rows = "".join(f"{'cellular' if number % 2 else 'telephone'};{number};no\n" for number in range(200))
    found = table(tmp_path, "contact;age;y\n" + rows)
    assert found.columns["contact"].attribute == "contact"
    assert found.header_of("outcome") == "y"


def test_day_first_is_proved_by_one_date_of_the_column(tmp_path: Path) -> None:
    found = table(tmp_path, "Nachname;E-Mail;Erstellt am\nA;a@x.de;03/04/2024\nB;b@x.de;25/04/2024\n")
    assert found.dates_of("Erstellt am") == "dmy"


def test_month_first_is_proved_by_one_date_of_the_column(tmp_path: Path) -> None:
    found = table(tmp_path, "Last Name,Email,Create Date\nA,a@x.de,03/04/2024\nB,b@x.de,04/25/2024\n")
    assert found.dates_of("Create Date") == "mdy"


def test_an_unclear_date_follows_the_other_columns_of_the_table(tmp_path: Path) -> None:
    text = "Last Name,Email,Create Date,Last Activity Date\nA,a@x.de,03/04/2024,04/25/2024\nB,b@x.de,05/06/2024,\n"
    assert table(tmp_path, text).dates_of("Create Date") == "mdy"


@pytest.mark.parametrize(
    ("amounts", "sign"), [(("1.234,50", "12,5"), ","), (("1,234.50", "12.5"), "."), (("1234,5", "1.000"), ",")]
)
def test_the_decimal_sign_is_proved_by_the_column(tmp_path: Path, amounts: tuple[str, ...], sign: str) -> None:
    rows = "".join(f"{number}\tx{number}@x.de\t{amount}\n" for number, amount in enumerate(amounts))
    assert table(tmp_path, f"ID\tE-Mail\tPotenzial\n{rows}").decimal_of("Potenzial") == sign


def test_postal_codes_and_other_numbers_with_leading_zeros_stay_text(tmp_path: Path) -> None:
    found = table(tmp_path, "Nachname;E-Mail;Kundengruppe\nA;a@x.de;01\nB;b@x.de;02\n")
    assert found.columns["Kundengruppe"].type == "text"


@pytest.mark.parametrize(
    ("header", "cells", "yes", "no"),
    [
        ("Kunde", ("ja", "nein", ""), ("ja",), ("nein",)),
        ("is_converted", ("true", "false", "true"), ("true",), ("false",)),
        ("Response", ("1", "0", "0"), ("1",), ("0",)),
        ("Lifecycle Stage", ("customer", "lead", "Disqualified"), ("customer",), ("Disqualified",)),
    ],
)
def test_the_outcome_is_recognised(
    tmp_path: Path, header: str, cells: tuple[str, ...], yes: tuple[str, ...], no: tuple[str, ...]
) -> None:
    rows = "".join(f"{number};x{number}@x.de;{cell}\n" for number, cell in enumerate(cells))
    column = table(tmp_path, f"Record ID;Email;{header}\n{rows}").columns[header]
    assert (column.yes, column.no) == (yes, no)


def test_tables_are_told_apart_whatever_the_files_are_called(tmp_path: Path) -> None:
    texts = {
        "a.csv": "Firma-ID;Firma;Branche;Mitarbeiter\nF1;Acme;Handel;20\n",
        "b.csv": "Kontakt-ID;Nachname;E-Mail;Firma-ID\nK1;Meier;a@x.de;F1\n",
        "c.csv": "Aktivität-ID;Kontakt-ID;Art;Zeitpunkt\nA1;K1;Anruf;01.02.2024 10:00\n",
        "d.csv": "Deal-ID;Kontakt-ID;Produkt;Phase;Betrag;Gewonnen\nD1;K1;X;Angebot;10,50;ja\n",
        "e.csv": "product,series,sales_price\nGTX,G,550\n",
        "f.csv": "sales_agent,manager,regional_office\nAnna,Ben,West\n",
    }
    for name, text in texts.items():
        write(tmp_path, text, name)
    found = {mapping.file: mapping.table for mapping in recognise([tmp_path]).tables}
    assert list(found.values()) == ["companies", "contacts", "interactions", "deals", "products", "sellers"]


def test_addresses_and_bank_data_are_not_collected(tmp_path: Path) -> None:
    found = table(tmp_path, "Nachname;E-Mail;Straße;IBAN;Fax\nMeier;a@x.de;Weg 1;DE00;030 1234567\n")
    assert {found.columns[name].field for name in ("Straße", "IBAN", "Fax")} == {"ignore"}


def test_truth_and_rejects_are_not_part_of_an_export(tmp_path: Path) -> None:
    write(tmp_path, "Nachname;E-Mail\nMeier;a@x.de\n", "contacts.csv")
    write(tmp_path, "x;y\n1;2\n", "rejects-20240101.csv")
    (tmp_path / "truth").mkdir()
    write(tmp_path / "truth", "x;y\n1;2\n", "contacts.csv")
    assert [mapping.file for mapping in recognise([tmp_path]).tables] == ["contacts.csv"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("E-Mail geöffnet", "email_open"), ("Email opened", "email_open"), ("Open", "email_open"),
        ("Klick", "email_click"), ("Link geklickt", "email_click"), ("Email click", "email_click"),
        ("Angebot", "offer"), ("Offer", "offer"), ("Quote", "offer"), ("Newsletter geöffnet", "newsletter"),
    ],
)  # fmt: skip
def test_kinds_of_touchpoints_are_known_by_german_and_english_words(text: str, name: str) -> None:
    assert kind(text) == name
