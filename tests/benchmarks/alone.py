"""What DuckDB alone makes of the sample's CSV files: every built-in attribute, one row a contact, and nothing else.

The measure for import and build: the same files, the same row a contact, without store, index, checks or personas.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from persona_store.crm.sample.words import CHANNELS, KINDS
from persona_store.crm.words import layout_file
from persona_store.segmentation.registry import BUILT_IN, Source
from persona_store.segmentation.statements import CONTENT_KINDS, TOPIC

USUAL: Mapping[str, str] = layout_file("words")["kind_channels"]  # the channel of a kind where none is told
COMPANIES = """
    SELECT "Firma-ID" AS id, "Branche" AS industry, try_cast("Mitarbeiter" AS INTEGER) AS employees, "Region" AS region
    FROM {file}"""
CONTACTS = """
    SELECT "Kontakt-ID" AS id, "Firma-ID" AS company_id, "Position" AS function, "Position" AS level,
        "Region" AS region, "Quelle" AS source, try_cast("Geburtsjahr" AS INTEGER) AS birth_year,
        CAST(try_strptime("Letzte Aktivität", '%d.%m.%Y') AS DATE) AS last_activity_on
    FROM {file}"""
INTERACTIONS = """
    SELECT "Aktivität-ID" AS id, "Kontakt-ID" AS contact_id, {kinds} AS kind,
        coalesce({channels}, {usual_channels}) AS channel,
        CASE "Richtung" WHEN 'ausgehend' THEN 'out' ELSE 'in' END AS direction,
        CASE "Beantwortet" WHEN 'ja' THEN TRUE WHEN 'nein' THEN FALSE END AS responded,
        try_strptime("Zeitpunkt", '%d.%m.%Y %H:%M') AS at,
        try_cast(replace("Dauer (Min.)", ',', '.') AS DOUBLE) AS minutes, "Thema" AS topic
    FROM {file}"""
DEALS = """
    SELECT "Kontakt-ID" AS contact_id, "Produkt" AS product,
        try_cast(replace("Betrag", ',', '.') AS DOUBLE) AS amount,
        try_cast(replace("Marge", ',', '.') AS DOUBLE) AS margin,
        CASE "Gewonnen" WHEN 'ja' THEN TRUE WHEN 'nein' THEN FALSE END AS won,
        try_strptime("Abgeschlossen am", '%d.%m.%Y') AS closed_on
    FROM {file}"""
TOUCHED = "SELECT contact_id, {sums}, max(i.at) AS last_at FROM interactions i GROUP BY contact_id"
SALES = """
    SELECT contact_id, {sums} FROM (
        SELECT *, max(CASE WHEN won THEN 1 ELSE 0 END) OVER (PARTITION BY contact_id, product) AS owned,
            max(CASE WHEN won THEN 1 ELSE 0 END) OVER (PARTITION BY contact_id) AS buyer
        FROM deals
    ) GROUP BY contact_id"""
FAVOURITE = """
    SELECT contact_id, arg_max(name, (n, last)) AS {key} FROM (
        SELECT contact_id, {name} AS name, count(*) AS n, max({moment}) AS last FROM {rows} GROUP BY ALL
    ) GROUP BY contact_id"""
ROWS = """
    SELECT c.id AS contact_id, {sums},
        date_diff('day', greatest(CAST(t.last_at AS DATE), c.last_activity_on), $today) AS recency,
        t.* EXCLUDE (contact_id, last_at), s.* EXCLUDE (contact_id), favourite_topic, favourite_product
    FROM contacts c LEFT JOIN companies k ON k.id = c.company_id
    LEFT JOIN touched t ON t.contact_id = c.id LEFT JOIN sales s ON s.contact_id = c.id
    LEFT JOIN topics ON topics.contact_id = c.id LEFT JOIN products ON products.contact_id = c.id"""


def aggregate_alone(folder: Path, database: duckdb.DuckDBPyConnection) -> None:
    """Makes the table `one_row_per_contact` of the four CSV files in `folder`, as quick as DuckDB does it."""
    kept = "TABLE", "TEMP VIEW"
    for name, query, kind in (
        ("companies", COMPANIES, kept[1]),
        ("contacts", CONTACTS, kept[1]),
        ("interactions", INTERACTIONS, kept[0]),  # both are read twice
        ("deals", DEALS, kept[0]),
    ):
        file = f"read_csv('{folder / name}.csv', delim=';', header=true, all_varchar=true)"
        words = {
            "kinds": _translated("Art", {there: meant for meant, there in KINDS.items()}),
            "channels": _translated("Kanal", {there: meant for meant, there in CHANNELS.items()}),
            "usual_channels": _translated("Art", {KINDS[one]: usual for one, usual in USUAL.items() if one in KINDS}),
        }
        database.execute(f"CREATE {kind} {name} AS {query.format(file=file, **words)}")
    rows = f"interactions i WHERE kind IN {CONTENT_KINDS} AND topic <> ''"
    topics = FAVOURITE.format(key="favourite_topic", name=TOPIC, moment="i.at", rows=rows)
    rows = "deals WHERE won AND product <> ''"
    products = FAVOURITE.format(key="favourite_product", name="product", moment="closed_on", rows=rows)
    for name, query in (
        ("touched", TOUCHED.format(sums=_sums("interactions"))),
        ("sales", SALES.format(sums=_sums("deals"))),
        ("topics", topics),
        ("products", products),
    ):
        database.execute(f"CREATE TEMP VIEW {name} AS {query}")
    year, today = database.execute("SELECT year(max(i.at)), CAST(max(i.at) AS DATE) FROM interactions i").fetchall()[0]
    sums = _sums("contact").replace(":year", str(int(year)))
    database.execute(f"CREATE TABLE one_row_per_contact AS {ROWS.format(sums=sums)}", {"today": today})


def _sums(source: Source) -> str:
    return ", ".join(f"{one.sql} AS {one.key}" for one in BUILT_IN if one.source == source and one.sql)


def _translated(column: str, words: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN '{there}' THEN '{meant}'" for there, meant in words.items())
    return f'CASE "{column}" {cases} END'
