"""That a sample looks like a real CRM: whole, varied, plausible, with the flaws real ones have."""

import re
from datetime import date

import polars as pl

from persona_store.crm.sample import words
from persona_store.crm.sample.population import REFERENCE_DATE
from persona_store.crm.sample.titles import title_pool


def day(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%d.%m.%Y")


def moment() -> pl.Expr:
    return pl.col("Zeitpunkt").str.to_datetime("%d.%m.%Y %H:%M")


def share(column: pl.Series) -> float:
    return column.null_count() / len(column)


def test_every_reference_leads_somewhere(sample) -> None:
    contacts, companies = sample.contacts["Kontakt-ID"].implode(), sample.companies["Firma-ID"].implode()
    assert sample.contacts["Kontakt-ID"].is_unique().all()
    assert sample.companies["Firma-ID"].is_unique().all()
    assert sample.interactions["Kontakt-ID"].is_in(contacts).all()
    assert sample.deals["Kontakt-ID"].is_in(contacts).all()
    assert sample.contacts["Firma-ID"].drop_nulls().is_in(companies).all()
    assert sample.deals["Firma-ID"].drop_nulls().is_in(companies).all()
    assert sample.truth["Kontakt-ID"].to_list() == sample.contacts["Kontakt-ID"].to_list()
    assert sample.truth["duplicate_of"].drop_nulls().is_in(contacts).all()
    used = sample.contacts["Firma-ID"].n_unique() / len(sample.companies)
    assert used > 0.95, "companies without contacts are rare"


def test_most_contacts_are_business_contacts(sample) -> None:
    private = sample.contacts.filter(pl.col("Firma").is_null())
    assert 0.10 <= len(private) / len(sample.contacts) <= 0.15
    assert private["Position"].is_null().all()
    assert private["Geburtsjahr"].is_not_null().mean() > 0.7


def test_there_are_enough_interactions_of_every_kind(sample) -> None:
    assert 18 <= len(sample.interactions) / len(sample.contacts) <= 22
    assert set(sample.interactions["Art"]) == set(words.KINDS.values())
    assert set(sample.interactions["Kanal"].drop_nulls()) == set(words.CHANNELS.values())
    contacts = sample.interactions.filter(pl.col("Art").is_in(["Anruf", "Termin", "Chat"]))
    outgoing = contacts.filter(pl.col("Richtung") == words.OUTGOING)
    assert outgoing["Beantwortet"].is_not_null().all()
    assert contacts.filter(pl.col("Richtung") == words.INCOMING)["Beantwortet"].is_null().all()
    assert (contacts["Dauer (Min.)"] >= 1).all()


def test_mails_are_opened_before_they_are_clicked_and_offers_are_taken_or_not(sample) -> None:
    kinds = dict(sample.interactions["Art"].value_counts().iter_rows())
    assert kinds["E-Mail geöffnet"] > 2 * kinds["Link geklickt"] > kinds["Angebot"]
    offers = sample.interactions.filter(pl.col("Art") == "Angebot")
    assert set(offers["Richtung"]) == {words.OUTGOING}
    assert 0.2 <= (offers["Beantwortet"] == words.YES).mean() <= 0.5
    signed_off = sample.interactions.filter(pl.col("Art") == "Abmeldung").select("Kontakt-ID", moment().alias("off"))
    news = sample.interactions.filter(
        (pl.col("Art") == "E-Mail geöffnet") & pl.col("Thema").str.starts_with("Newsletter")
    )
    both = news.select("Kontakt-ID", moment().alias("at")).join(signed_off, on="Kontakt-ID")
    assert (both["at"] <= both["off"]).all(), "nobody opens a newsletter after signing off"


def test_readers_differ_by_class_and_opening_does_not_tell_the_class(sample) -> None:
    opened = sample.interactions.filter(pl.col("Art") == "E-Mail geöffnet").group_by("Kontakt-ID").len("opened")
    counts = sample.truth.join(opened, on="Kontakt-ID", how="left").fill_null(0)
    mean = dict(counts.group_by("class").agg(pl.mean("opened")).iter_rows())
    spread = dict(counts.group_by("class").agg(pl.std("opened")).iter_rows())
    assert mean["marketing_tech"] > 1.8 * mean["gf_kmu"]
    assert mean["marketing_tech"] - mean["gf_kmu"] < 3 * (spread["marketing_tech"] + spread["gf_kmu"]) / 2


def test_a_few_business_contacts_look_for_a_job_and_never_buy(sample) -> None:
    seekers = sample.truth.filter(pl.col("anti") == "job_seeker").join(sample.contacts, on="Kontakt-ID")
    assert 0.005 <= len(seekers) / len(sample.contacts) <= 0.02
    assert not (seekers["Kunde"] == words.YES).any()
    assert seekers["Firma"].is_not_null().mean() > 0.9
    topics = sample.interactions.filter(pl.col("Thema").str.contains("Karriere|Stellen|Bewerbung|Application"))
    assert set(seekers["Kontakt-ID"]) == set(topics["Kontakt-ID"])


def test_customers_come_back_and_have_a_favourite_product(sample) -> None:
    won = sample.deals.filter(pl.col("Gewonnen") == words.YES)
    deals = won.group_by("Kontakt-ID").agg(pl.len(), pl.col("Produkt").n_unique().alias("products"))
    assert 0.25 <= (deals["len"] > 1).mean() <= 0.45
    assert 0.1 <= (deals["products"] > 1).mean() <= 0.4
    often = deals.filter(pl.col("len") >= 3)
    assert (often["products"] < often["len"]).mean() > 0.5, "of several purchases some are the same product again"


def test_people_work_at_working_hours(sample) -> None:
    calls = sample.interactions.filter(pl.col("Art") == "Anruf")["Zeitpunkt"].str.to_datetime("%d.%m.%Y %H:%M")
    assert calls.dt.weekday().max() <= 5
    assert calls.dt.hour().min() >= 8
    assert calls.dt.hour().max() <= 17


def test_nothing_happens_before_the_contact_or_after_the_reference_date(sample) -> None:
    dated = sample.interactions.join(sample.contacts, on="Kontakt-ID").select(
        pl.col("Zeitpunkt").str.to_datetime("%d.%m.%Y %H:%M").dt.date().alias("at"),
        day("Erstellt am").alias("created"),
        day("Letzte Aktivität").alias("last"),
    )
    assert (dated["at"] >= dated["created"]).all()
    assert (dated["at"] <= dated["last"]).all()
    assert dated["last"].max() <= REFERENCE_DATE
    won = sample.contacts.filter(pl.col("Kunde seit").is_not_null())
    assert (won["Kunde"] == words.YES).all()
    assert won.select((day("Kunde seit") > day("Erstellt am")).all()).item()
    deals = sample.deals.select(day("Eröffnet am").alias("a"), day("Abgeschlossen am").alias("b")).drop_nulls()
    assert (deals["a"] <= deals["b"]).all()
    assert deals["b"].max() <= REFERENCE_DATE == date(2026, 6, 30)


def test_titles_names_and_companies_are_as_varied_as_in_life(sample) -> None:
    assert len(set(title_pool().texts)) >= 250
    titles = set(sample.contacts["Position"].drop_nulls())
    assert len(titles) >= 400
    for title in ("Vertriebsleiterin", "Head of Sales", "IT-Leiter", "GF", "Sysadmin", "Einkäufer", "CEO"):
        assert title in titles
    assert any("m/w/d" in title for title in titles)
    assert any(title.isupper() and len(title) > 5 for title in titles)
    names = sample.contacts.select(pl.col("Vorname") + " " + pl.col("Nachname")).to_series()
    assert 0.93 <= names.n_unique() / len(names) < 1
    assert sample.companies["Firma"].is_unique().all()
    assert sample.contacts["Nachname"].str.contains("-").any()
    assert sample.contacts["Nachname"].str.contains("[äöüß]").mean() > 0.1
    assert {"Dr.", "Dipl.-Ing."} <= set(sample.contacts["Titel"].drop_nulls())


def test_companies_are_consistent(sample) -> None:
    known = sample.companies.drop_nulls(["Mitarbeiter", "Umsatz"])
    per_head = known["Umsatz"] / known["Mitarbeiter"]
    assert per_head.min() > 10_000
    assert per_head.max() < 2_500_000
    large = sample.companies.filter(pl.col("Mitarbeiter") > 2_000)["Firma"]
    assert not large.str.contains(r"e\.K\.|UG|GbR").any()
    assert known["PLZ"].str.contains(r"^\d{4,5}$|^[A-Z]").all()
    for form in ("GmbH", "AG", "KG", "GmbH & Co. KG", "e.K.", "SE"):
        assert sample.companies["Firma"].str.ends_with(f" {form}").any()
    several = sample.contacts.drop_nulls("Firma-ID").group_by("Firma-ID").len()
    assert (several["len"] > 2).mean() > 0.2


def test_addresses_fit_names_and_companies(sample) -> None:
    mails = sample.contacts.drop_nulls(["E-Mail", "Firma-ID"]).join(sample.companies, on="Firma-ID")
    mails = mails.drop_nulls("Website")
    own = mails["E-Mail"].str.split("@").list.last() == mails["Website"].str.strip_prefix("www.")
    assert own.mean() > 0.85
    assert sample.contacts["E-Mail"].drop_nulls().str.contains(r"^[a-z0-9._-]+@[a-z0-9.-]+\.[a-z]+$").all()
    assert all(re.fullmatch(r"[+()/0-9 ]{8,}", phone) for phone in sample.contacts["Telefon"].drop_nulls())


def test_gaps_are_there_and_tell_something(sample) -> None:
    for column, low, high in (
        ("E-Mail", 0.03, 0.1),
        ("Telefon", 0.15, 0.35),
        ("Quelle", 0.05, 0.15),
        ("Titel", 0.8, 1),
    ):
        assert low <= share(sample.contacts[column]) <= high
    small = sample.companies.filter(pl.col("Mitarbeiter") <= 50)
    large = sample.companies.filter(pl.col("Mitarbeiter") > 250)
    assert share(small["Umsatz"]) > share(large["Umsatz"]) + 0.2
    lost, won = (sample.deals.filter(pl.col("Gewonnen") == answer) for answer in (words.NO, words.YES))
    assert share(lost["Betrag"]) > share(won["Betrag"]) + 0.15


def test_about_three_in_a_hundred_are_doubles(sample) -> None:
    doubles = sample.truth.drop_nulls("duplicate_of")
    assert len(doubles) == round(0.03 * len(sample.contacts))
    pairs = doubles.join(sample.contacts, on="Kontakt-ID").join(
        sample.contacts, left_on="duplicate_of", right_on="Kontakt-ID", suffix=" (original)"
    )
    same = pairs["Vorname"] + pairs["Nachname"] == pairs["Vorname (original)"] + pairs["Nachname (original)"]
    assert 0.2 <= same.mean() <= 0.6
    assert (pairs["E-Mail"] != pairs["E-Mail (original)"]).mean() > 0.4
    swapped = (pairs["Vorname"] == pairs["Nachname (original)"]) & (pairs["Nachname"] == pairs["Vorname (original)"])
    assert swapped.any()


def test_some_records_are_stale(sample) -> None:
    idle = sample.contacts.select((pl.lit(REFERENCE_DATE) - day("Letzte Aktivität")).dt.total_days() > 730).to_series()
    assert 0.05 <= idle.mean() <= 0.5
