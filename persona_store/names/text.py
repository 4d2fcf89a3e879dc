"""Names as words: titles and legal forms off, umlauts folded, variants with a letter left out, phonetic codes."""

import re
from functools import lru_cache

import cologne_phonetics

from persona_store.lexicon.text import folded
from persona_store.lexicon.vocabulary import lexicon_file

MAX_TEXT = 200  # characters of a search that are read
MAX_WORDS = 8  # words of a name that are read
MAX_TOKEN = 60  # the width of the columns of tokens and codes
SHORTEST_VARIED = 4  # letters of a word that may hold a typo: "Jan" with one letter off is anyone
LONGEST_VARIED = 24  # longer words are not varied: they are no names, and cost much

_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def _listed(name: str) -> frozenset[str]:
    return frozenset(folded(word) for word in lexicon_file(WORDS)[name])


WORDS = "names.yml"
SALUTATIONS = _listed("salutations")
TITLES = _listed("titles")
PARTICLES = _listed("particles")
LEGAL_FORMS = _listed("legal_forms")


def name_words(text: str) -> list[str]:
    """The folded words of a person's name, without salutations and academic titles; at most eight."""
    words = [word for word in _words(text) if word not in SALUTATIONS]
    plain = [word for word in words if word not in TITLES]
    return (plain or words)[:MAX_WORDS]


def company_words(text: str) -> list[str]:
    """The folded words of a company's name, without legal forms where anything else is left; at most eight."""
    words = _words(text)
    plain = [word for word in words if word not in LEGAL_FORMS]
    return (plain or words)[:MAX_WORDS]


def normal_name(text: str) -> str:
    """The name of a person in the one spelling under which case, umlauts, titles and punctuation make no difference."""
    return " ".join(name_words(text))


def variants(token: str) -> set[str]:
    """The token with each one of its letters left out; none for very short and very long tokens.

    Two words that are one typo apart (a letter wrong, missing, too much, or two swapped) share a variant or one is a
    variant of the other: symmetric delete, https://github.com/wolfgarbe/SymSpell.
    """
    if not SHORTEST_VARIED <= len(token) <= LONGEST_VARIED:
        return set()
    return {token[:place] + token[place + 1 :] for place in range(len(token))}


@lru_cache(maxsize=1 << 16)
def sound(token: str) -> str:
    """The Cologne phonetics of a folded token: equal for names that sound alike in German ("meier", "mayr")."""
    encoded = cologne_phonetics.encode(token)
    return encoded[0][1][:MAX_TOKEN] if encoded else ""


def _words(text: str) -> list[str]:
    return [folded(match.group())[:MAX_TOKEN] for match in _WORD.finditer(text[:MAX_TEXT].replace("\x00", " "))]
