"""Names that the model overlooks though the words around them leave no doubt."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.known_names import FIRM
from bot.assistant.nlu.name_edges import COUNTING
from bot.assistant.nlu.name_features import TITLES, Knowledge, Sentence, Span, calling

_AT = frozenset({"bei", "at"})
_FROM = _AT | {"von", "vom", "beim", "from"}
_ARTICLES_AT = frozenset({"der", "dem", "den", "the"})
_TO = _AT | {"an", "fur", "fuer", "mit", "with", "for", "to"}
_NOBLE = frozenset({"von", "van", "zu"})
_ARTICLES = frozenset({"der", "den", "dem", "de", "het"})
_MORE = frozenset({"und", "and", "oder", "or", "mit", "with", "vs", "&", ",", "gegen", "zu", "to", "than", "als"})
_OF_FIRM = frozenset({"buying", "decision", "purchasing", "procurement", "committee", "gatekeeper"})
_PERSONA = frozenset({"persona", "personas", "segment"})
_APOSTROPHES = frozenset("'’")
_MOST_LETTERS = 5  # of an abbreviation that stands for a firm
_MOST_DIGITS = 2  # of a persona's number
_NOT_BUT = frozenset({"nicht", "nich", "not", "die", "der", "the", "von"})  # "persona 2 und nicht die 5"
_SHORT = re.compile(r"p\d{1,2}")  # "p2" for persona 2
_NUMERALS = frozenset(
    map(fold, ("eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"))
) | {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}


def with_overlooked(sentence: Sentence, found: Sequence[Span], knowledge: Knowledge) -> list[Span]:
    """`found` with those added. Nothing that was found is changed but what holds an address or a persona's number."""
    words = [fold(token.text) for token in sentence.tokens]
    counted = [*_numbered(sentence), *_addresses(sentence, words)]
    result = [one for one in found if all(one.end <= other.start or other.end <= one.start for other in counted)]
    result += counted
    if knowledge.kinds.get(sentence.intent) == "persona":
        _add(result, _bare_numbers(sentence, words))
    for rule in (_numbers, _abbreviations, _nobility, _owners):
        _add(result, rule(sentence, words, result, knowledge.known))
    _add(result, _firms(sentence, words, knowledge))
    _add(result, _houses(sentence, words, knowledge))
    return sorted(result, key=lambda span: span.start)


def _add(found: list[Span], more: Iterable[Span]) -> None:
    for one in more:
        if all(one.end <= other.start or other.end <= one.start for other in found):
            found.append(one)


def _firms(sentence: Sentence, words: Sequence[str], knowledge: Knowledge) -> Iterator[Span]:
    """Firms that many people know, where the word is nothing else."""
    firms = [FIRM in kinds for kinds in knowledge.listed.at(words)]
    for index, token in enumerate(sentence.tokens):
        begins = firms[index] and (index == 0 or not firms[index - 1])
        if begins and words[index] not in knowledge.known and not _term(sentence, index):
            last = index
            while last + 1 < len(firms) and firms[last + 1]:
                last += 1
            yield Span(token.start, sentence.tokens[last].end, "company")


def _houses(sentence: Sentence, words: Sequence[str], knowledge: Knowledge) -> Iterator[Span]:
    """ "vom autohaus sprock", "bei der marienhöhe": an unknown word after what firms call themselves by or "at the"."""
    kinds = knowledge.listed.at(words)
    for index in range(1, len(words)):
        first = index - 1 if calling(words[index - 1]) == "firm" else index
        article = words[first - 1] in _ARTICLES_AT
        before = first - 1 - article
        new = words[index].isalpha() and words[index] not in knowledge.known and not _term(sentence, index)
        placed = before >= 0 and words[before] in (_FROM if first < index else _AT)
        if new and placed and (first < index or (article and not kinds[index])):
            yield Span(sentence.tokens[first].start, sentence.tokens[index].end, "company")


def _addresses(sentence: Sentence, words: Sequence[str]) -> Iterator[Span]:
    """An e-mail address, or the number of a contact ("#4711", but not "persona #2")."""
    for index, token in enumerate(sentence.tokens):
        number = token.text[:1] == "#" and token.text[1:].isdigit()
        of_persona = number and len(token.text) <= 1 + _MOST_DIGITS and words[max(index - 1, 0)] in _PERSONA
        if (number and not of_persona) or "@" in token.text[1:]:
            yield Span(token.start, token.end, "contact")


