"""Figures about the contacts: any measure for any group of people, each with its n and interval."""

from persona_store.figures.compare import Standing, standing
from persona_store.figures.measure import Figure, Statistic, measure
from persona_store.figures.people import GROUPS, Only
from persona_store.figures.registry import MEASURES, Measure

__all__ = ["GROUPS", "MEASURES", "Figure", "Measure", "Only", "Standing", "Statistic", "measure", "standing"]
