"""From what is known of a contact to its persona, with reasons and an honest confidence."""

from persona_store.matching.match import match_contact, match_known, match_levels
from persona_store.matching.types import AttributeKind, Confidence, Match, PersonaShare, Reason

__all__ = [
    "AttributeKind",
    "Confidence",
    "Match",
    "PersonaShare",
    "Reason",
    "match_contact",
    "match_known",
    "match_levels",
]
