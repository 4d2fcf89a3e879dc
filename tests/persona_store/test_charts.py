"""Charts carry their numbers in words, are drawn without a network, and take no name for markup."""

import xml.etree.ElementTree as ElementTree

import pytest

from persona_store.charts import (
    Bar,
    Change,
    Share,
    Spec,
    Standing,
    bars_chart,
    changes_chart,
    png,
    quadrant_chart,
    rates_chart,
    svg,
)
from persona_store.settings import Language

HOSTILE = "<script>alert('x')</script> & =HYPERLINK(1) 😀"


def specs(language: Language) -> list[Spec]:
    return [
        rates_chart([Share(HOSTILE, 0.31, 0.25, 0.38, 1200)], "Answers", "share", language, base_rate=0.2),
        quadrant_chart([Standing(HOSTILE, 12_000, 800, 1200), Standing("B", 100, 300, 7)], language),
        changes_chart([Change(HOSTILE, 0.2, 0.25), Change("B", 0.3, 0.0)], "Drift, n = 1200", language),
        bars_chart([Bar(HOSTILE, 12_345.0, HOSTILE)], "Cost, n = 1200", "EUR", language),
        rates_chart([], "Nothing", "share", language),
    ]


def words(picture: str) -> str:
    return "\n".join(ElementTree.fromstring(picture).itertext())


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("place", range(5))
def test_every_chart_is_drawn_as_text_and_as_picture(place: int, language: Language) -> None:
    spec = specs(language)[place]
    drawn = svg(spec)
    assert "<script" not in drawn
    assert png(spec).startswith(b"\x89PNG")
    assert spec["description"] in words(drawn)


@pytest.mark.parametrize(("language", "n"), [("de", "n = 1.200"), ("en", "n = 1,200")])
def test_numbers_stand_beside_the_marks(language: Language, n: str) -> None:
    rates, quadrant, *_ = specs(language)
    assert all(n in words(svg(spec)).replace("\u00a0", " ") for spec in (rates, quadrant))


def test_a_name_stays_a_name() -> None:
    assert "<script>alert('x')</script>" in words(svg(specs("en")[0]))
