"""The words by which texts tell wishes, problems and traits, and the spaCy pipeline that marks them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Final, Literal

import spacy
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from persona_store.lexicon.compounds import LINKS, UNKNOWN
from persona_store.lexicon.text import Word, folded, words
from persona_store.lexicon.vocabulary import Phrase, lexicon_file, raw_phrase

FILE: Final = "wishes.yml"
Kind = Literal["wish", "problem", "trait"]
Role = Literal[
    "word", "wish", "problem", "trait", "pair", "cue", "negation", "joiner", "contrast", "instead", "ignored"
]

# Under these a word of four letters or more is met: cases, plurals, comparatives, verbs, of both languages at once.
ENDINGS: Final = (
    "e", "en", "er", "es", "em", "n", "s", "ere", "eren", "erer", "eres", "ste", "sten", "t", "te", "ten", "tes",
    "ter", "st", "end", "ende", "enden", "ed", "ing", "d", "in", "innen", "nen",
)  # fmt: skip
SHORTEST_INFLECTED: Final = 4
SHORTEST_PIECE: Final = 4  # letters of a known word within a compound
SHORTEST_HEAD: Final = 6  # of one after something unknown ("Datensicherheit")
SHORTEST_MISSPELT: Final = 7  # shorter words have too many neighbours
TWO_TYPOS_FROM: Final = 11


@dataclass(frozen=True, slots=True)
class Sense:
    """What a phrase is for: its role, the term it belongs to, and of a cue whether it says wish, problem or good."""

    role: Role
    value: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups of phrases that say a wish or a problem when one of each stands in a part of a sentence."""

    kind: Literal["wish", "problem"]
    term: str
    one: frozenset[Phrase]
    other: frozenset[Phrase]


@dataclass(slots=True)
class WishWords:
    """The senses of phrases (tuples of base forms), the base form of every spelling, pairs of phrases, which terms
    nobody misses, and words that no typo made."""

    senses: dict[Phrase, Sense] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()
    no_lack: frozenset[str] = frozenset()
    not_misspelt: frozenset[str] = frozenset()


def text_terms() -> tuple[tuple[Kind, str], ...]:
    """Every (kind, term) that a text may hold, in the order of the lexicon."""
    content = lexicon_file(FILE)
    kinds: tuple[Kind, ...] = ("wish", "problem")
    return tuple((kind, term) for kind in kinds for term in content["terms"]) + tuple(
        ("trait", term) for term in content["traits"]
    )


@cache
def wish_words() -> WishWords:
    """The lexicon of wishes, read once."""
    content = lexicon_file(FILE)
    result = WishWords(
        no_lack=frozenset(content["no_lack"]),
        not_misspelt=frozenset(folded(word) for word in content["not_misspelt"]),
    )
    keyed = [(raw_phrase(text), sense) for text, sense in _entries(content)]
    _add_spellings(result.bases, [phrase[0] for phrase, sense in keyed if sense.role == "ignored" and len(phrase) == 1])
    _add_spellings(result.bases, sorted({key for phrase, _ in keyed for key in phrase}, key=len))
    for phrase, sense in keyed:
        result.senses.setdefault(tuple(result.bases[key] for key in phrase), sense)

    def group(texts: list[str]) -> frozenset[Phrase]:
        return frozenset(tuple(result.bases[key] for key in raw_phrase(text)) for text in texts)

    result.pairs = tuple(
        Pair(pair["kind"], pair["term"], group(pair["one"]), group(pair["other"])) for pair in content["pairs"]
    )
    return result


def _add_spellings(bases: dict[str, str], keys: list[str]) -> None:
    """Every spelling of `keys` that is not taken yet: a word that is an inflection of a shorter one is that one."""
    for key in keys:
        if key in bases:
            continue
        bases[key] = key
        if len(key) >= SHORTEST_INFLECTED and key.isalpha():
            for ending in ENDINGS:
                bases.setdefault(folded(key + ending), key)


