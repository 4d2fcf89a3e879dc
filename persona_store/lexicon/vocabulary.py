"""The lexicon in memory: every word and phrase of `data/lexicon` with what it may mean, and all its spellings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from persona_store.lexicon.text import folded, words
from persona_store.settings import PROJECT_ROOT

LEXICON = PROJECT_ROOT / "data" / "lexicon"
ROLE_FILE = "roles.yml"
LISTS = ("industries", "channels", "sizes", "phases", "ordinals", "languages", "budgets", "concepts", "attributes")
BEHAVIOUR_FILE = "behaviours.yml"
BEHAVIOUR_WORDS = {"negations": "negation", "studies": "studies"}  # lists beside the behaviours
SEVERAL = ("object", "verb", "telling")  # kinds of which one phrase may have several values

# Endings under which a word of four letters or more is met: feminine, plural, cases; English plural.
ENDINGS = ("in", "innen", "n", "nen", "en", "e", "es", "s", "em")
ADJECTIVE_ENDINGS = ("er", "ere", "eren", "erer")
ADJECTIVES = ("isch", "lich", "iv", "al", "ig", "end", "iert")
SHORTEST_INFLECTED = 4
WEIGHTS = {"strongest": 3, "strong": 2, "weak": 1}

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase may mean.

    `kind`: "function", "person", "modifier", "connector", "joiner" or "filler" in titles, else the entity of
    INTENTS.md. `value`: the normal value (of a person: the function or ""). `weight`: from 2 on the word
    decides the function, at 1 a stronger word beside it does. `governs`: the level stands, whoever is named beside.
    """

    kind: str
    value: str
    level: str = ""
    weight: int = 0
    governs: bool = False


@dataclass(slots=True)
class Vocabulary:
    """`meanings` by phrase (tuples of base forms) and base form by spelling.

    `marked` holds further lists per entity ("role" for titles): `quiet` phrases that mean nothing alone in talk, `cues`
    after and `cues_before` which they do, what a term must `not` stand `before`, abbreviations that need `capitals` in
    talk, and words for a branch and a function: a branch when said `alone`, or `departments` unless a cue follows.
    """

    meanings: dict[Phrase, list[Meaning]] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    marked: dict[tuple[str, str], frozenset[Phrase]] = field(default_factory=dict)

    def has_mark(self, mark: str, entity: str, phrase: Phrase) -> bool:
        """Whether `phrase` is on the list `mark` ("quiet", "cues", ...) of `entity`."""
        return phrase in self.marked.get((mark, entity), ())

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
    text = (LEXICON / name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but strings: "no" stays a word


@cache
def vocabulary() -> Vocabulary:
    """The whole lexicon, read once."""
    roles = lexicon_file(ROLE_FILE)
    lists = [lexicon_file(f"{name}.yml") for name in LISTS]
    entries = [*_role_entries(roles), *_behaviour_entries(lexicon_file(BEHAVIOUR_FILE))]
    for content in lists:
        entries.extend(_list_entries(content))
    result = Vocabulary()
    keyed = [(raw_phrase(text), meaning) for text, meaning in entries]
    _add_spellings(result.bases, (phrase[0] for phrase, _ in keyed if len(phrase) == 1))
    _add_spellings(result.bases, (key for phrase, _ in keyed for key in phrase))
    for phrase, meaning in keyed:
        bases = tuple(result.bases.get(key, key) for key in phrase)
        present = result.meanings.setdefault(bases, [])
        if meaning.kind in SEVERAL:
            present.append(meaning)
        else:
            present[:] = [other for other in present if other.kind != meaning.kind] + [meaning]
    for content in (roles | {"entity": "role"}, *lists):
        for mark in (
            "quiet",
            "cues",
            "cues_before",
            "not_before",
            "placeholders",
            "capitals",
            "alone",
            "departments",
            "introduced",
            "owned",
        ):
            phrases = frozenset(result.phrase(text) for text in content.get(mark, ()))
            result.marked[mark, content["entity"]] = phrases
    return result


def _add_spellings(bases: dict[str, str], keys: Iterable[str]) -> None:
    """Every spelling of `keys` that is not taken yet; a word itself goes before inflections of others."""
    fresh = [key for key in keys if key not in bases]
    bases.update((key, key) for key in fresh)
    inflected = [key for key in fresh if len(key) >= SHORTEST_INFLECTED and key.isalpha()]
    for key in inflected:
        for ending in ENDINGS + (ADJECTIVE_ENDINGS if key.endswith(ADJECTIVES) else ()):
            bases.setdefault(folded(key + ending), key)
    for key in fresh:
        if len(key) == SHORTEST_INFLECTED - 1 and key.isalpha():
            bases.setdefault(key + "s", key)  # CFOs
    for key in inflected:
        if key.endswith("e"):
            bases.setdefault(key + "r", key)  # Angestellte, Angestellter
            bases.setdefault(key[:-1] + "in", key)
        if key.endswith("y"):
            bases.setdefault(key[:-1] + "ies", key)


def _role_entries(roles: Any) -> Iterator[tuple[str, Meaning]]:
    for function, lists in roles["functions"].items():
        for weight, name in ((2, "strong"), (1, "weak")):
            for word in lists[name]:
                yield word, Meaning("function", function, weight=weight)
    for group in roles["people"]:
        weight = WEIGHTS.get(group.get("weight", ""), 0)
        meaning = Meaning("person", group.get("function", ""), group["level"], weight, "governs" in group)
        yield from ((word, meaning) for word in group["words"])
    for modifier, group in roles["modifiers"].items():
        yield from ((word, Meaning("modifier", modifier)) for word in group)
    for kind in ("connector", "joiner", "filler"):
        yield from ((word, Meaning(kind, "")) for word in roles[f"{kind}s"])


def _list_entries(content: Any) -> Iterator[tuple[str, Meaning]]:
    for value, texts in content["values"].items():
        yield from ((text, Meaning(content["entity"], value)) for text in texts)
    yield from ((text, Meaning("cue", content["entity"])) for text in content.get("cues", ()))
    for name in ("cues_before", "not_before"):
        yield from ((text, Meaning("context", "")) for text in content.get(name, ()))


def _behaviour_entries(content: Any) -> Iterator[tuple[str, Meaning]]:
    for value, lists in content.items():
        if value in BEHAVIOUR_WORDS:
            yield from ((text, Meaning(BEHAVIOUR_WORDS[value], "")) for text in lists)
            continue
        for name, kind in (("objects", "object"), ("verbs", "verb"), ("phrases", "behaviour"), ("telling", "telling")):
            yield from ((text, Meaning(kind, value)) for text in lists.get(name, ()))
