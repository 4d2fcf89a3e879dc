"""Which of several things an ordinal in a message picks ("den zweiten", "the last one")."""

from actions.context import Request

LAST = "last"
_LONGEST = 3  # digits
_LETTERS = "abcdef"  # "b" picks the second as "2" does


def ordinal_in(request: Request) -> str | None:
    """The first ordinal that the message names, or that it is: a number from 1, or LAST."""
    for mention in request.named("ordinal"):
        if mention.value == LAST or (
            mention.value.isascii() and mention.value.isdigit() and len(mention.value) <= _LONGEST
        ):
            return mention.value
    bare = request.text.strip(" .)").lower()
    if bare.isascii() and bare.isdigit() and len(bare) <= _LONGEST:
        return bare
    return str(_LETTERS.index(bare) + 1) if len(bare) == 1 and bare in _LETTERS else None


def place_of(ordinal: str, count: int) -> int | None:
    """The index among `count` things, from 0; None where there are not so many."""
    index = count - 1 if ordinal == LAST else int(ordinal) - 1
    return index if 0 <= index < count else None