def _entries(content: Any) -> Iterator[tuple[str, Sense]]:
    """All phrases; where one is listed twice the first list counts."""
    yield from ((text, Sense("ignored")) for text in content["ignored"])
    roles: tuple[tuple[str, Role], ...] = (("problem", "problem"), ("wish", "wish"), ("words", "word"))
    for name, role in roles:
        for term, lists in content["terms"].items():
            yield from ((text, Sense(role, term)) for text in lists[name])
    for trait, texts in content["traits"].items():
        yield from ((text, Sense("trait", trait)) for text in texts)
    links: tuple[tuple[str, Role], ...] = (
        ("negations", "negation"), ("joiners", "joiner"), ("contrasts", "contrast"), ("instead", "instead"),
    )  # fmt: skip
    for name, role in links:
        yield from ((text, Sense(role)) for text in content[name])
    for value in ("problem", "good", "wish"):
        yield from ((text, Sense("cue", value)) for text in content["cues"][value])
    for pair in content["pairs"]:
        yield from ((text, Sense("pair")) for text in (*pair["one"], *pair["other"]))


class WishTokenizer:
    """Text to base forms of the lexicon of wishes. `doc.user_data["words"]` holds the word of every token."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The base forms of the words of `text`; what the lexicon lacks is one and the same token."""
        tokens: list[str] = []
        origins: list[Word] = []
        for word in words(text, sentences=True):
            for piece in pieces(word.key):
                tokens.append(piece)
                origins.append(word)
        return Doc(self.vocab, words=tokens, user_data={"words": origins})


@cache
def wish_pipeline() -> Language:
    """The pipeline that marks the phrases of wishes.yml in `doc.spans["wishes"]`."""
    nlp = spacy.blank("de")
    nlp.tokenizer = WishTokenizer(nlp.vocab)
    nlp.add_pipe("personabot_wishes")
    return nlp


@Language.factory("personabot_wishes")
class WishMatcher:
    """Marks every phrase in `doc.spans["wishes"]`, overlapping ones too; its label is the phrase."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.matcher = PhraseMatcher(nlp.vocab, attr="ORTH")
        for phrase in wish_words().senses:
            self.matcher.add(" ".join(phrase), [Doc(nlp.vocab, words=list(phrase))])

    def __call__(self, doc: Doc) -> Doc:
        """Sets `doc.spans["wishes"]`."""
        doc.spans["wishes"] = self.matcher(doc, as_spans=True)
        return doc


@lru_cache(maxsize=1 << 16)
def pieces(key: str) -> tuple[str, ...]:
    """The base forms a folded word consists of, typos mended; `UNKNOWN` for what the lexicon lacks."""
    base = wish_words().bases.get(key)
    if base:
        return (base,)
    return _compound(key) or _repaired(key) or (UNKNOWN,)


def _compound(key: str) -> tuple[str, ...]:
    """A known head with what is before it, known or not ("qualitatsmangel", "datensicherheit")."""
    parts = _parts()
    for cut in range(SHORTEST_PIECE, len(key) - SHORTEST_PIECE + 1):
        head = parts.get(key[cut:])
        if head is None:
            continue
        for link in LINKS:
            start = key[: cut - len(link)]
            if key[:cut].endswith(link) and start in parts:
                return (parts[start], head)
        if len(key) - cut >= SHORTEST_HEAD:
            return (UNKNOWN, head)
    return ()


@cache
def _parts() -> dict[str, str]:
    """Spellings that may stand in a compound: of words that name a matter or a problem."""
    senses = wish_words().senses
    usable = {
        phrase[0]
        for phrase, sense in senses.items()
        if len(phrase) == 1 and (sense.role in ("word", "problem") or sense.value == "problem")
    }
    return {form: base for form, base in wish_words().bases.items() if base in usable and len(form) >= SHORTEST_PIECE}


def _repaired(key: str) -> tuple[str, ...]:
    if len(key) < SHORTEST_MISSPELT or not key.isalpha() or key in wish_words().not_misspelt:
        return ()
    allowed = 2 if len(key) >= TWO_TYPOS_FROM else 1
    best = process.extractOne(
        key, _by_first_letter().get(key[0], []), scorer=DamerauLevenshtein.distance, score_cutoff=allowed
    )
    return (wish_words().bases[best[0]],) if best else ()


@cache
def _by_first_letter() -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for form in sorted(wish_words().bases):
        if len(form) >= SHORTEST_MISSPELT - 1 and form.isalpha():
            result.setdefault(form[0], []).append(form)
    return result
