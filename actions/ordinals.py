"""Which of several things an ordinal in a message picks ("den zweiten", "the last one")."""

from actions.context import Request

LAST = "last"
_LONGEST = 3  # digits


def ordinal_in(request: Request) -> str | None:
    """The first ordinal that the message names: a number from 1, or LAST."""
    for mention in request.named("ordinal"):
        if mention.value == LAST or (
            mention.value.isascii() and mention.value.isdigit() and len(mention.value) <= _LONGEST
        ):
            return mention.value
    return None


def place_of(ordinal: str, count: int) -> int | None:
    """The index among `count` things, from 0; None where there are not so many."""
    index = count - 1 if ordinal == LAST else int(ordinal) - 1
    return index if 0 <= index < count else None
