"""The SQL that sums contacts up, in words that SQLite, PostgreSQL and DuckDB understand alike.

For a few contacts it runs in the store itself, for a whole market in DuckDB over a copy of the columns it reads.
Parameters are `market` and, for a few contacts, `ids`. In reach of an attribute's own SQL are the columns of
interactions or deals; of contacts as `c.` and of companies as `k.` with the parameter `year`; and beside a deal
`owned` and `buyer`, 1 where the person has bought this product, or any.
"""

# ruff: noqa: S608 -- put together from names and numbers of this room; values are parameters

from functools import cache
from typing import Literal

from persona_store.segmentation.registry import BUILT_IN, Source

# Which interactions count: all, those before the person's outcome (all of whom has none), or these of the decided only.
Period = Literal["all", "until_outcome", "of_decided"]
LONGEST_NAME = 100
EMPTY_JSON = "{}"
# What people fetch, attend or click tells what they care for; what we write to them tells what we care for.
CONTENT_KINDS = ("download", "webinar", "email_click")
PERSON = "coalesce(c.duplicate_of, c.id)"
# "Webinar: Migration" and "Whitepaper: Migration" are the same topic in two forms.
TOPIC = "CASE WHEN instr(i.topic, ': ') > 0 THEN substr(i.topic, instr(i.topic, ': ') + 2) ELSE i.topic END"
# A CRM dates the day a lead became a customer, but rarely the day it was lost: the last lost deal tells that.
DECIDED = "coalesce(p.outcome_on, CASE WHEN p.outcome IS FALSE THEN lost.day END)"


@cache
def people(few: bool) -> str:
    """One row a person who stands for itself and did not object: who it is."""
    return f"""
        SELECT c.id AS contact_id, {_sums("contact")}, c.last_activity_on AS last_activity_on
        FROM contacts c LEFT JOIN companies k ON c.company_id = k.id
        WHERE {_persons(few)}"""


@cache
def head_count() -> str:
    """How many persons the market has."""
    return f"SELECT count(*) FROM contacts c WHERE {_persons(few=False)}"


@cache
def custom_documents(few: bool, every: int = 1) -> str:
    """Id, own custom columns and those of the company as JSON text, of each `every`-th person that has any."""
    own, company = "CAST(c.custom AS TEXT)", f"coalesce(CAST(k.custom AS TEXT), '{EMPTY_JSON}')"
    part = "" if every == 1 else f"AND c.id % {every} = 0"
    return f"""
        SELECT c.id AS contact_id, {own} AS own, {company} AS company
        FROM contacts c LEFT JOIN companies k ON c.company_id = k.id
        WHERE {_persons(few)} AND ({own} <> '{EMPTY_JSON}' OR {company} <> '{EMPTY_JSON}') {part}"""


@cache
def outcomes(few: bool) -> str:
    """Id and outcome of every person."""
    return f"SELECT c.id AS contact_id, c.outcome AS outcome FROM contacts c WHERE {_persons(few)}"


@cache
def decided(few: bool) -> str:
    """Every person whose outcome has a date."""
    return f"""
        SELECT c.id AS contact_id FROM contacts c {_before_join(few, "until_outcome")}
        WHERE {_persons(few)} AND {DECIDED} IS NOT NULL"""


@cache
def behaviour(few: bool, period: Period) -> str:
    """One row a person with any interaction: its sums, its doubles' included."""
    return f"""
        SELECT {PERSON} AS contact_id, {_sums("interactions")}, max(i.at) AS last_at,
               max(CASE WHEN length(i.text) > 0 THEN 1 ELSE 0 END) AS has_text
        FROM interactions i JOIN contacts c ON i.contact_id = c.id {_before_join(few, period)}
        WHERE {_with_doubles(few)} {_before(period)}
        GROUP BY {PERSON}"""


