"""Repeats training sentences with other, made-up names in them; the same sentences give the same variants."""

import random
from collections.abc import Sequence

from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.name_features import SALUTATIONS, TITLES, Sentence, Span
from bot.assistant.nlu.name_makers import Makers, name_makers, title_makers, who_is
from bot.assistant.nlu.tokenizer import tokens_of
from bot.written import detect_language
from persona_store.lexicon import find_terms

_SEED = 1
_VARIED = frozenset({"contact", "company", "persona", "role"})
_COMPANY_TIMES = 2  # firms are named in fewer examples than people, but in as many questions
_WHO_IS = 0.15  # share of people of whom role and firm are said
_INTRODUCED = 0.08  # share of people of whom they are said before the name ("the buyer at Brandt, Lea Roth")
_WITH_COMPANY = 0.25  # share of variants with a person that tell the firm too, as people do ("weber von bosch")
_AS_COMPANY = 0.2  # share of people who may as well be a firm ("lohnt sich meier noch") that become one
_OF = {
    "de": (" von ", " von der ", " bei ", " aus der Firma ", ", ", " "),
    "en": (" from ", " at ", " of ", " with ", ", ", " "),
}
_WITH_ARTICLE = 0.5  # share of names of personas put in place of a number that get one: "the Busy Founders"
_PART_OF_NAME = ("The ", "Der ", "Die ")
_OF_PEOPLE = SALUTATIONS | TITLES | {"der", "die", "den", "dem", "the", "that", "this", "diesen", "dieser", "diese"}
_ARTICLES = {"de": ("die ", "den ", "die Persona ", "das Segment "), "en": ("the ", "the ", "our ", "the segment ")}


def with_other_names(sentences: Sequence[Sentence], variants: int) -> list[Sentence]:
    """`variants` versions of each sentence that names a contact, more where a company; half of them in lower case."""
    makers = {language: name_makers(language) | {"role": title_makers(language)} for language in _OF}
    dice = random.Random(_SEED)
    varied = []
    for sentence in sentences:
        named = {span.entity for span in sentence.spans} & _VARIED
        times = variants * (_COMPANY_TIMES if "company" in named else 1) if named else 0
        language = language_of(sentence.text)
        varied += [_varied(sentence, makers[language], language, dice, lower=bool(n % 2)) for n in range(times)]
    return varied


def language_of(text: str) -> str:
    """The language that `text` is likelier written in; German where nothing tells."""
    found = detect_language(text)
    return found.language if found else "de"


def _varied(sentence: Sentence, makers: Makers, language: str, dice: random.Random, *, lower: bool) -> Sentence:
    names: list[Span] = []
    text, end = "", 0
    told = any(span.entity == "company" for span in sentence.spans)
    for span in sorted(sentence.spans, key=lambda span: span.start):
        text += sentence.text[end : span.start]
        old = sentence.text[span.start : span.end]
        entity = "company" if not told and _either(sentence, span) and dice.random() < _AS_COMPANY else span.entity
        new = dice.choice(makers[entity])() if entity in _VARIED else old
        while entity != span.entity and " " not in new:  # one word alone may be either
            new = dice.choice(makers[entity])()
        if span.entity == "persona" and old[-1].isdigit() and dice.random() < _WITH_ARTICLE:
            text += dice.choice(_ARTICLES[language])
        if entity == "contact" and not told and _free(sentence, span) and dice.random() < _INTRODUCED:
            told = True
            text = _saying(text, who_is(makers, language, dice, before=True), names)
        names.append(Span(len(text), len(text) + len(new), entity))
        text += new
        end = span.end
        if entity == "contact" and not told and not _said(sentence) and dice.random() < _WHO_IS:
            told = True
            text = _saying(text, who_is(makers, language, dice), names)
        elif entity == "contact" and not told and "@" not in new and dice.random() < _WITH_COMPANY:
            told = True
            text += dice.choice(_OF[language])
            firm = dice.choice(makers["company"])()
            names.append(Span(len(text), len(text) + len(firm), "company"))
            text += firm
    rest = sentence.text[end:]
    text = text[:-1] if text.endswith(",") and not rest[:1].isspace() else text  # no comma before another mark
    text = _ended(text + rest, names[-1].end, dice)
    if lower and len(text.lower()) == len(text):  # positions must stay valid
        names = [_without_article(text, one) for one in names]
        text = text.lower()
    return Sentence(text, tokens_of(text), find_terms(text), tuple(names), sentence.intent)


def _saying(text: str, pieces: Sequence[tuple[str, str]], names: list[Span]) -> str:
    """`text` with `pieces` behind it, whose entities are added to `names`."""
    for piece, kind in pieces:
        names += [Span(len(text), len(text) + len(piece), kind)] if kind else []
        text += piece
    return text


def _without_article(text: str, name: Span) -> Span:
    """A persona in small letters begins after its article, which only a capital makes a part of the name."""
    article = name.entity == "persona" and text[name.start : name.end].startswith(_PART_OF_NAME)
    return Span(name.start + text[name.start : name.end].index(" ") + 1, name.end, name.entity) if article else name


def _either(sentence: Sentence, span: Span) -> bool:
    """Whether a firm may stand in a person's place: no form of address, article or role is before it, and no other
    name is in the sentence.
    """
    return span.entity == "contact" and len(sentence.spans) == 1 and _free(sentence, span)


def _free(sentence: Sentence, span: Span) -> bool:
    """Whether nothing is said of who is named: no form of address, article, hyphen or role."""
    before = fold(sentence.text[: span.start]).split()[-1:]
    free = not before or (before[0].strip(".,") not in _OF_PEOPLE and sentence.text[: span.start].rstrip()[-1:] != "-")
    return free and not _said(sentence)


def _said(sentence: Sentence) -> bool:
    return any(term.entity == "role" for term in sentence.terms)


def _ended(text: str, last: int, dice: random.Random) -> str:
    """`text` with another mark at its end or none: a name before it ends where it does, whatever follows."""
    bare = text.rstrip("?.! ") if len(text.rstrip("?.! ")) >= last else text[:last]
    return dice.choice((text, text, bare, bare + ".", bare + "?"))
