"""The report: one self-contained page about personas, anti-personas and the data behind them."""

from bot.render.report.facts import gather
from bot.render.report.page import render_report
from bot.render.report.sections import compose

__all__ = ["compose", "gather", "render_report"]
