"""German compounds taken apart into words of the lexicon: "vertriebsleiterin" is vertrieb, leiter."""

from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from persona_store.lexicon.text import folded
from persona_store.lexicon.vocabulary import lexicon_file, vocabulary

UNKNOWN = "�"  # stands for every word the lexicon lacks, so that hostile input cannot fill spaCy's string store
LINKS = ("", "s", "es", "n", "en")
SHORTEST_PIECE = 4
SHORTEST_UNKNOWN = 4  # letters before a known head word: "kantinen-leiter", but not "beg-leiter"
SHORTEST_HEAD = 5  # head words that may follow an unknown word
SHORTEST_FIELD = 6  # likewise words for a function
SHORTEST_MISSPELT = 6  # letters of a word that may be misspelt in a title
SHORTEST_MISSPELT_IN_TALK = 8  # in a message shorter ones are too often names or other words
LONG_WORD = 10  # from here on two typos are forgiven in a title
LONG_WORD_IN_TALK = 12
TALK_ENDINGS = ("", "in", "innen", "s", "n", "en")
COMPOUND_HEADS = (
    "leiter",
    "leiterin",
    "leitung",
    "manager",
    "mitarbeiter",
    "referent",
    "assistent",
    "direktor",
    "chef",
    "sachbearbeiter",
    "vorstand",
)


@lru_cache(maxsize=1 << 16)
def pieces(key: str, *, talk: bool = False) -> tuple[str, ...]:
    """The base forms a folded word consists of, typos mended; `UNKNOWN` for what is not in the lexicon.

    `talk`: see `repaired`.
    """
    return _exact(key) or _exact(repaired(key, talk=talk)) or _with_known_end(key) or (UNKNOWN,)


def _exact(key: str) -> tuple[str, ...]:
    base = vocabulary().bases.get(key)
    return (base,) if base else _whole(key)


@lru_cache(maxsize=1 << 14)
def repaired(key: str, *, talk: bool = False) -> str:
    """The lexicon's word or common compound that `key` seems to be misspelt from, or `key` itself.

    In `talk` fewer are: names ("Leitner") and words listed as everyday stay as they are.
    """
    shortest = SHORTEST_MISSPELT_IN_TALK if talk else SHORTEST_MISSPELT
    if len(key) < shortest or not key.isalpha() or (talk and key in _never_misspelt()):
        return key
    allowed = 2 if len(key) >= (LONG_WORD_IN_TALK if talk else LONG_WORD) else 1
    candidates = _by_first_letter(talk).get(key[0], [])
    best = process.extractOne(key, candidates, scorer=DamerauLevenshtein.distance, score_cutoff=allowed)
    return best[0] if best else key


@cache
def _by_first_letter(talk: bool) -> dict[str, list[str]]:
    shortest = SHORTEST_MISSPELT_IN_TALK - 1 if talk else SHORTEST_MISSPELT - 1
    kinds = ("function", "person", "industry", "channel", "phase", "concept", "attribute", "language")
    bases = vocabulary().of_kind(*kinds) - (_everyday() if talk else set())
    endings = TALK_ENDINGS if talk else None
    known = {
        form
        for form, base in vocabulary().bases.items()
        if base in bases and (endings is None or form.removeprefix(base) in endings)
    }
    for field in _fields():
        known.update(field + link + head for head in COMPOUND_HEADS for link in ("", "s"))
    result: dict[str, list[str]] = {}
    for word in sorted(known):
        if len(word) >= shortest:
            result.setdefault(word[0], []).append(word)
    return result


@cache
def _never_misspelt() -> frozenset[str]:
    return frozenset(folded(word) for word in lexicon_file("everyday.yml"))


def _everyday() -> set[str]:
    marked = vocabulary().marked
    return {
        phrase[0] for (mark, _), phrases in marked.items() if mark == "quiet" for phrase in phrases if len(phrase) == 1
    }


@cache
def _fields() -> frozenset[str]:
    return frozenset(word for word in vocabulary().of_kind("function") if len(word) >= SHORTEST_PIECE)


@cache
def _parts() -> dict[str, str]:
    usable = vocabulary().of_kind("function", "person", "filler", "industry", "cue")
    return {form: base for form, base in vocabulary().bases.items() if base in usable and len(form) >= SHORTEST_PIECE}


@cache
def _short_fields() -> frozenset[str]:
    return frozenset(word for word in vocabulary().of_kind("function") if len(word) < SHORTEST_PIECE and word.isalpha())


@cache
def _ends() -> dict[str, str]:
    vocab = vocabulary()
    people, fields = vocab.of_kind("person"), vocab.of_kind("function")
    return {
        form: base
        for form, base in vocab.bases.items()
        if (base in people and len(base) >= SHORTEST_HEAD) or (base in fields and len(base) >= SHORTEST_FIELD)
    }


@lru_cache(maxsize=1 << 14)
def _whole(key: str) -> tuple[str, ...]:
    parts = _parts()
    for cut in range(2, len(key) - SHORTEST_PIECE + 1):
        tail = parts.get(key[cut:])
        if tail is None:
            continue
        for link in LINKS:
            start = key[: cut - len(link)] if key[:cut].endswith(link) else ""
            if start in parts:
                return (parts[start], tail)
            if not link and start in _short_fields():
                return (start, tail)
            if len(start) > 2 * SHORTEST_PIECE and (rest := _whole(start)):
                return (*rest, tail)
    return ()


def _with_known_end(key: str) -> tuple[str, ...]:
    ends = _ends()
    for cut in range(SHORTEST_UNKNOWN, len(key) - SHORTEST_HEAD + 1):
        end = ends.get(key[cut:])
        if end is not None:
            return (_beginning(key[:cut]), end)
    return ()


def _beginning(text: str) -> str:
    for end in range(len(text), SHORTEST_PIECE - 1, -1):
        if text[:end] in _fields():
            return text[:end]
    return UNKNOWN
