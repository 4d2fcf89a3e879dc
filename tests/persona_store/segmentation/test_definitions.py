"""Every attribute has one definition: name, kind, unit, computation in words of both languages, when it is known."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from sqlalchemy import Engine

from persona_store.build import build
from persona_store.database import session_scope
from persona_store.segmentation.binning import Bins
from persona_store.segmentation.definitions import describe_attributes, how
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.registry import BUILT_IN, Attribute, Unit, text_attribute
from persona_store.settings import Language
from persona_store.wording import catalogue

LANGUAGES: tuple[Language, ...] = get_args(Language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("attribute", [*BUILT_IN, text_attribute("wish", "price")], ids=lambda one: one.key)
def test_every_attribute_is_named_explained_and_its_levels_are_words(attribute: Attribute, language: Language) -> None:
    assert attribute_label(attribute.key, language) != attribute.key
    assert how(attribute, language)
    place = "text_flag" if attribute.source == "texts" else attribute.key
    texts = [catalogue(language)[f"level.{place}.{level}"] for level in attribute.levels]
    assert [level_label(attribute.key, level, language) for level in attribute.levels] == texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_unit_and_time_has_its_words(language: Language) -> None:
    texts = catalogue(language)
    assert all(f"attributes.unit.{unit}" in texts for unit in get_args(Unit))
    assert all(f"attributes.known.{one.known}" in texts for one in BUILT_IN)


@pytest.mark.parametrize(
    ("attribute", "level", "german", "english"),
    [
        ("company_size", "11-50", "11 bis 50 Mitarbeitende", "11 to 50 employees"),
        ("care_minutes", "<38", "unter 38 Minuten", "under 38 minutes"),
        ("care_minutes", "38..73", "38 bis 73 Minuten", "38 to 73 minutes"),
        ("frequency", ">=25", "ab 25 Kontaktpunkte", "25 touchpoints or more"),
        ("revenue", "14000..<34000", "14.000 bis unter 34.000 €", "14,000 to under €34,000"),
        ("product_variety", "1", "1 Produkt", "1 product"),
        ("opens", "3+", "3 oder mehr", "3 or more"),
        ("wish_price", "yes", "ja", "yes"),
        ("Children", "1", "1", "1"),
    ],
)
def test_levels_are_said_with_their_unit(attribute: str, level: str, german: str, english: str) -> None:
    assert (level_label(attribute, level, "de"), level_label(attribute, level, "en")) == (german, english)


def test_what_the_outcome_shapes_never_defines_a_persona() -> None:
    by_deals = {one.key for one in BUILT_IN if one.source in ("deals", "purchases")}
    assert by_deals <= {one.key for one in BUILT_IN if one.known == "after_outcome"}
    assert not any(one.defines for one in BUILT_IN if one.known == "after_outcome")


def test_the_newest_build_says_what_became_of_each_attribute(
    sqlite_engine: Engine, planted_crm: Callable[..., Any]
) -> None:
    planted_crm(sqlite_engine, contacts=200)
    with session_scope(sqlite_engine) as session:
        (before,) = describe_attributes(session)
    assert (before.build_id, {one.role for one in before.attributes}) == (None, {None})
    build(sqlite_engine)
    with session_scope(sqlite_engine) as session:
        (market,) = describe_attributes(session)
    found = {one.key: one for one in market.attributes}
    assert market.contacts == 200
    assert (found["level"].role, found["level"].n) == ("defines", 200)
    assert (found["revenue"].role, found["revenue"].why) == ("describes", "after_outcome")
    assert (found["recency"].role, found["recency"].why) == ("describes", "summary")
    assert (found["opens"].role, found["opens"].why) == ("left_out", "one_level")


def test_a_level_of_one_contact_and_of_all_is_the_same() -> None:
    bins = Bins(("0", "1-2", "3+"), (1.0, 3.0))
    assert [bins.level(value) for value in (0.0, 1.0, 2.5, 3.0)] == ["0", "1-2", "1-2", "3+"]
