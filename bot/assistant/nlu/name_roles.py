"""Roles: job titles that no lexicon lists are found by their places; those of whoever speaks are nobody's."""

from collections.abc import Sequence
from typing import Final

from bot.assistant.nlu.known_names import FAMILY
from bot.assistant.nlu.name_features import Knowledge, Sentence, Span, words_in

ROLE: Final = "role"
# Who says "I'm the new trainee" or "you're a good adviser" asks about nobody of that role. In the examples of these
# intents the lexicon finds 155 roles and not one is annotated; in those of all others seven of eight are.
_ABOUT_NO_ROLE = frozenset(
    {"out_of_scope", "start_onboarding", "start_quiz", "help", "greet", "bot_challenge", "give_feedback"}
    | {"stop", "affirm", "list_personas", "list_anti_personas"}
)


def about_roles(intent: str) -> bool:
    """Whether a message of `intent` may be about a role."""
    return intent not in _ABOUT_NO_ROLE


def with_roles(sentence: Sentence, names: Sequence[Span], roles: Sequence[Span], knowledge: Knowledge) -> list[Span]:
    """`names` with those `roles` found by the model that are no name, no other term of the lexicon and no part of a
    role that the lexicon knows, as that one is found with its normal value ("PA to the CEO"). A family name that
    many know ("Weber") is none, though it was a trade once.
    """
    if not about_roles(sentence.intent):
        return list(names)
    taken = [(one.start, one.end) for one in names]
    taken += [(term.start, term.end) for term in sentence.terms if term.entity != ROLE]
    known = [(term.start, term.end) for term in sentence.terms if term.entity == ROLE]
    new = [one for one in roles if not any(start <= one.start and one.end <= end for start, end in known)]
    kept = [one for one in new if all(one.end <= start or end <= one.start for start, end in taken)]
    kept = [one for one in kept if FAMILY not in "".join(knowledge.listed.at(words_in(sentence, one)))]
    return sorted([*names, *kept], key=lambda span: span.start)
