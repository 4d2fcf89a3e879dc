"""What a contact buys, and whether the data bear the advice to spare them other offers."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from actions.answers.buying import buying_answer
from persona_store.database import session_scope
from persona_store.database.models import Contact, Deal, Interaction
from persona_store.errors import NotAllowed
from persona_store.segmentation.buying import Buying, buying_behaviour


def person(number: int, **values: Any) -> Contact:
    return Contact(**({"id": number, "key": f"p{number}", "market": "b2b", "last_name": "Kunz", "custom": {}} | values))


def sale(contact: int, product: str, place: int = 0, **values: Any) -> Deal:
    usual = {"amount": 100.0, "won": True, "closed_on": date(2025, 1, 1 + place)}
    key = f"d{contact}-{product}-{place}"
    return Deal(**({"key": key, "contact_id": contact, "product": product, "custom": {}} | usual | values))


def offers(contact: int, topic: str, refused: int, accepted: int) -> list[Interaction]:
    answers = [False] * refused + [True] * accepted
    return [
        Interaction(
            key=f"o{contact}-{topic}-{place}",
            contact_id=contact,
            kind="offer",
            topic=topic,
            responded=answer,
            at=datetime(2025, 1, 1),
        )
        for place, answer in enumerate(answers)
    ]


def fill(engine: Engine, *rows: Any) -> None:
    with session_scope(engine, writes=True) as session:
        for row in rows:
            session.add(row)
            session.flush()


def bought_by(engine: Engine, contact: int) -> Buying:
    with session_scope(engine) as session:
        return buying_behaviour(session, contact)


def crowd(first: int = 10, size: int = 20) -> list[Any]:
    """Similar customers who accept half of the offers of other products."""
    numbers = range(first, first + size)
    people = [person(number) for number in numbers]
    return [*people, *(row for number in numbers for row in (sale(number, "saw"), *offers(number, "drill", 2, 2)))]


def test_products_are_counted_with_revenue_and_last_day_doubles_included(engine: Engine) -> None:
    fill(
        engine,
        person(1),
        person(2, duplicate_of=1),
        sale(1, "saw"),
        sale(2, "saw", 5, amount=None),
        sale(1, "drill", amount=None),
        sale(1, "lathe", won=False),
    )
    found = bought_by(engine, 2)
    assert [(one.product, one.n, one.revenue, one.last) for one in found.bought] == [
        ("saw", 2, 100.0, date(2025, 1, 6)),
        ("drill", 1, None, date(2025, 1, 1)),
    ]
    assert found.favourite == "saw"
    assert found.favourite_share == pytest.approx(2 / 3)


def test_who_buys_one_product_and_surely_refuses_others_is_spared_them(engine: Engine) -> None:
    fill(engine, person(1), sale(1, "saw"), sale(1, "saw", 1), *offers(1, "drill", 8, 0), *crowd())
    found = bought_by(engine, 1)
    assert (found.others.n, found.others.accepted, found.advice) == (8, 0, "spare_other_offers")
    assert found.others.high is not None
    assert found.usual.rate is not None
    assert found.others.high < found.usual.rate


def test_three_refusals_do_not_bear_the_advice(engine: Engine) -> None:
    fill(engine, person(1), sale(1, "saw"), sale(1, "saw", 1), *offers(1, "drill", 3, 0), *crowd())
    assert bought_by(engine, 1).advice == "cannot_tell"


def test_offers_of_the_own_product_say_nothing_about_others(engine: Engine) -> None:
    fill(engine, person(1), sale(1, "saw"), sale(1, "saw", 1), *offers(1, "saw", 9, 0), *crowd())
    found = bought_by(engine, 1)
    assert (found.others.n, found.advice) == (0, "no_other_offers")


def test_who_bought_several_products_and_takes_offers_is_offered_more(engine: Engine) -> None:
    fill(engine, person(1), sale(1, "saw"), sale(1, "drill"), *offers(1, "lathe", 1, 1), *crowd())
    assert bought_by(engine, 1).advice == "offer_more"


def test_what_customers_of_the_favourite_buy_more_often_goes_with_it(engine: Engine) -> None:
    numbers = range(10, 70)
    rows = [person(1), sale(1, "saw"), *(person(number) for number in numbers)]
    rows += [sale(number, "saw" if number < 30 else "lathe") for number in numbers]
    rows += [sale(number, "blade") for number in range(12, 30)]
    rows += [sale(number, "oil") for number in numbers if number % 2]
    fill(engine, *rows)
    (blade,) = bought_by(engine, 1).candidates
    assert (blade.product, blade.n, blade.of) == ("blade", 18, 20)
    assert blade.lift == pytest.approx(0.9 / 0.3)


def test_nothing_bought_is_said_and_the_blocked_are_not_looked_at(engine: Engine) -> None:
    fill(engine, person(1), person(2, blocked_on=date(2025, 1, 1)))
    assert bought_by(engine, 1).advice == "nothing_bought"
    with pytest.raises(NotAllowed):
        bought_by(engine, 2)


@pytest.mark.parametrize(("language", "words"), [("de", "Erspare Kunz andere Angebote"), ("en", "Spare Kunz other")])
def test_the_answer_names_its_figures_in_both_languages(sqlite_engine: Engine, language: Any, words: str) -> None:
    fill(sqlite_engine, person(1), sale(1, "saw"), sale(1, "saw", 1), *offers(1, "drill", 8, 0), *crowd())
    answer = buying_answer(bought_by(sqlite_engine, 1), language)
    assert answer.text.startswith(words)
    assert any("8" in reason for reason in answer.reasons)
    assert any("80" in reason for reason in answer.reasons)
