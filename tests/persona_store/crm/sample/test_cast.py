"""The people who stand in every sample."""

import polars as pl
import pytest

from persona_store.crm.sample import CAST
from persona_store.crm.sample.cast import COMPANIES, SABINE_MEIER_ID


@pytest.mark.parametrize("name", ["small", "sample"])
def test_the_cast_stands_in_every_sample(name: str, request: pytest.FixtureRequest) -> None:
    sample = request.getfixturevalue(name)
    for member in CAST:
        (row,) = sample.contacts.filter(pl.col("Kontakt-ID") == member.contact_id).iter_rows(named=True)
        company = {each.key: each.name for each in COMPANIES}.get(member.company)
        assert (row["Vorname"], row["Nachname"], row["Titel"]) == (member.first, member.last, member.academic)
        assert (row["Position"], row["Firma"], row["E-Mail"]) == (member.title, company, member.email)
        assert row["Kunde"] == {None: None, True: "ja", False: "nein"}[member.customer]


def test_nobody_else_bears_the_name_of_one_of_the_cast(sample) -> None:
    originals = sample.contacts.join(sample.truth.filter(pl.col("duplicate_of").is_null()), on="Kontakt-ID")
    full = originals.select(pl.col("Vorname") + " " + pl.col("Nachname")).to_series()
    for member in CAST:
        assert (full == member.full_name).sum() == 1
        assert member.contact_id not in sample.truth["duplicate_of"].to_list()


def test_the_cast_holds_what_demos_ask(sample) -> None:
    by_id = {member.contact_id: member for member in CAST}
    assert by_id[SABINE_MEIER_ID].title == "Geschäftsführerin"
    nordwerk = sample.contacts.filter(pl.col("Firma") == "Nordwerk Antriebe AG")
    assert (nordwerk["Nachname"] == "Müller").sum() == 3
    assert "Müller-Lüdenscheid" in nordwerk["Nachname"].to_list()
    assert {member.cls for member in CAST} >= {"student", "competitor", "complainer"}


def test_the_cast_behaves_as_its_class(sample) -> None:
    kinds = sample.interactions.group_by("Kontakt-ID", "Art").len()

    def count(name: str, kind: str) -> int:
        contact = next(member.contact_id for member in CAST if member.full_name == name)
        found = kinds.filter((pl.col("Kontakt-ID") == contact) & (pl.col("Art") == kind))["len"]
        return int(found.sum())

    assert count("Jan Schulze", "Download") >= 5
    assert count("Jan Schulze", "Preisseite") == 0
    assert count("Günther Grollmann", "Beschwerde") >= 4
    assert count("Marco Brunner", "Preisseite") >= 3
    weber = sample.interactions.filter((pl.col("Kontakt-ID") == 4712) & (pl.col("Richtung") == "ausgehend"))
    calls = weber.filter(pl.col("Kanal") == "Telefon")["Beantwortet"] == "ja"
    mails = weber.filter(pl.col("Art") == "E-Mail")["Beantwortet"] == "ja"
    assert calls.mean() > mails.mean()
