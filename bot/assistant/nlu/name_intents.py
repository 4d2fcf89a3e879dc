"""What a name is, told by what is asked: where no example names a person or firm, a name is a persona's or none."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.known_names import GIVEN
from bot.assistant.nlu.name_features import SALUTATIONS, TITLES, Knowledge, Sentence, Span, words_in

_CONTACT, _COMPANY, _PERSONA = "contact", "company", "persona"
_ENOUGH = 100  # examples of an intent that name next to no person and no firm
_SELDOM = 0.02  # share of an intent's examples that name a person or firm all the same ("for the talk with Brandt")
_OFTEN = 0.1  # share of an intent's examples that name a persona, so that an unknown name in it is one
_COMPARING = "compare_personas"
_ROLE = "role"
_WORKING = frozenset({"at", "of", "from", "bei", "beim", "von", "vom"})
_BETWEEN = (" ", "-")  # two parts of one name


def named_kinds(examples: Sequence[Message]) -> dict[str, str]:
    """By intent in whose examples hardly a person or firm is named: `persona` where personas are, else ""."""
    counts = Counter(example.get(INTENT) for example in examples)
    named: Counter[tuple[str, str]] = Counter()
    for example in examples:
        named.update({(example.get(INTENT), entity["entity"]) for entity in example.get(ENTITIES, [])})
    others = {intent: named[intent, _CONTACT] + named[intent, _COMPANY] for intent in counts}
    bare = [intent for intent, count in counts.items() if count >= _ENOUGH and others[intent] <= _SELDOM * count]
    return {intent: _PERSONA if named[intent, _PERSONA] > _OFTEN * counts[intent] else "" for intent in bare}


def fitting(
    sentence: Sentence, found: Sequence[Span], intent: str, kinds: Mapping[str, str], knowledge: Knowledge
) -> list[Span]:
    """`found` as names of what `intent`, which is acted upon, may be about (`kinds` as `named_kinds` gives them).

    Who is addressed by a form of address, a title, an e-mail address or a number stays a person, what many know a firm,
    and so does where somebody works ("the copywriter at Quarry Lane").
    """
    if intent not in kinds:
        return list(found)
    kept: list[Span] = []
    for one in (part for whole in found for part in _parted(sentence, whole, intent, knowledge)):
        if one.entity not in (_CONTACT, _COMPANY) or _sure(sentence, one, knowledge):
            kept.append(one)
        elif kinds[intent]:
            close = kept and kept[-1].entity == _PERSONA and sentence.text[kept[-1].end : one.start] in _BETWEEN
            start = kept.pop().start if close else one.start
            kept.append(Span(start, one.end, kinds[intent]))
    return kept


def _parted(sentence: Sentence, one: Span, intent: str, knowledge: Knowledge) -> list[Span]:
    """Two personas named without a word between: the first ends with a first name ("eco emma fleet boss frank")."""
    inside = [token for token in sentence.tokens if one.start <= token.start < one.end]
    if intent != _COMPARING or one.entity != _PERSONA:
        return [one]
    kinds = knowledge.listed.at([fold(token.text) for token in inside])
    for place in range(1, len(inside) - 2):
        if GIVEN in kinds[place] and inside[place].end < inside[place + 1].start:
            return [Span(one.start, inside[place].end, _PERSONA), Span(inside[place + 1].start, one.end, _PERSONA)]
    return [one]


def _sure(sentence: Sentence, one: Span, knowledge: Knowledge) -> bool:
    name = words_in(sentence, one)
    before = words_in(sentence, Span(0, one.start, ""))[-1:]
    works = one.entity == _COMPANY and before and before[0] in _WORKING and _after_role(sentence, one)
    addressed = works or bool({*name[:1], *before} & (SALUTATIONS | TITLES)) or sentence.text[one.start] == "#"
    return addressed or "@" in sentence.text[one.start : one.end] or knowledge.listed.is_firm(name)


def _after_role(sentence: Sentence, firm: Span) -> bool:
    """Whether a role stands before the word before `firm`."""
    beside = sentence.text[: firm.start].rstrip().rpartition(" ")[0]
    return any(term.entity == _ROLE and term.end == len(beside) for term in sentence.terms)
