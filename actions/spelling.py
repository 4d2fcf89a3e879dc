"""Whether a name as said is the one found, in spite of slips."""

from rapidfuzz import fuzz

from persona_store.names.text import name_words

ALIKE = 60  # per cent of letters that two spellings of one name share at least ("Gunter", "Günther")
SLIP = 85  # per cent of letters: one slip in a name of seven letters, none in a short one, where it names another firm
SHORTEST_OF_FIRM = 4  # letters; shorter words such as "of" tell nothing


def alike(said: str, found: str) -> bool:
    """Whether a name shares something with that of whom was found: a word that is spelt or abbreviated nearly so."""
    if said.startswith("#") or "@" in said:
        return True
    words, name = name_words(said), name_words(found)
    return any(one == other or one[:1] == other or fuzz.ratio(one, other) >= ALIKE for one in words for other in name)


def spelt(said: str, company: str) -> bool:
    """Whether a company's name is the one said, but for a slip: "Bosch" is not "Busch"."""
    name = name_words(company)
    return all(
        any(fuzz.ratio(word, other) >= SLIP or other.startswith(word) for other in name)
        for word in name_words(said)
        if len(word) >= SHORTEST_OF_FIRM
    )
