"""The lexicon in memory: every word and phrase of `data/lexicon` with what it may mean, and all its spellings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from persona_store.lexicon.text import folded, words
from persona_store.settings import PROJECT_ROOT

LEXICON = PROJECT_ROOT / "data" / "lexicon"
ROLE_FILE = "roles.yml"
LISTS = ("industries", "channels", "sizes", "phases", "ordinals", "languages", "budgets", "concepts", "attributes")

# Endings under which a word of four letters or more is met: feminine, plural, cases; English plural.
ENDINGS = ("in", "innen", "n", "nen", "en", "e", "es", "s", "em")
ADJECTIVE_ENDINGS = ("er", "ere", "eren", "erer")
ADJECTIVES = ("isch", "lich", "iv", "al", "ig", "end", "iert")
SHORTEST_INFLECTED = 4

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase may mean.

    `kind`: "function", "person", "modifier", "connector", "joiner" or "filler" in titles, else the entity of
    INTENTS.md. `value`: the normal value (of a person: the function or ""). `weight`: 2 where the word decides the
    function, 1 where a stronger word beside it does. `governs`: the level stands, whoever is named beside.
    """

    kind: str
    value: str
    level: str = ""
    weight: int = 0
    governs: bool = False


@dataclass(slots=True)
class Vocabulary:
    """`meanings` by phrase (tuples of base forms), base form by spelling, and the words that are quiet in talk."""

    meanings: dict[Phrase, list[Meaning]] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    quiet: frozenset[Phrase] = frozenset()
    placeholders: frozenset[Phrase] = frozenset()

    def of_kind(self, *kinds: str) -> set[str]:
        """All single base forms that have a meaning of one of `kinds`."""
        return {
            phrase[0]
            for phrase, meanings in self.meanings.items()
            if len(phrase) == 1 and any(meaning.kind in kinds for meaning in meanings)
        }

    def phrase(self, text: str) -> Phrase:
        """The base forms of the words in `text`."""
        return tuple(self.bases.get(key, key) for key in raw_phrase(text))


def raw_phrase(text: str) -> Phrase:
    """The folded words and marks of a lexicon entry."""
    return tuple(word.key for word in words(text))


@cache
def lexicon_file(name: str) -> Any:
    """The content of a file of `data/lexicon`."""
    return yaml.safe_load((LEXICON / name).read_text(encoding="utf-8"))


@cache
def vocabulary() -> Vocabulary:
    """The whole lexicon, read once."""
    roles = lexicon_file(ROLE_FILE)
    entries = [*_role_entries(roles), *_list_entries()]
    result = Vocabulary()
    keyed = [(raw_phrase(text), meaning) for text, meaning in entries]
    _add_spellings(result.bases, {key for phrase, _ in keyed for key in phrase})
    for phrase, meaning in keyed:
        bases = tuple(result.bases.get(key, key) for key in phrase)
        present = result.meanings.setdefault(bases, [])
        present[:] = [other for other in present if other.kind != meaning.kind] + [meaning]
    result.quiet = frozenset(result.phrase(str(text)) for text in roles["quiet"])
    result.placeholders = frozenset(result.phrase(str(text)) for text in roles["placeholders"])
    return result


def _add_spellings(bases: dict[str, str], keys: set[str]) -> None:
    for key in keys:
        if len(key) < SHORTEST_INFLECTED or not key.isalpha():
            continue
        endings = ENDINGS + (ADJECTIVE_ENDINGS if key.endswith(ADJECTIVES) else ())
        for ending in endings:
            bases.setdefault(folded(key + ending), key)
        if key.endswith("e"):
            bases.setdefault(key + "r", key)  # Angestellte, Angestellter
            bases.setdefault(key[:-1] + "in", key)
        if key.endswith("y"):
            bases.setdefault(key[:-1] + "is", key)  # "ies", folded nowhere
            bases.setdefault(key[:-1] + "ies", key)
    bases.update((key, key) for key in keys)


def _role_entries(roles: Any) -> Iterator[tuple[str, Meaning]]:
    for function, lists in roles["functions"].items():
        for weight, name in ((2, "strong"), (1, "weak")):
            for word in lists[name]:
                yield word, Meaning("function", function, weight=weight)
    for group in roles["people"]:
        weight = {"strong": 2, "weak": 1}.get(group.get("weight", ""), 0)
        meaning = Meaning("person", group.get("function", ""), group["level"], weight, group.get("governs", False))
        yield from ((word, meaning) for word in group["words"])
    for modifier, group in roles["modifiers"].items():
        yield from ((word, Meaning("modifier", modifier)) for word in group)
    for kind in ("connector", "joiner", "filler"):
        yield from ((str(word), Meaning(kind, "")) for word in roles[f"{kind}s"])


def _list_entries() -> Iterator[tuple[str, Meaning]]:
    for name in LISTS:
        if not (LEXICON / f"{name}.yml").exists():
            continue
        content = lexicon_file(f"{name}.yml")
        for value, texts in content["values"].items():
            yield from ((str(text), Meaning(content["entity"], str(value))) for text in texts)


def lexicon_folder() -> Path:
    """Where the lexicon's files lie."""
    return LEXICON
