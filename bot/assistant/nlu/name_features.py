"""What the name model sees of a word: itself, its parts, its neighbours, its meaning, and what is known of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rasa.nlu.tokenizers.tokenizer import Token
from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH

from bot.assistant.nlu.firm_words import FIRM_ENDINGS, FIRM_WORDS, LEGAL_FORMS
from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.gazetteer import Gazetteer
from bot.assistant.nlu.known_names import KnownNames
from persona_store.lexicon import Term

OUTSIDE = "O"
_KNOWN_FROM = 2  # a word seen once outside of names says little: so the model learns that unknown words may be none
_AFFIX_LENGTHS = (1, 2, 3, 4, 5)
_WINDOW = 3
SALUTATIONS = frozenset(
    {"herr", "herrn", "hr", "frau", "fr", "mr", "mrs", "ms", "miss", "mister", "madam", "sir", "familie"}
    | {"madame", "monsieur", "mme", "señora", "senora"}
)
TITLES = frozenset(
    {
        "dr",
        "prof",
        "professor",
        "doktor",
        "doctor",
        "mag",
        "ing",
        "med",
        "phil",
        "rer",
        "nat",
        "iur",
        "lic",
        "jur",
        "oec",
        "habil",
    }
)
_EDGE = "#"  # stands for the word before the first and after the last one


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) are a name of the kind `entity`."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with its tokens, the lexicon's terms, the names in it, and what is likely wanted with it."""

    text: str
    tokens: Sequence[Token]
    terms: Sequence[Term]
    spans: tuple[Span, ...]
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was learned of words: those that are no names, names seen, groups of similar meaning by folded word.

    `listed`: names that many people know, learned or not. `kinds`: by intent that names next to no person and no firm
    what its names are (name_intents.py).
    """

    known: frozenset[str]
    gazetteer: Gazetteer
    listed: KnownNames
    clusters: Mapping[str, Sequence[str]]
    kinds: Mapping[str, str] = field(default_factory=dict)


def tags(sentence: Sentence) -> list[str]:
    """One of O, I-entity, B-entity for each token; B only where a name follows another one of its kind at once.

    That is IOB1 (Ramshaw and Marcus 1995): half the labels, and found better than with a B for every first word.
    """
    inside = [_span_at(token, sentence.spans) for token in sentence.tokens]
    labels = []
    for before, span in zip([None, *inside], inside, strict=False):
        if span is None:
            labels.append(OUTSIDE)
        else:
            follows = before is not None and before != span and before.entity == span.entity
            labels.append(f"{'B' if follows else 'I'}-{span.entity}")
    return labels


def spans(labels: Sequence[str], tokens: Sequence[Token]) -> list[Span]:
    """The names that `labels`, as `tags` makes them, say are in `tokens`."""
    found: list[Span] = []
    before = OUTSIDE
    for label, token in zip(labels, tokens, strict=True):
        entity = label[2:]
        if label.startswith("I-") and before[2:] == entity:
            found[-1] = Span(found[-1].start, token.end, entity)
        elif label != OUTSIDE:
            found.append(Span(token.start, token.end, entity))
        before = label
    return found


def known_words(sentences: Sequence[Sentence]) -> frozenset[str]:
    """Function words and words that several sentences use outside of names; any other word is likelier a name."""
    counts = Counter(
        word
        for sentence in sentences
        for word in {fold(token.text) for token in sentence.tokens if _span_at(token, sentence.spans) is None}
    )
    used = {word for word, count in counts.items() if count >= _KNOWN_FROM}
    return frozenset(used.union(map(fold, GERMAN), map(fold, ENGLISH)))


def features(sentence: Sentence, knowledge: Knowledge, *, seen: bool = False, made_up: bool = False) -> list[list[str]]:
    """The features of each token, as crfsuite wants them; capitals tell something only where the writer uses them.

    `seen`: the sentence is one of those that `knowledge` comes from, so its own names do not count as known.
    `made_up`: its names were taken from lists, so that not all of them count as listed.
    """
    words = [fold(token.text) for token in sentence.tokens]
    own = [(words_in(sentence, span), span.entity) for span in sentence.spans] if seen else []
    view = _View(
        words=words,
        shapes=[_shape(word, word in knowledge.known) for word in words],
        looks=_looks(sentence, words),
        terms=[_term(token, sentence.terms) for token in sentence.tokens],
        names=knowledge.gazetteer.entities_at(words, own),
        listed=knowledge.listed.at(words, hide=made_up),
        clusters=[knowledge.clusters.get(word, ()) for word in words],
        intent=sentence.intent,
    )
    return [_features_at(index, view) for index in range(len(words))]


def words_in(sentence: Sentence, span: Span) -> tuple[str, ...]:
    """The folded words of a name."""
    inside = (token for token in sentence.tokens if span.start <= token.start and token.end <= span.end)
    return tuple(fold(token.text) for token in inside)


@dataclass(frozen=True, slots=True)
class _View:
    """A sentence as lists of one entry a word."""

    words: list[str]
    shapes: list[str]
    looks: list[str]
    terms: list[str]
    names: list[frozenset[str]]
    listed: list[str]
    clusters: list[Sequence[str]]
    intent: str

    def word(self, index: int) -> str:
        return self.words[index] if 0 <= index < len(self.words) else _EDGE


def _features_at(index: int, view: _View) -> list[str]:
    found = [*_alone(index, view), *_around(index, view)]
    if view.intent:
        telling = [view.words[index], f"{view.shapes[index]}|{view.terms[index]}", *view.clusters[index]]
        telling += [f"l{view.listed[index]}", f"-{view.word(index - 1)}", f"+{view.word(index + 1)}"]
        telling += [f"g{name}" for name in view.names[index]]
        found += [f"intent={view.intent}", *(f"intent={view.intent}|{feature}" for feature in sorted(telling))]
    return found


def _alone(index: int, view: _View) -> list[str]:
    word, shape, term = view.words[index], view.shapes[index], view.terms[index]
    look = view.looks[index]
    listed = view.listed[index]
    found = ["bias", f"word={word}", f"shape={shape}", f"term={term}", f"look={look}", f"look={look}|{shape}"]
    found += [f"listed={listed}", f"listed={listed}|{shape}", f"listed={listed}|{view.word(index - 1)}"]
    found += [f"prefix={word[:length]}" for length in _AFFIX_LENGTHS[1:]]
    found += [f"suffix={word[-length:]}" for length in _AFFIX_LENGTHS]
    found += [f"cluster={cluster}" for cluster in view.clusters[index]]
    return found + [f"name={name}" for name in sorted(view.names[index])]


def _around(index: int, view: _View) -> list[str]:
    word, before, after = view.words[index], view.word(index - 1), view.word(index + 1)
    found = [
        f"pair-={before}|{word}",
        f"pair+={word}|{after}",
        f"pair={before}|{view.shapes[index]}",
        f"pair--={view.word(index - 2)}|{before}",
        f"pair++={after}|{view.word(index + 2)}",
    ]
    for offset in range(-_WINDOW, _WINDOW + 1):
        neighbour = index + offset
        if offset == 0:
            continue
        found.append(f"{offset}:word={view.word(neighbour)}")
        if abs(offset) < _WINDOW and 0 <= neighbour < len(view.words):
            found.append(f"{offset}:shape={view.shapes[neighbour]}|{view.terms[neighbour]}")
            found.append(f"{offset}:look={view.looks[neighbour]}|{view.looks[index]}")
            found.append(f"{offset}:listed={view.listed[neighbour]}|{view.listed[index]}")
        if abs(offset) == 1 and 0 <= neighbour < len(view.words):
            found += [f"{offset}:cluster={cluster}" for cluster in view.clusters[neighbour]]
            found += [f"{offset}:clusters={one}|{other}" for one, other in _coarsest(view, index, neighbour)]
    return found


def _coarsest(view: _View, index: int, neighbour: int) -> list[tuple[str, str]]:
    return list(zip(view.clusters[index][:1], view.clusters[neighbour][:1], strict=False))


def _looks(sentence: Sentence, words: Sequence[str]) -> list[str]:
    """What kind of word each is, and whether it has a capital, where the writer uses any beside the first."""
    firsts = [token.text[0] for token in sentence.tokens]
    mixed = any(sign.isupper() for sign in firsts[1:]) and any(sign.islower() for sign in firsts)
    marks = ["" if not mixed or not sign.isalpha() else "Aa"[sign.islower()] for sign in firsts]
    return [f"{calling(word)}{mark}" for word, mark in zip(words, marks, strict=True)]


def calling(word: str) -> str:
    """What a word of a name is: "salutation", "title", "legal" form, "firm" (what firms call themselves), or ""."""
    if word in SALUTATIONS:
        return "salutation"
    if word in TITLES:
        return "title"
    if word in LEGAL_FORMS:
        return "legal"
    return "firm" if word in FIRM_WORDS or word.endswith(FIRM_ENDINGS) else ""


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


def _span_at(token: Token, names: Sequence[Span]) -> Span | None:
    return next((name for name in names if name.start <= token.start and token.end <= name.end), None)


def _term(token: Token, terms: Sequence[Term]) -> str:
    around = (term.entity for term in terms if term.start <= token.start and token.end <= term.end)
    return next(around, "")
