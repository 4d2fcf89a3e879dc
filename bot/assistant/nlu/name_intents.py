"""What a name is, told by what is asked: where no example names a person or firm, a name is a persona's or none."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.assistant.nlu.name_features import SALUTATIONS, TITLES, Knowledge, Sentence, Span, words_in

_CONTACT, _COMPANY, _PERSONA = "contact", "company", "persona"
_ENOUGH = 100  # examples of an intent that name no person and no firm
_OFTEN = 0.1  # share of an intent's examples that name a persona, so that an unknown name in it is one
_BETWEEN = (" ", "-")  # two parts of one name


def named_kinds(examples: Sequence[Message]) -> dict[str, str]:
    """By intent in whose examples no person and no firm is named: `persona` where personas are, else ""."""
    counts = Counter(example.get(INTENT) for example in examples)
    named: Counter[tuple[str, str]] = Counter()
    for example in examples:
        named.update({(example.get(INTENT), entity["entity"]) for entity in example.get(ENTITIES, [])})
    bare = [i for i, n in counts.items() if n >= _ENOUGH and not named[i, _CONTACT] and not named[i, _COMPANY]]
    return {intent: _PERSONA if named[intent, _PERSONA] > _OFTEN * counts[intent] else "" for intent in bare}


def fitting(
    sentence: Sentence, found: Sequence[Span], intent: str, kinds: Mapping[str, str], knowledge: Knowledge
) -> list[Span]:
    """`found` as names of what `intent`, which is acted upon, may be about (`kinds` as `named_kinds` gives them).

    Who is addressed by a form of address, a title, an e-mail address or a number stays a person, what many know a firm.
    """
    if intent not in kinds:
        return list(found)
    kept: list[Span] = []
    for one in found:
        if one.entity not in (_CONTACT, _COMPANY) or _sure(sentence, one, knowledge):
            kept.append(one)
        elif kinds[intent]:
            close = kept and kept[-1].entity == _PERSONA and sentence.text[kept[-1].end : one.start] in _BETWEEN
            start = kept.pop().start if close else one.start
            kept.append(Span(start, one.end, kinds[intent]))
    return kept


def _sure(sentence: Sentence, one: Span, knowledge: Knowledge) -> bool:
    name = words_in(sentence, one)
    before = words_in(sentence, Span(0, one.start, ""))[-1:]
    addressed = bool({*name[:1], *before} & (SALUTATIONS | TITLES)) or sentence.text[one.start] == "#"
    return addressed or "@" in sentence.text[one.start : one.end] or knowledge.listed.is_firm(name)
