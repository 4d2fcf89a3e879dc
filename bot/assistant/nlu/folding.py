"""Takes out of a text what keyboards and haste change: upper case and umlauts."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def fold(text: str) -> str:
    """Lower case with umlauts written out, so that "Für" and "fuer" are the same."""
    return text.casefold().translate(_UMLAUTS)
