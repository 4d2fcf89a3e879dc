"""How people misspell names: one slip of the finger, umlauts written otherwise, or as it sounds."""

import random
import string

SHORTEST = 4  # letters: "Jan" with one letter off is anyone
# Spellings that sound the same in German, both ways; the first that occurs is exchanged.
SAME_SOUND = (
    *(("ei", "ai"), ("ai", "ei"), ("ey", "ei"), ("ay", "ai"), ("y", "i"), ("th", "t"), ("dt", "t"), ("ph", "f")),
    *(("ck", "k"), ("tz", "z"), ("mm", "m"), ("nn", "n"), ("ll", "l"), ("tt", "t"), ("ff", "f"), ("ss", "s")),
    *(("c", "k"), ("v", "f"), ("oh", "o"), ("ah", "a"), ("eh", "e"), ("ä", "e"), ("m", "mm"), ("l", "ll")),
)
PLAIN = str.maketrans("äöüÄÖÜß", "aouAOUs")
SPELT_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}


def with_typo(word: str, dice: random.Random) -> str:
    """The word with one letter left out, added, changed or swapped with its neighbour; short words stay."""
    if len(word) < SHORTEST:
        return word
    place, letter = dice.randrange(1, len(word)), dice.choice(string.ascii_lowercase)
    return dice.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :],
        ]
    )


def umlauts_away(word: str, dice: random.Random) -> str:
    """The word without umlauts: "ue" or plain "u" for "ü"."""
    if dice.random() < 0.5:
        return word.translate(PLAIN)
    return "".join(SPELT_OUT.get(letter, letter) for letter in word)


def by_ear(word: str, dice: random.Random) -> str:
    """The word in another spelling that sounds the same in German, behind its first letter."""
    fitting = [(written, heard) for written, heard in SAME_SOUND if written in word[1:]]
    if not fitting:
        return word
    written, heard = dice.choice(fitting)
    return word[0] + word[1:].replace(written, heard, 1)
