"""What the name model sees of a word: itself, its parts, its neighbours, and whether it is a known word."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rasa.nlu.tokenizers.tokenizer import Token
from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH

from bot.assistant.nlu.ngrams import fold
from persona_store.lexicon import Term

OUTSIDE = "O"
_KNOWN_FROM = 2  # a word seen once outside of names says little: so the model learns that unknown words may be none
_AFFIX_LENGTHS = (2, 3, 4)
_WINDOW = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) are a name of the kind `entity`."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with its tokens, the lexicon's terms and the names in it."""

    text: str
    tokens: Sequence[Token]
    terms: Sequence[Term]
    spans: tuple[Span, ...]


def tags(sentence: Sentence) -> list[str]:
    """One of O, B-entity (first word of a name), I-entity (further word) for each token."""
    return [_tag(token, sentence.spans) for token in sentence.tokens]


def spans(labels: Sequence[str], tokens: Sequence[Token]) -> list[Span]:
    """The names that `labels`, as `tags` makes them, say are in `tokens`."""
    found: list[Span] = []
    for label, token in zip(labels, tokens, strict=True):
        entity = label[2:]
        if label.startswith("B-"):
            found.append(Span(token.start, token.end, entity))
        elif label.startswith("I-") and found and found[-1].entity == entity:
            found[-1] = Span(found[-1].start, token.end, entity)
    return found


def known_words(sentences: Sequence[Sentence]) -> frozenset[str]:
    """Function words and words that several sentences use outside of names; any other word is likelier a name."""
    counts = Counter(
        word
        for sentence in sentences
        for word in {fold(token.text) for token in sentence.tokens if _tag(token, sentence.spans) == OUTSIDE}
    )
    used = {word for word, count in counts.items() if count >= _KNOWN_FROM}
    return frozenset(used.union(map(fold, GERMAN), map(fold, ENGLISH)))


def features(sentence: Sentence, known: frozenset[str]) -> list[list[str]]:
    """The features of each token, as crfsuite wants them; none of them depends on upper or lower case."""
    words = [fold(token.text) for token in sentence.tokens]
    terms = [_term(token, sentence.terms) for token in sentence.tokens]
    shapes = [_shape(word, word in known) for word in words]
    return [_features_at(index, words, terms, shapes) for index in range(len(words))]


def _features_at(index: int, words: list[str], terms: list[str], shapes: list[str]) -> list[str]:
    word = words[index]
    found = ["bias", f"word={word}", f"shape={shapes[index]}", f"term={terms[index]}"]
    found += [f"prefix={word[:length]}" for length in _AFFIX_LENGTHS]
    found += [f"suffix={word[-length:]}" for length in _AFFIX_LENGTHS]
    for offset in range(-_WINDOW, _WINDOW + 1):
        neighbour = index + offset
        if offset and 0 <= neighbour < len(words):
            found.append(f"{offset}:word={words[neighbour]}")
            found.append(f"{offset}:shape={shapes[neighbour]}|{terms[neighbour]}")
        elif offset:
            found.append(f"{offset}:edge")
    if index:
        found.append(f"pair={words[index - 1]}|{shapes[index]}")
    return found


def _shape(word: str, known: bool) -> str:
    if "@" in word:
        return "address"
    if word.startswith("#") and len(word) > 1:
        return "id"
    if word.isdigit():
        return "number"
    if not word.isalnum():
        return "symbol"
    return "known" if known else "unknown"


def _tag(token: Token, names: Sequence[Span]) -> str:
    for name in names:
        if name.start <= token.start and token.end <= name.end:
            return f"{'B' if token.start == name.start else 'I'}-{name.entity}"
    return OUTSIDE


def _term(token: Token, terms: Sequence[Term]) -> str:
    around = (term.entity for term in terms if term.start <= token.start and token.end <= term.end)
    return next(around, "")
