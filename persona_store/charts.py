"""Charts as Vega-Lite specifications: every one names its numbers, their n and their date.

Built with Altair; persona_store/drawing.py makes pictures of them. Colours are those of Okabe and Ito
(2008), which people with any kind of colour vision tell apart; no meaning rests on colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.profiles import PersonaProfile
from persona_store.settings import Language
from persona_store.wording import label, money, number, percent, say

Spec = dict[str, Any]

BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#595959"
SKY = "#56B4E9"  # light enough for dark letters on it
KINDS = {"explicit": BLUE, "implicit": ORANGE, "value": GREEN, "custom": PURPLE}
WIDTH, ROW_HEIGHT = 420, 26
WEIGHTS_SHOWN = 8
LONGEST_LABEL = 46  # letters; longer ones would squeeze the bars
COLUMN, LONGEST_COLUMN = 110, 105  # pixels of a column in a grid, and of its name
FONT = "DejaVu Sans, Liberation Sans, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Share:
    """A rate from 0 to 1 with its interval and the `n` it rests on."""

    name: str
    rate: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a persona's customers bring and cost on average; `n` customers stand behind both amounts."""

    name: str
    value: float
    effort: float
    n: int


@dataclass(frozen=True, slots=True)
class Change:
    """A persona's share of contacts (0 to 1) in the build before and in this one; 0 where it did not exist."""

    name: str
    before: float
    now: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A count or an amount, and how it is written beside the bar."""

    name: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A share (0 to 1) where a row and a column meet."""

    row: str
    column: str
    share: float


def weights_chart(profile: PersonaProfile, language: Language) -> Spec:
    """What sets a persona apart: the weight of its attributes as bars, each with its most telling level."""
    rows = []
    for one in profile.attributes[:WEIGHTS_SHOWN]:
        level = one.levels[0]
        rows.append(
            {
                "name": _short(
                    f"{attribute_label(one.attribute, language)}: {level_label(one.attribute, level.level, language)}"
                ),
                "weight": one.weight,
                "kind": label("attribute_kind", one.kind, language),
                "text": say(
                    "chart.weight_text",
                    language,
                    weight=percent(one.weight, language),
                    share=percent(level.probability, language),
                    base=percent(level.base, language),
                ),
            }
        )
    colours = alt.Scale(domain=[label("attribute_kind", kind, language) for kind in KINDS], range=list(KINDS.values()))
    base = _data(rows).encode(y=_names())
    bars = base.mark_bar().encode(
        x=alt.X(
            "weight:Q", title=say("chart.weight", language), axis=alt.Axis(format="%"), scale=_room(rows, "weight")
        ),
        color=alt.Color("kind:N", scale=colours, title=say("chart.kind", language), legend=alt.Legend(orient="bottom")),
    )
    title = say(
        "chart.weights_title", language, persona=profile.info.name(language), n=number(profile.info.n, language)
    )
    return _finished(bars + _texts(base, "weight"), title, len(rows), language)


def sizes_chart(profiles: Sequence[PersonaProfile], language: Language) -> Spec:
    """How large the personas are: share of their market, with the number of contacts."""
    bars = [
        Bar(
            one.info.name(language),
            one.info.share,
            say("chart.size_text", language, share=percent(one.info.share, language), n=number(one.info.n, language)),
        )
        for one in profiles
    ]
    title = say("chart.sizes_title", language, n=number(sum(one.info.n for one in profiles), language))
    return bars_chart(bars, title, say("chart.share", language), language, form="%")


def bars_chart(bars: Sequence[Bar], title: str, axis: str, language: Language, form: str = "~s") -> Spec:
    """Bars with their numbers beside them; `form` is the axis's number format as d3 writes it."""
    rows = [{"name": _short(one.name), "value": one.value, "text": one.text} for one in bars]
    base = _data(rows).encode(y=_names())
    x = alt.X("value:Q", title=axis, axis=alt.Axis(format=form), scale=_room(rows, "value"))
    return _finished(base.mark_bar(color=BLUE).encode(x=x) + _texts(base, "value"), title, len(rows), language)


def rates_chart(
    shares: Sequence[Share], title: str, axis: str, language: Language, base_rate: float | None = None
) -> Spec:
    """Rates as dots with their intervals as lines; the rate of all contacts as a dashed line where it is given."""
    rows = [
        {
            "name": _short(one.name),
            "rate": one.rate,
            "low": one.low,
            "high": one.high,
            "text": say("chart.rate_text", language, rate=percent(one.rate, language), n=number(one.n, language)),
        }
        for one in shares
    ]
    base = _data(rows).encode(y=_names())
    x = alt.X("low:Q", title=axis, axis=alt.Axis(format="%"), scale=_room(rows, "high"))
    layers = base.mark_rule(color=BLUE, strokeWidth=3).encode(x=x, x2="high:Q")
    layers += base.mark_point(color=BLUE, filled=True, size=80, opacity=1).encode(x="rate:Q")
    layers += _texts(base, "high")
    if base_rate is not None:
        line = _data([{"base": base_rate}])
        layers += line.mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="base:Q")
    return _finished(layers, title, len(rows), language)


