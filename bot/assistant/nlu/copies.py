"""Says training sentences once more with other names, typos and phone spelling, for the intent classifier alone."""

import random
from collections.abc import Sequence

from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.assistant.nlu.name_makers import Makers, name_makers, title_makers, who_is
from bot.assistant.nlu.name_variants import language_of

COPIES = "copies"  # attribute of a message that holds the features of its copies
_SEED = 2
SHORTEST_TYPO = 5  # characters of a word; what is left of a shorter one is often another word
_RENAMED = frozenset({"contact", "company", "persona"})
_WHO_IS = 0.2  # share of people of whom more is said than the name ("Lea Roth, Einkäuferin bei Brandt, ...")
_WORDS_A_TYPO = 5  # of a hurried message
_WITHOUT_UMLAUTS = 0.5  # share of messages typed on a keyboard without them
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_END_MARKS = "?!."


def copies_of(examples: Sequence[Message]) -> list[list[str]]:
    """For each example its copies: one typed carelessly, and before it one with other names where it names somebody.

    The same examples in the same order give the same copies.
    """
    makers = {language: name_makers(language) | {"role": title_makers(language)} for language in ("de", "en")}
    dice = random.Random(_SEED)
    copies = []
    for example in examples:
        text = example.get(TEXT)
        language = language_of(text)
        named = [one for one in example.get(ENTITIES, []) if one["entity"] in _RENAMED]
        told = any(one["entity"] in ("role", "company") for one in example.get(ENTITIES, []))
        renamed = _renamed(
            text, [(one["start"], one["end"], _name(one["entity"], told, makers, language, dice)) for one in named]
        )
        copies.append([*([renamed] if named else []), _careless(renamed, dice)])
    return copies


def _name(entity: str, told: bool, makers: dict[str, Makers], language: str, dice: random.Random) -> str:
    """Another name of the kind `entity`; of a person sometimes with role and firm, where neither is `told`."""
    name = dice.choice(makers[language][entity])()
    if entity != "contact" or told or dice.random() >= _WHO_IS:
        return name
    return name + "".join(text for text, _ in who_is(makers[language], language, dice))


def _renamed(text: str, names: list[tuple[int, int, str]]) -> str:
    for start, end, name in sorted(names, reverse=True):
        text = text[:start] + name + text[end:]
    return text


def _careless(text: str, dice: random.Random) -> str:
    """`text` in lower case without mark at its end, half of them without umlauts, with typos in some longer words."""
    text = text.lower().rstrip(_END_MARKS)
    if dice.random() < _WITHOUT_UMLAUTS:
        text = text.translate(_UMLAUTS)
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= SHORTEST_TYPO and word.isalpha()]
    for place in dice.sample(long, min(len(long), 1 + len(words) // _WORDS_A_TYPO)):
        words[place] = _mistyped(words[place], dice)
    return " ".join(words)


def _mistyped(word: str, dice: random.Random) -> str:
    """Two letters exchanged, one left out or one doubled, never the first (people seldom miss that one)."""
    at = dice.randrange(1, len(word) - 1)
    exchanged = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return dice.choice((exchanged, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]))
