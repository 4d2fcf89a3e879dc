"""Words of the trade in German and English and their normal values: job titles, industries, channels and the like."""

from persona_store.lexicon.describe import (
    LeadDescription,
    describe,
    normalise_channel,
    normalise_industry,
    normalise_phase,
)
from persona_store.lexicon.roles import Role
from persona_store.lexicon.terms import Term, find_terms
from persona_store.lexicon.titles import normalise_title, normalise_titles

__all__ = [
    "LeadDescription",
    "Role",
    "Term",
    "describe",
    "find_terms",
    "normalise_channel",
    "normalise_industry",
    "normalise_phase",
    "normalise_title",
    "normalise_titles",
]
