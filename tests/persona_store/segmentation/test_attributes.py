"""The attribute table: summed in the database, one row a person, on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from persona_store.database import session_scope
from persona_store.database.models import Company, Contact, Deal, Interaction
from persona_store.segmentation.aggregation import newest_data
from persona_store.segmentation.attributes import attribute_frame, attributes
from persona_store.segmentation.custom import recognise_custom


def contact(number: int, **values: Any) -> Contact:
    return Contact(**({"id": number, "key": f"p{number}", "market": "b2b", "custom": {}} | values))


def call(number: int, contact_id: int, **values: Any) -> Interaction:
    usual = {"kind": "call", "channel": "phone", "direction": "out", "at": datetime(2025, 1, number)}
    return Interaction(**({"key": f"i{number}", "contact_id": contact_id} | usual | values))


def store(engine: Engine, *rows: Any) -> None:
    with session_scope(engine, writes=True) as session:
        for row in rows:
            session.add(row)
            session.flush()


def rows(engine: Engine, market: str = "b2b", ids: Sequence[int] | None = None, **options: Any) -> dict[int, Any]:
    with session_scope(engine) as session:
        frame = attribute_frame(session, market, ids, **options)
    return {row["contact_id"]: row for row in frame.iter_rows(named=True)}


def test_who_a_contact_is_comes_from_contact_and_company(engine: Engine) -> None:
    firm = Company(id=1, key="c", name="C", name_key="c", industry="retail", employees=80, region="Hessen", custom={})
    store(engine, firm, contact(1, company_id=1, function="it", level="unknown", source="web"))
    row = rows(engine)[1]
    expected = {"function": "it", "level": None, "industry": "retail", "company_size": 80.0, "region": "Hessen"}
    assert expected.items() <= row.items()
    assert row["source"] == "web"


def test_what_a_contact_does_is_summed_up(engine: Engine) -> None:
    store(
        engine,
        contact(1),
        call(1, 1, responded=True, minutes=10),
        call(2, 1, responded=False, minutes=5),
        call(3, 1, responded=None),
        call(4, 1, kind="email", channel="email", responded=False),
        call(5, 1, kind="download", channel=None, direction="in"),
        call(6, 1, kind="download", channel=None, direction="in"),
        contact(2),
    )
    active, silent = rows(engine)[1], rows(engine)[2]
    expected = {"response_phone": 0.5, "response_email": 0.0, "response_chat": None, "downloads": 2.0}
    assert expected.items() <= active.items()
    assert {"frequency": 6.0, "variety": 3.0, "care_minutes": 15.0, "webinars": 0.0, "recency": 0.0}.items() <= (
        active.items()
    )
    assert {silent[name] for name in ("downloads", "frequency", "recency", "response_phone")} == {None}


def test_deals_say_what_a_contact_is_worth(engine: Engine) -> None:
    def deal(number: int, **values: Any) -> Deal:
        return Deal(key=f"d{number}", custom={}, **values)

    store(
        engine,
        *(contact(number) for number in (1, 2, 3)),
        deal(1, contact_id=1, amount=100.0, won=True),
        deal(2, contact_id=1, amount=50.0, won=None),
        deal(3, contact_id=2, amount=70.0, won=False),
    )
    found = rows(engine)
    assert [(found[number]["revenue"], found[number]["potential"]) for number in (1, 2, 3)] == [
        (100.0, 50.0),
        (0.0, None),
        (None, None),
    ]


def test_a_duplicate_has_no_row_but_counts_for_the_person(engine: Engine) -> None:
    store(
        engine,
        contact(1),
        contact(2, duplicate_of=1),
        call(1, 1, responded=True),
        call(2, 2, responded=False),
        call(9, 2, kind="download", channel=None, direction="in"),
    )
    for found in (rows(engine), rows(engine, ids=[1])):
        assert list(found) == [1]
        assert found[1]["response_phone"] == 0.5
        assert found[1]["downloads"] == 1.0
        assert found[1]["recency"] == 0.0


def test_who_objected_takes_no_part(engine: Engine) -> None:
    blocked = contact(1, blocked_on=date(2025, 1, 1))
    store(engine, blocked, contact(2), contact(3, market="b2c"))
    assert list(rows(engine)) == [2]
    assert rows(engine, ids=[1]) == {}


def test_a_few_contacts_get_the_rows_they_have_among_all(engine: Engine) -> None:
    store(engine, *(contact(number, source=f"s{number}") for number in (1, 2, 3)), call(1, 2, responded=True))
    everyone = rows(engine)
    assert rows(engine, ids=[2, 3]) == {number: everyone[number] for number in (2, 3)}


def test_up_to_the_outcome_only_what_was_before_it_counts(engine: Engine) -> None:
    store(
        engine,
        contact(1, outcome=True, outcome_on=date(2025, 1, 3)),
        contact(2, duplicate_of=1),
        *(call(number, 1, responded=True) for number in (1, 5)),
        call(2, 2, responded=False),
        call(6, 2, responded=False),
    )
    assert rows(engine)[1]["frequency"] == 4.0
    before = rows(engine, until_outcome=True)[1]
    assert (before["frequency"], before["response_phone"], before["recency"]) == (2.0, 0.5, None)


def test_ages_out_of_reach_are_not_known(engine: Engine) -> None:
    people = [contact(number, market="b2c", birth_year=year) for number, year in enumerate((1985, 1893, 2024), start=1)]
    store(engine, *people)
    ages = [row["age"] for row in rows(engine, "b2c", as_of=date(2025, 6, 1)).values()]
    assert ages == [40.0, None, None]


def test_the_newest_data_date_the_build(engine: Engine) -> None:
    with session_scope(engine) as session:
        assert newest_data(session) is None
    store(engine, contact(1, last_activity_on=date(2025, 3, 1)), call(9, 1))
    with session_scope(engine) as session:
        assert newest_data(session) == date(2025, 3, 1)


def custom_store(
    engine: Engine, documents: Sequence[Mapping[str, Any]], company: Mapping[str, Any] | None = None
) -> None:
    firm = Company(id=1, key="c", name="C", name_key="c", custom=dict(company or {}))
    people = [contact(number, company_id=1, custom=dict(one)) for number, one in enumerate(documents, start=1)]
    store(engine, firm, *people)


def test_columns_are_recognised_from_their_content(engine: Engine) -> None:
    documents = [
        {
            "Income": 1000.5 * (number % 17),
            "Education": ["PhD", "Master"][number % 2],
            "Mixed": str(number % 9) if number % 2 else number % 9,
            "Member ID": number,
            "Same": "x",
            "Since": f"2024-01-{number % 28 + 1:02d}",
            "Remark": f"called on day {number}, wants more of {number * 7}",
            "Token": f"a{number * 7919}",
            "Rare": "y" if number == 3 else None,
        }
        for number in range(60)
    ]
    custom_store(engine, documents, {"Subsidiary": "north"})
    with session_scope(engine) as session:
        found, left_out = recognise_custom(session, "b2b")
    assert {one.key: one.numeric for one in found} == {"Income": True, "Education": False, "Mixed": True}
    assert left_out == {
        "Member ID": "identifier",
        "Same": "constant",
        "Since": "date",
        "Remark": "free_text",
        "Token": "identifier",
        "Rare": "nearly_empty",
        "Subsidiary": "constant",
    }


def test_custom_columns_are_attributes_of_the_table(engine: Engine) -> None:
    custom_store(
        engine, [{"Income": 10, "Job": "clerk"}, {"Income": "20.5"}, {"Job": "nurse"}], {"Job": "firm", "Since": 1999}
    )
    found = rows(engine)
    assert [found[number]["Income"] for number in (1, 2, 3)] == [10.0, 20.5, None]
    assert [found[number]["Job"] for number in (1, 2, 3)] == ["clerk", "firm", "nurse"]


def test_a_custom_column_named_like_a_built_in_attribute_is_that_attribute(engine: Engine) -> None:
    people = [contact(number, market="b2c", custom={"age": 20 + number}) for number in range(1, 6)]
    store(engine, *people)
    with session_scope(engine) as session:
        age = next(one for one in attributes(session, "b2c") if one.key == "age")
    assert (age.kind, age.levels[0]) == ("custom", "0-29")
    assert rows(engine, "b2c")[3]["age"] == 23.0


@pytest.mark.parametrize("hostile", ['"', "\\", "\n{}", "ÄÖ", "x" * 300, "'; DROP TABLE contacts; --"])
def test_hostile_custom_text_stays_text(engine: Engine, hostile: str) -> None:
    custom_store(engine, [{"Job": hostile}, {"Job": "b"}, {hostile: 5}, {hostile: 6}])
    assert rows(engine)[1]["Job"] == hostile.strip()[:100]


def test_known_attributes_after_the_outcome_are_marked(engine: Engine) -> None:
    store(engine, contact(1))
    with session_scope(engine) as session:
        marked = {one.key for one in attributes(session, "b2b") if one.after_outcome}
    deals = {"revenue", "margin", "potential", "cross_selling", "product_variety", "favourite_product"}
    assert marked == deals | {"offer_reaction"}
