"""Twenty people talk to the running product at the same time, each about others: nobody gets another's answer."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.benchmarks.channels import PASSWORD, user_name
from tests.benchmarks.crowd import Person, Target, crowd, mixed_up
from tests.benchmarks.load import ERROR, MIXED_UP, Held, hold_web
from tests.e2e.product import Product, add_people, store_of

PEOPLE = 20
TURNS = 8
THINKING_SECONDS = 4.0


@pytest.fixture(scope="module")
def people(product: Product) -> Sequence[Person]:
    """The crowd, who may log in."""
    engine = store_of(product.environment)
    found = crowd(engine, PEOPLE)
    engine.dispose()
    add_people(product.environment, map(user_name, found), PASSWORD)
    return found


@pytest.fixture(scope="module")
def held(product: Product, people: Sequence[Person]) -> Held:
    """What all of them were answered."""
    return asyncio.run(hold_web(product, people, TURNS, THINKING_SECONDS))


@pytest.mark.e2e
def test_everybody_gets_an_answer_to_everything(held: Held) -> None:
    assert len(held.said) == PEOPLE * TURNS
    assert [one.turn.text for one in held.said if one.fault == ERROR] == []


@pytest.mark.e2e
def test_nobody_gets_the_answer_of_another(held: Held) -> None:
    assert [(one.turn.text, one.answer) for one in held.said if one.fault == MIXED_UP] == []


def test_names_of_others_are_looked_for_whole() -> None:
    asker, other = (
        Person(number, "de", Target(first, "A AG"), Target(second, "B AG"))
        for number, (first, second) in enumerate((("Eva Lau", "Jan Lau"), ("Klaus Schaaf", "Ina Roth")))
    )
    assert mixed_up("Klaus Schaaf-Schneider, Carina Roth, Eva Lau", asker, (asker, other)) == []
    assert mixed_up("frag Klaus Schaaf, er weiß es", asker, (asker, other)) == ["Klaus Schaaf"]
