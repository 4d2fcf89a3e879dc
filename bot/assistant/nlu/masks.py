"""Says a message without its names: what is left is what is asked, whoever it is about."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.tokenizer import tokens_of
from persona_store.lexicon import Term

_NAME, _NUMBER, _BEGIN, _END = "<name>", "<number>", "<", ">"
_BARE = frozenset({_NAME, _BEGIN, _END})


def grams(text: str, terms: Sequence[Term], known: Collection[str]) -> list[str]:
    """Single words of `text` as `masked` says it and pairs of them, but for those that tell only that there is a name.

    A word that was never read is no reason to think of any intent, or nonsense would be taken for one.
    """
    words = masked(text, terms, known)
    pairs = pairwise(words)
    told = [one for one in words if one not in _BARE]
    return told + [f"{one} {other}" for one, other in pairs if one not in _BARE or other not in _BARE]


def masked(text: str, terms: Sequence[Term], known: Collection[str]) -> list[str]:
    """The folded words of `text` between `<` and `>`, with terms of the lexicon as their kind and words that are not
    `known` as names; repeated marks once, no punctuation.
    """
    words = [_BEGIN]
    for token in tokens_of(text):
        kind = next((term.entity for term in terms if term.start <= token.start and token.end <= term.end), None)
        word = f"<{kind}>" if kind else _plain(fold(token.text), known)
        if word and not (word == words[-1] and word.startswith("<")):
            words.append(word)
    return [*words, _END]


def _plain(word: str, known: Collection[str]) -> str:
    if word.isdigit():
        return _NUMBER
    if "@" in word or word.startswith("#"):
        return _NAME if len(word) > 1 else ""
    if not word.isalnum():
        return ""
    return word if word in known else _NAME
