"""Makes what a person typed safe to handle: bounded in length and valid Unicode."""

import re

MAX_CHARACTERS = 500  # a question to the assistant is one or two sentences; more only costs time

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def clean_text(text: object) -> str:
    """`text` cut at MAX_CHARACTERS, without control characters and lone surrogates; "" for anything but a string.

    The length of the kept part does not change, so that positions in it stay valid; cleaning twice changes nothing.
    """
    if not isinstance(text, str):
        return ""
    kept = _CONTROL.sub(" ", text[:MAX_CHARACTERS])
    return "".join("�" if "\ud800" <= character <= "\udfff" else character for character in kept)
