"""Words of the trade in German and English and their normal values: job titles, industries, channels and the like."""

from persona_store.lexicon.roles import Role
from persona_store.lexicon.titles import normalise_title, normalise_titles

__all__ = ["Role", "normalise_title", "normalise_titles"]
