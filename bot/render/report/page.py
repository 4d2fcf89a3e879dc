"""Renders the report as one HTML page without scripts, fonts or anything else from elsewhere."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from bot.render.report.facts import ReportFacts
from bot.render.report.section import Section
from bot.render.report.sections import about, in_short
from persona_store.drawing import drawn
from persona_store.settings import Language
from persona_store.wording import day, number, say


def render_report(facts: ReportFacts, sections: Sequence[Section], language: Language) -> str:
    """The page of these `sections` (see `compose`).

    Every text that came from the CRM is escaped, charts are drawings within the page.
    """
    pictures = iter(drawn("svg", list(chain.from_iterable(section.charts for section in sections))))
    return _template().render(
        language=language,
        title=say("report.title", language),
        subtitle=say(
            "report.subtitle",
            language,
            n=number(facts.contacts, language),
            data_on=day(facts.data_on, language) if facts.data_on else say("answer.date_unknown", language),
            build=facts.build_id,
            built=day(facts.built_at.date(), language),
        ),
        in_short_title=say("report.short.title", language),
        in_short=in_short(facts, language),
        contents=say("report.contents", language),
        sections=[
            (section, [Markup(next(pictures).decode()) for _ in section.charts])  # noqa: S704 - ours, its texts escaped
            for section in sections
        ],
        about_title=say("report.about.title", language),
        about=about(facts, language),
    )


@cache
def _template() -> Template:
    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja")
