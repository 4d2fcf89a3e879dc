"""Job titles to roles: `normalise_title` and `normalise_titles`."""

from collections.abc import Sequence
from functools import lru_cache

from persona_store.lexicon.pipeline import pipeline
from persona_store.lexicon.roles import NO_ROLE, Role, items, role_of, unknown_words
from persona_store.lexicon.text import words
from persona_store.lexicon.vocabulary import vocabulary

LONGEST_TITLE = 300


@lru_cache(maxsize=1 << 16)
def normalise_title(title: str) -> Role:
    """Function and level of a job title in German or English; ("other", "unknown") for what is none."""
    title = title[:LONGEST_TITLE]
    keys = tuple(vocabulary().bases.get(word.key, word.key) for word in words(title))
    if not keys or vocabulary().has_mark("placeholders", "role", keys):
        return NO_ROLE
    doc = pipeline()(title)
    return role_of(items(doc), unknown_words(doc))


def normalise_titles(titles: Sequence[str]) -> list[Role]:
    """The role of every title, in order; each distinct title is read once."""
    distinct = {title: normalise_title(title) for title in set(titles)}
    return [distinct[title] for title in titles]