def quadrant_chart(standings: Sequence[Standing], language: Language) -> Spec:
    """Value against effort: who brings much and costs little stands at the upper left; lines are the means by n."""
    rows = [
        {
            "name": _short(one.name),
            "value": one.value,
            "effort": one.effort,
            "text": say("chart.standing_text", language, name=_short(one.name), n=number(one.n, language)),
        }
        for one in standings
    ]
    total = sum(one.n for one in standings) or 1
    means = {
        "value": sum(one.value * one.n for one in standings) / total,
        "effort": sum(one.effort * one.n for one in standings) / total,
    }
    base = _data(rows).encode(
        x=alt.X("effort:Q", title=say("chart.effort", language), scale=_room(rows, "effort")),
        y=alt.Y("value:Q", title=say("chart.value", language), scale=_room(rows, "value")),
    )
    layers = base.mark_point(color=BLUE, filled=True, size=110, opacity=1)
    layers += base.mark_text(align="left", dx=9, fontSize=11).encode(text="text:N")
    line = _data([means])
    layers += line.mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="effort:Q")
    layers += line.mark_rule(color=GREY, strokeDash=[4, 4]).encode(y="value:Q")
    layers += _corners(rows, language)
    title = say(
        "chart.quadrant_title",
        language,
        n=number(total, language),
        value=money(means["value"], language),
        effort=money(means["effort"], language),
    )
    return _finished(layers, title, 14, language)


def changes_chart(changes: Sequence[Change], title: str, language: Language) -> Spec:
    """Shares of the build before and of this one, joined by a line per persona."""
    then, now = say("chart.before", language), say("chart.now", language)
    rows = [
        {"name": _short(one.name), "when": when, "share": share, "text": percent(share, language)}
        for one in changes
        for when, share in ((then, one.before), (now, one.now))
    ]
    base = _data(rows).encode(y=_names())
    x = alt.X("share:Q", title=say("chart.share", language), axis=alt.Axis(format="%"), scale=_room(rows, "share"))
    layers = base.mark_line(color=GREY).encode(x=x, detail="name:N")
    layers += base.mark_point(filled=True, size=80, opacity=1).encode(
        x=x,
        shape=alt.Shape("when:N", title=None, sort=[then, now], legend=alt.Legend(orient="bottom")),
        color=alt.Color(
            "when:N",
            title=None,
            sort=[then, now],
            scale=alt.Scale(domain=[then, now], range=[GREY, BLUE]),
            legend=alt.Legend(orient="bottom"),
        ),
    )
    return _finished(layers, title, len(changes), language)


def heat_chart(cells: Sequence[Cell], title: str, language: Language) -> Spec:
    """Shares in a grid, darker where they are higher, each with its number in it."""
    rows = [
        {"row": _short(one.row), "column": _short(one.column), "share": one.share, "text": percent(one.share, language)}
        for one in cells
    ]
    labels = alt.Axis(labelLimit=LONGEST_COLUMN, labelAngle=0, orient="top", labelOverlap=False)
    base = _data(rows).encode(
        y=alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=340, labelOverlap=False)),
        x=alt.X("column:N", sort=None, title=None, axis=labels),
    )
    shades = alt.Scale(domain=[0, 1], range=["#FFFFFF", SKY])
    grid = base.mark_rect(stroke="#E5E5E5").encode(color=alt.Color("share:Q", scale=shades, legend=None))
    numbers = base.mark_text(fontSize=11, color="#222222").encode(text="text:N")
    columns = len({one.column for one in cells})
    return _finished(grid + numbers, title, len({one.row for one in cells}), language, max(WIDTH, columns * COLUMN))


def _corners(rows: Sequence[dict[str, Any]], language: Language) -> alt.Chart:
    """What the corners mean: upper left is where everyone should be."""
    ends = {field: _room(rows, field).to_dict()["domain"][1] for field in ("effort", "value")}
    right, low = ends["effort"] * 0.62, ends["value"] * 0.02
    corners = [
        {"effort": 0, "value": ends["value"], "text": say("chart.corner.high_low", language)},
        {"effort": right, "value": ends["value"], "text": say("chart.corner.high_high", language)},
        {"effort": 0, "value": low, "text": say("chart.corner.low_low", language)},
        {"effort": right, "value": low, "text": say("chart.corner.low_high", language)},
    ]
    texts: alt.Chart = _data(corners).mark_text(align="left", dx=4, dy=-7, color=GREY, fontStyle="italic")
    encoded: alt.Chart = texts.encode(x="effort:Q", y="value:Q", text="text:N")
    return encoded


def _data(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _names() -> alt.Y:
    return alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=340, labelOverlap=False))


def _room(rows: Sequence[dict[str, Any]], field: str) -> alt.Scale:
    """A scale from 0 with room to the right for the numbers written beside the marks."""
    highest = max((float(row[field]) for row in rows), default=0.0)
    return alt.Scale(domain=[0, highest * 1.35 or 1], nice=False)


def _texts(base: alt.Chart, field: str) -> alt.Chart:
    texts: alt.Chart = base.mark_text(align="left", dx=5, color="#222222", fontSize=11).encode(
        x=f"{field}:Q", text="text:N"
    )
    return texts


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1].rstrip() + "…"


def _finished(chart: alt.LayerChart, title: str, rows: int, language: Language, width: int = WIDTH) -> Spec:
    sized = chart.properties(width=width, height=max(rows, 2) * ROW_HEIGHT, title=title, background="white")
    calm = sized.configure(font=FONT).configure_axis(labelFontSize=11, titleFontSize=11, gridColor="#E5E5E5")
    spec: Spec = calm.configure_title(anchor="start", fontSize=13).configure_view(stroke=None).to_dict(validate=False)
    return spec | {"description": title, "usermeta": {"language": language}}
