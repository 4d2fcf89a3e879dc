"""How well a contact fits a search for a person, from 0 to 1."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from persona_store.names.query import Query
from persona_store.names.text import PARTICLES, company_words, name_words, sound

SAME_SOUND = 0.82  # at least so alike are words that sound the same
LEAST_ALIKE = 0.6  # below, words have nothing to do with each other
DOUBTFUL = 0.75  # below, two words are more likely two names than one misspelt,
DOUBT = 0.8  # and count so much less
OTHER_FIELD = 0.9  # a word found in the company though it was said of the person, or the other way round
FIRST_NAME_IN_COMPANY = 0.5  # "Thomas Weber" hardly means Hartmut Weber of Mayer & Thomas: to be asked, not guessed
NO_SURNAME = 0.8  # the search names no part of the surname
INITIAL = 0.95
BEGINNING = 0.8  # at least so alike are words of which one begins with the other ("schmidt", "schmidtke")
SHORTEST_BEGINNING = 4
SHORTEST_SOUND = 2  # digits of a phonetic code that tell anything
PERSON_WEIGHT = 1.0
COMPANY_WEIGHT = 0.5  # a wrong company spoils less than a wrong name: people change jobs, firms have many names


@dataclass(frozen=True, slots=True)
class Bearer:
    """The words of a contact's name and company."""

    first: frozenset[str]
    last: frozenset[str]
    company: frozenset[str]


def bearer(first: str | None, last: str | None, company: str | None) -> Bearer:
    """The words of a contact, as the index holds them."""
    return Bearer(_words(first), _words(last), frozenset(company_words(company or "")))


def _words(name: str | None) -> frozenset[str]:
    words = name_words(name or "")
    telling = {word for word in words if word not in PARTICLES} or set(words)
    return frozenset({*telling, "".join(words)} if len(words) > 1 else telling)


def likeness(one: str, other: str) -> float:
    """How alike two folded words are, from 0 to 1: by letters, or by sound where that is more."""
    if one == other:
        return 1.0
    alike = float(OSA.normalized_similarity(one, other))
    if min(len(one), len(other)) >= SHORTEST_BEGINNING and (other.startswith(one) or one.startswith(other)):
        alike = max(alike, BEGINNING)
    if len(sound(one)) >= SHORTEST_SOUND and sound(one) == sound(other):
        alike = max(alike, SAME_SOUND)
    return alike if alike >= LEAST_ALIKE else 0.0


def fit(query: Query, words: Bearer, first_names: Collection[str] = ()) -> tuple[float, bool]:
    """Score of a contact for a search, and whether every word of the search is among the contact's words.

    `first_names` are the words of the search that are somebody's first name: said of a person, they are not taken for
    a company's name.
    """
    joined = query.joined()
    alone = _fit(query, words, first_names)
    return max(alone, _fit(joined, words, first_names)) if joined else alone


def _fit(query: Query, words: Bearer, first_names: Collection[str]) -> tuple[float, bool]:
    total = weight = 0.0
    exact = bool(query.words)
    surname = False
    left = {"last": set(words.last), "first": set(words.first), "company": set(words.company)}
    for word in query.words:
        said_company = word in query.company
        best, field, match = _best(word, left, said_company)
        if best < DOUBTFUL:
            best *= DOUBT
        if field == "company" and not said_company and word in first_names:
            best, match = min(best, FIRST_NAME_IN_COMPANY), None
        share = COMPANY_WEIGHT if said_company else PERSON_WEIGHT
        total += best * share
        weight += share
        exact = exact and match == word
        surname = surname or (field == "last" and best > 0)
        if match is not None:
            left[field].discard(match)
    for initial in query.initials:
        fits = any(first.startswith(initial) for first in words.first)
        total += INITIAL * fits
        weight += PERSON_WEIGHT
    score = total / weight if weight else 0.0
    if words.last and not surname and not query.company >= set(query.words):
        score *= NO_SURNAME
    return score, exact


def _best(word: str, left: dict[str, set[str]], said_company: bool) -> tuple[float, str, str | None]:
    best: tuple[float, str, str | None] = (0.0, "", None)
    for field, candidates in left.items():
        factor = 1.0 if (field == "company") == said_company else OTHER_FIELD
        for candidate in candidates:
            alike = likeness(word, candidate) * factor
            if alike > best[0]:
                best = (alike, field, candidate)
    return best


def closest(word: str, candidates: Iterable[tuple[int, str]], most: int) -> list[int]:
    """The ids of the candidates most like `word`, best first, at most `most`; those unlike it are left out."""
    scored = [(likeness(word, token), token_id) for token_id, token in candidates]
    return [token_id for alike, token_id in sorted(scored, reverse=True)[:most] if alike > 0]
