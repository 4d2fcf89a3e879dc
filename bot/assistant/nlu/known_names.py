"""Lists of first names, family names and firms that are known to many, as hints of what an unknown word may be."""

import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from itertools import chain
from typing import Any

from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH

from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.tokenizer import tokens_of
from persona_store.lexicon.vocabulary import lexicon_file

GIVEN, FAMILY, FIRM = "given", "family", "firm"
_FILE = "known_names.yml"
# Of Faker's locales those whose names are written in Latin letters and met in European firms.
LOCALES = (
    *("de_DE", "de_AT", "de_CH", "en_GB", "en_US", "en_IE", "tr_TR", "fr_FR", "it_IT", "nl_NL", "es_ES", "pl_PL"),
    *("sv_SE", "da_DK", "no_NO", "fi_FI", "hr_HR", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "pt_PT", "en_IN"),
)
_LONGEST = 4  # words of a firm's name
_HIDDEN = 40  # per cent of the words that are held for unlisted in made-up sentences
_EVERYDAY = frozenset(map(fold, GERMAN | ENGLISH))
_SHORTEST = 3  # letters of a name: shorter ones are words of many languages


class KnownNames:
    """Which words are in a list of first names or family names, and which sequences of words are known firms."""

    def __init__(self, people: dict[str, Iterable[str]], firms: Iterable[Sequence[str]]) -> None:
        self._people = {kind: frozenset(words) for kind, words in people.items()}
        self._firms = frozenset(tuple(words) for words in firms)

    @classmethod
    def listed(cls) -> "KnownNames":
        """All names of Faker's LOCALES and of data/lexicon/known_names.yml."""
        own = lexicon_file(_FILE)
        given, family = set[str](), set(_words(own["family_names"]))
        for locale in LOCALES:
            provider = _provider(locale)
            given.update(_words(chain.from_iterable(_entries(provider, name) for name in _GIVEN_LISTS)))
            family.update(_words(chain.from_iterable(_entries(provider, name) for name in _FAMILY_LISTS)))
        firms = {tuple(fold(token.text) for token in tokens_of(name)) for name in own["companies"]}
        return cls({GIVEN: given, FAMILY: family}, (words for words in firms if len(words) <= _LONGEST))

    def is_firm(self, words: Sequence[str]) -> bool:
        """Whether the folded `words` are the name of a known firm."""
        return tuple(words) in self._firms

    def at(self, words: Sequence[str], *, hide: bool = False) -> list[str]:
        """For each folded word the kinds of names it is known as, joined by `+`; "" for none.

        `hide`: hold a fixed share of the listed names for unlisted, so that the name model, learning from names that
        were taken from these lists, doesn't learn that every name is in them.
        """
        found = [[kind for kind, known in self._people.items() if word in known] for word in words]
        if hide:
            found = [[] if _hidden(word) else kinds for word, kinds in zip(words, found, strict=True)]
        for start in range(len(words)):
            for length in range(min(_LONGEST, len(words) - start), 0, -1):
                name = tuple(words[start : start + length])
                if name in self._firms and not (hide and _hidden(" ".join(name))):
                    for place in range(start, start + length):
                        found[place].append(FIRM)
                    break
        return ["+".join(dict.fromkeys(kinds)) for kinds in found]

    def to_json(self) -> dict[str, Any]:
        """The lists, sorted."""
        return {kind: sorted(words) for kind, words in self._people.items()} | {FIRM: sorted(map(list, self._firms))}

    @classmethod
    def from_json(cls, lists: dict[str, Any]) -> "KnownNames":
        """What `to_json` gave."""
        return cls({kind: words for kind, words in lists.items() if kind != FIRM}, lists.get(FIRM, ()))


def known_firms() -> list[str]:
    """The firms of data/lexicon/known_names.yml as they are written."""
    return list(lexicon_file(_FILE)["companies"])


def known_families() -> list[str]:
    """The family names of data/lexicon/known_names.yml as they are written."""
    return list(lexicon_file(_FILE)["family_names"])


@cache
def given_names(initial: str) -> tuple[str, ...]:
    """First names of Germans and British that begin with `initial`, in whatever case."""
    found = chain.from_iterable(_entries(_provider(locale), name) for locale in _HOME for name in _GIVEN_LISTS)
    return tuple(sorted({name for name in found if name[0].lower() == initial.lower() and name.isalpha()}))


_HOME = ("de_DE", "en_GB")
_GIVEN_LISTS = ("first_names", "first_names_male", "first_names_female")
_FAMILY_LISTS = ("last_names", "last_names_male", "last_names_female")


def _provider(locale: str) -> Any:
    return import_module(f"faker.providers.person.{locale}").Provider


def _entries(provider: Any, name: str) -> Iterable[str]:
    return tuple(getattr(provider, name, None) or ())


def _words(names: Iterable[str]) -> Iterable[str]:
    """The last word of each name, which tells most: "Merwe" of "van der Merwe"; no everyday words."""
    for name in names:
        word = fold(name.replace("-", " ").split()[-1])
        if len(word) >= _SHORTEST and word.isalpha() and word not in _EVERYDAY:
            yield word


def _hidden(name: str) -> bool:
    return zlib.crc32(name.encode("utf-8")) % 100 < _HIDDEN