def _numbered(sentence: Sentence) -> list[Span]:
    """ "persona 99", "Persona Nr. 4", "persona seven", "p2", whether there is one or not."""
    words = [fold(token.text) for token in sentence.tokens]
    short = [token for token, word in zip(sentence.tokens, words, strict=True) if _SHORT.fullmatch(word)]
    found = [Span(token.start, token.end, "persona") for token in short]
    for index in (place for place, word in enumerate(words) if word == "persona"):
        last = index + 1
        while last < len(words) and (words[last] in COUNTING or (words[last] == "." and words[last - 1] in COUNTING)):
            last += 1
        if last < len(words) and _is_number(words[last]):
            found.append(Span(sentence.tokens[index].start, sentence.tokens[last].end, "persona"))
    return found


def _is_number(word: str) -> bool:
    digits = word.removeprefix("#")
    return word in _NUMERALS or (digits.isdigit() and len(digits) <= _MOST_DIGITS)


def _bare_numbers(sentence: Sentence, words: Sequence[str]) -> Iterator[Span]:
    """ "nr 3 vs nr. 5", where personas are asked about."""
    for index in range(1, len(words)):
        before = words[index - 2] if words[index - 1] == "." and index > 1 else words[index - 1]
        digits = words[index].isdigit() and len(words[index]) <= _MOST_DIGITS
        if digits and before in COUNTING:
            yield Span(sentence.tokens[index].start, sentence.tokens[index].end, "persona")


def _numbers(sentence: Sentence, words: Sequence[str], found: Sequence[Span], known: Collection[str]) -> Iterator[Span]:
    """The second number of "persona 2 und 5", "persona 1 und nicht die 4"."""
    ends = {one.end for one in found if one.entity == "persona" and sentence.text[one.end - 1].isdigit()}
    for index in range(2, len(words)):
        first = index - 1
        while first > 1 and words[first] in _NOT_BUT and words[first - 1] in _MORE | _NOT_BUT:
            first -= 1
        number = words[index].isdigit() and len(words[index]) <= _MOST_DIGITS
        joined = words[first] in _MORE and sentence.tokens[first - 1].end in ends
        if number and joined and not _term(sentence, index):
            ends.add(sentence.tokens[index].end)
            yield Span(sentence.tokens[index].start, sentence.tokens[index].end, "persona")


def _abbreviations(
    sentence: Sentence, words: Sequence[str], found: Sequence[Span], known: Collection[str]
) -> Iterator[Span]:
    """ "bei SAP": capitals that are no term of the trade, in a sentence that is not all in capitals."""
    if sentence.text.isupper():
        return
    for index in range(1, len(words)):
        text = sentence.tokens[index].text
        short = 1 < len(text) <= _MOST_LETTERS and text.isalpha() and text.isupper()
        if short and words[index - 1] in _AT and not _term(sentence, index) and not _hyphened(sentence, index):
            yield Span(sentence.tokens[index].start, sentence.tokens[index].end, "company")


def _nobility(
    sentence: Sentence, words: Sequence[str], found: Sequence[Span], known: Collection[str]
) -> Iterator[Span]:
    """ "bei von der Tann": after two prepositions in a row the second is part of a name."""
    for index in range(1, len(words) - 1):
        if words[index] not in _NOBLE or not (words[index - 1] in _TO or words[index - 1] in TITLES):
            continue
        last = index + 1
        while last < len(words) - 1 and words[last] in _ARTICLES:
            last += 1
        if words[last].isalpha() and words[last] not in known and words[last] not in _ARTICLES:
            yield Span(sentence.tokens[index].start, sentence.tokens[last].end, "contact")


def _owners(sentence: Sentence, words: Sequence[str], found: Sequence[Span], known: Collection[str]) -> Iterator[Span]:
    """ "Unipart's buying centre"."""
    for index in range(len(words) - 3):
        owns = words[index + 1] in _APOSTROPHES and words[index + 2] == "s" and words[index + 3] in _OF_FIRM
        if owns and words[index].isalnum() and words[index] not in known:
            yield Span(sentence.tokens[index].start, sentence.tokens[index].end, "company")


def _term(sentence: Sentence, index: int) -> bool:
    token = sentence.tokens[index]
    return any(term.start < token.end and token.start < term.end for term in sentence.terms if term.entity != "ordinal")


def _hyphened(sentence: Sentence, index: int) -> bool:
    return sentence.text[sentence.tokens[index].end :][:1] == "-"