@cache
def topics(few: bool, period: Period) -> str:
    """The topic of most contents a person took in; of equally frequent ones the latest."""
    kinds = ", ".join(f"'{kind}'" for kind in CONTENT_KINDS)
    return _most_frequent(
        TOPIC,
        "i.at",
        "i.id",
        f"interactions i JOIN contacts c ON i.contact_id = c.id {_before_join(few, period)}",
        f"{_with_doubles(few)} {_before(period)} AND i.kind IN ({kinds}) AND i.topic <> ''",
    )


@cache
def purchases(few: bool) -> str:
    """The product of most won deals of a person; of equally frequent ones the latest, then the dearest."""
    return _most_frequent(
        "d.product",
        "d.closed_on",
        "d.amount",
        "deals d JOIN contacts c ON d.contact_id = c.id",
        f"{_with_doubles(few)} AND d.won IS TRUE AND d.product <> ''",
    )


@cache
def deals(few: bool) -> str:
    """One row a person with any deal: its sums, its doubles' included."""
    bought = "max(CASE WHEN d.won IS TRUE THEN 1 ELSE 0 END)"
    return f"""
        SELECT person AS contact_id, {_sums("deals")}
        FROM (
            SELECT {PERSON} AS person, d.product AS product, d.amount AS amount, d.margin AS margin, d.won AS won,
                   {bought} OVER (PARTITION BY {PERSON}, d.product) AS owned,
                   {bought} OVER (PARTITION BY {PERSON}) AS buyer
            FROM deals d JOIN contacts c ON d.contact_id = c.id
            WHERE {_with_doubles(few)}
        ) sales
        GROUP BY person"""


@cache
def hits(few: bool, period: Period) -> str:
    """What was found in texts about each person; notes bear no date, so they do not count as before the outcome."""
    dated = "" if period == "all" else "JOIN interactions i ON h.interaction_id = i.id"
    return f"""
        SELECT DISTINCT {PERSON} AS contact_id, h.kind AS kind, h.term AS term
        FROM text_hits h JOIN contacts c ON h.contact_id = c.id {dated} {_before_join(few, period)}
        WHERE {_with_doubles(few)} {_before(period)}"""


@cache
def noted(few: bool) -> str:
    """Every person about whom there are notes."""
    return f"SELECT DISTINCT {PERSON} AS contact_id FROM contacts c WHERE {_with_doubles(few)} AND length(c.notes) > 0"


def _sums(source: Source) -> str:
    return ", ".join(f"{one.sql} AS {one.key}" for one in BUILT_IN if one.source == source and one.sql)


def _most_frequent(name: str, moment: str, number: str, rows: str, condition: str) -> str:
    short = f"substr({name}, 1, {LONGEST_NAME})"
    return f"""
        SELECT contact_id, name
        FROM (
            SELECT {PERSON} AS contact_id, {short} AS name,
                   row_number() OVER (
                       PARTITION BY {PERSON}
                       ORDER BY count(*) DESC, max({moment}) DESC NULLS LAST, max({number}) DESC
                   ) AS place
            FROM {rows}
            WHERE {condition}
            GROUP BY {PERSON}, {short}
        ) ranked
        WHERE place = 1"""


def _before_join(few: bool, period: Period) -> str:
    if period == "all":
        return ""
    wanted = "AND d.contact_id IN :ids" if few else ""
    return f"""
        JOIN contacts p ON p.id = {PERSON}
        LEFT JOIN (
            SELECT d.contact_id, max(d.closed_on) AS day FROM deals d
            WHERE d.won IS FALSE {wanted} GROUP BY d.contact_id
        ) lost ON lost.contact_id = p.id"""


def _before(period: Period) -> str:
    before = f"i.at < {DECIDED}"
    return {"all": "", "until_outcome": f"AND ({DECIDED} IS NULL OR {before})", "of_decided": f"AND {before}"}[period]


def _persons(few: bool) -> str:
    wanted = "AND c.id IN :ids" if few else ""
    return f"c.market = :market AND c.duplicate_of IS NULL AND c.blocked_on IS NULL {wanted}"


def _with_doubles(few: bool) -> str:
    wanted = "AND (c.id IN :ids OR c.duplicate_of IN :ids)" if few else ""
    return f"c.market = :market AND c.blocked_on IS NULL {wanted}"
