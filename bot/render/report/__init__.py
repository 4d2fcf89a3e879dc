"""The report: one self-contained page about personas, anti-personas and the data behind them."""

from bot.render.report.facts import gather
from bot.render.report.page import render_report

__all__ = ["gather", "render_report"]
