"""Names in both languages, never two the same."""

import numpy as np
import pytest

from persona_store.segmentation.binning import Binning, Bins
from persona_store.segmentation.labels import level_label
from persona_store.segmentation.model import AttributeTable
from persona_store.segmentation.naming import name_personas
from persona_store.segmentation.registry import BUILT_IN, Attribute
from persona_store.settings import Language
from persona_store.wording import catalogue

Row = dict[str, float]


def tables(**attributes: list[Row]) -> tuple[dict[str, AttributeTable], Binning]:
    """Attribute tables of personas whose level shares are given, all known of 100 contacts, all of equal size."""
    found, bins = {}, {}
    for name, rows in attributes.items():
        levels = tuple(dict.fromkeys(level for row in rows for level in row))
        shares = np.array([[row.get(level, 0.001) for level in levels] for row in rows])
        shares /= shares.sum(axis=1, keepdims=True)
        known = np.full(len(rows), 100.0)
        found[name] = AttributeTable(levels, shares, shares.mean(axis=0), known, np.zeros(len(rows)), defines=True)
        numeric = any(level[:1] in "<>" for level in levels)
        bins[name] = Bins(levels, tuple(float(place) for place in range(1, len(levels))) if numeric else None)
    return found, Binning(bins)


KNOWN = {attribute.key: attribute for attribute in BUILT_IN}
SIZES = {"1-10": 0.02, "11-50": 0.02, "51-250": 0.02, "251-1000": 0.02, "1001+": 0.02}


def names(classes: int, attributes: dict[str, Attribute] | None = None, **shares: list[Row]) -> list[dict[str, str]]:
    found, binning = tables(**shares)
    named = name_personas(found, attributes or KNOWN, binning, classes)
    return [{"de": name.de, "en": name.en} for name in named]


def test_role_and_size_of_company_make_the_name() -> None:
    found = names(
        2,
        function=[{"executive": 0.9, "it": 0.1}, {"executive": 0.1, "it": 0.9}],
        level=[{"c_level": 0.9, "head": 0.1}, {"c_level": 0.1, "head": 0.9}],
        company_size=[SIZES | {"11-50": 0.9}, SIZES | {"1001+": 0.9}],
    )
    assert found == [
        {"de": "Geschäftsführer KMU", "en": "SME managing directors"},
        {"de": "IT-Leitung Konzern", "en": "Enterprise heads of IT"},
    ]


def test_two_functions_share_a_name() -> None:
    found = names(
        2,
        function=[{"production": 0.5, "engineering": 0.45, "it": 0.05}, {"production": 0.02, "it": 0.98}],
        level=[{"specialist": 0.9}, {"specialist": 0.9}],
    )
    assert found[0]["de"] == "Produktion und Technik"
    assert found[1] == {"de": "IT-Fachleute", "en": "IT specialists"}


def test_the_same_role_is_told_apart_by_what_differs() -> None:
    found = names(
        2,
        function=[{"it": 0.9, "hr": 0.1}, {"it": 0.9, "hr": 0.1}],
        response_phone=[{"often": 0.9, "never": 0.1}, {"often": 0.1, "never": 0.9}],
    )
    assert found[0]["de"] == "IT, gut per Telefon erreichbar"
    assert found[1]["en"] == "IT people, never reached by phone"


def test_personas_that_nothing_tells_apart_are_numbered() -> None:
    found = names(2, function=[{"it": 0.9, "hr": 0.1}, {"it": 0.9, "hr": 0.1}])
    assert [name["de"] for name in found] == ["IT (1)", "IT (2)"]


def test_striking_behaviour_belongs_to_the_name() -> None:
    found = names(
        2,
        function=[{"assistant": 0.5, "it": 0.5}, {"assistant": 0.35, "it": 0.65}],
        complaints=[{"0": 0.1, "3+": 0.9}, {"0": 0.99, "3+": 0.01}],
    )
    assert found[0]["de"].endswith("viele Beschwerden")


def test_custom_columns_are_named_by_height_or_by_their_own_words() -> None:
    attributes = {
        "Income": Attribute("Income", "custom", numeric=True),
        "Education": Attribute("Education", "custom", numeric=False),
    }
    found = names(
        2,
        attributes,
        Income=[{"<20": 0.1, "20..<40": 0.1, ">=40": 0.8}, {"<20": 0.8, "20..<40": 0.1, ">=40": 0.1}],
        Education=[{"PhD": 0.7, "Basic": 0.3}, {"PhD": 0.2, "Basic": 0.8}],
    )
    assert found == [
        {"de": "Income hoch, Education: PhD", "en": "High Income, Education: PhD"},
        {"de": "Income niedrig, Education: Basic", "en": "Low Income, Education: Basic"},
    ]


def test_personas_of_whom_nothing_stands_out_still_have_names() -> None:
    found = names(
        2,
        Income=[{"<20": 0.5, ">=20": 0.5}, {"<20": 0.5, ">=20": 0.5}],
        attributes={"Income": Attribute("Income", "custom", numeric=True)},
    )
    assert len({name["de"] for name in found}) == 2


@pytest.mark.parametrize(
    ("attribute", "level", "german", "english"),
    [
        ("company_size", "51-250", "51 bis 250 Mitarbeitende", "51 to 250 employees"),
        ("Income", ">=52000", "ab 52.000", "52,000 or more"),
        ("Income", "<-5", "unter -5", "under -5"),
        ("Income", "-5..<0.5", "-5 bis unter 0,5", "-5 to under 0.5"),
        ("Wine", "24..169", "24 bis 169", "24 to 169"),
        ("Wine", "-9..-3", "-9 bis -3", "-9 to -3"),
        ("Education", "other", "Sonstige", "Other"),
        ("housing", "true", "ja", "yes"),
        ("Education", "PhD <b>", "PhD <b>", "PhD <b>"),
    ],
)
def test_levels_are_said_as_people_say_them(attribute: str, level: str, german: str, english: str) -> None:
    assert level_label(attribute, level, "de") == german
    assert level_label(attribute, level, "en") == english


@pytest.mark.parametrize("attribute", BUILT_IN, ids=lambda attribute: attribute.key)
def test_every_built_in_attribute_and_level_has_words(attribute: Attribute) -> None:
    languages: tuple[Language, ...] = ("de", "en")
    for language in languages:
        assert f"attribute.{attribute.key}" in catalogue(language)
        for level in attribute.levels:
            assert f"level.{attribute.key}.{level}" in catalogue(language)
