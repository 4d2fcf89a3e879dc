"""Roles: job titles that no lexicon lists are found by their places; those of whoever speaks are nobody's."""

from collections.abc import Sequence
from typing import Final

from rasa.nlu.tokenizers.tokenizer import Token
from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH

from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.known_names import FAMILY
from bot.assistant.nlu.name_features import Knowledge, Sentence, Span, words_in

ROLE: Final = "role"
# Who says "I'm the new trainee" or "you're a good adviser" asks about nobody of that role. In the examples of these
# intents the lexicon finds 155 roles and not one is annotated; in those of all others seven of eight are.
_ABOUT_NO_ROLE = frozenset(
    {"out_of_scope", "start_onboarding", "start_quiz", "help", "greet", "bot_challenge", "give_feedback"}
    | {"stop", "affirm", "list_personas"}
)
_JOINING = frozenset({"und", "and", "oder", "or", ",", "/"})
# No word that begins or ends a title; "it" may be a field of work.
_EVERYDAY = frozenset(map(fold, GERMAN | ENGLISH | {"fur", "laut", "ausm", "vom", "beim", "new", "neuer"}))
_EVERYDAY = (_EVERYDAY | {"hes", "shes", "theyre", "whats", "thats"}) - {"it"}


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
    known = [(term.start, term.end) for term in sentence.terms if term.entity == ROLE]  # not "genervter werksleiter"
    parts = [part for one in roles for part in _parts(sentence, one)]
    parts = [one for one in parts if not any(one.start < start and one.end == end for start, end in known)]
    new = [one for one in parts if not any(start <= one.start and one.end <= end for start, end in known)]
    kept = [one for one in new if all(one.end <= start or end <= one.start for start, end in taken)]
    kept = [one for one in kept if FAMILY not in "".join(knowledge.listed.at(words_in(sentence, one)))]
    return sorted([*names, *kept], key=lambda span: span.start)


def _parts(sentence: Sentence, role: Span) -> list[Span]:
    """The roles that "und" joins in what the model took for one, without everyday words at their ends."""
    runs: list[list[Token]] = [[]]
    for token in (token for token in sentence.tokens if role.start <= token.start and token.end <= role.end):
        if fold(token.text) in _JOINING:
            runs.append([])
        elif runs[-1] or fold(token.text) not in _EVERYDAY:
            runs[-1].append(token)
    for run in runs:
        while run and fold(run[-1].text) in _EVERYDAY:
            run.pop()
    return [Span(run[0].start, run[-1].end, ROLE) for run in runs if run]
