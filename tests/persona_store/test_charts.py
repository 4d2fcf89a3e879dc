"""Charts carry their numbers in words, are drawn without a network, and take no name for markup."""

import subprocess
import sys
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
    quadrant_chart,
    rates_chart,
)
from persona_store.draw import draw
from persona_store.drawing import drawn
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


def svg(spec: Spec) -> str:
    return draw("svg", [spec])[0].decode()


def words(picture: str) -> str:
    return "\n".join(ElementTree.fromstring(picture).itertext())


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("place", range(5))
def test_every_chart_is_drawn_as_text_and_as_picture(place: int, language: Language) -> None:
    spec = specs(language)[place]
    picture = svg(spec)
    assert "<script" not in picture
    assert draw("png", [spec])[0].startswith(b"\x89PNG")
    assert spec["description"] in words(picture)


@pytest.mark.parametrize(("language", "n"), [("de", "n = 1.200"), ("en", "n = 1,200")])
def test_numbers_stand_beside_the_marks(language: Language, n: str) -> None:
    rates, quadrant, *_ = specs(language)
    assert all(n in words(svg(spec)).replace("\u00a0", " ") for spec in (rates, quadrant))


def test_a_name_stays_a_name() -> None:
    assert "<script>alert('x')</script>" in words(svg(specs("en")[0]))


def test_charts_are_drawn_by_a_process_of_their_own() -> None:
    """The process that asks draws nothing itself, so that it goes on serving people."""
    rates, *_, nothing = specs("de")
    assert drawn("svg", [rates, nothing]) == draw("svg", [rates, nothing])
    with pytest.raises(subprocess.CalledProcessError):
        drawn("png", [{"mark": "nothing"}])
    assert drawing_library_in("import bot.gateway.app, bot.render.report, bot.cli.main") == "False"


def drawing_library_in(imports: str) -> str:
    """Whether a process that imports this has loaded the library that draws."""
    asked = f"{imports}; import sys; print('vl_convert' in sys.modules)"
    return subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.strip()
