"""From the words of a job title to function and level: the head word decides the level, what it heads the function."""

from dataclasses import dataclass, field, replace

from spacy.tokens import Doc

from persona_store.lexicon.compounds import UNKNOWN
from persona_store.lexicon.pipeline import meanings
from persona_store.lexicon.text import Word
from persona_store.lexicon.vocabulary import Meaning

LEVELS = ("unknown", "junior", "specialist", "lead", "head", "c_level")
ROLE_KINDS = frozenset({"function", "person", "modifier", "connector", "joiner", "filler"})
# After these English head words the last of several fields is meant ("Head of IT Procurement"), else the first.
ENGLISH_HEADS = frozenset({"head", "director", "vp", "svp", "evp", "manager", "vice", "senior", "chief", "managing"})
# Endings of words for people in German and English: a word with one is an occupation, known or not.
OCCUPATIONS = (
    *("er", "erin", "ist", "istin", "or", "orin", "eur", "eurin", "iker", "mann", "frau", "loge", "login", "wirt"),
    *("kraft", "ant", "antin", "ent", "entin", "ian", "man", "woman"),
)
PARTNER = "partner"  # owns a firm, but not after a field ("Talent Acquisition Partner")
CHIEF, OFFICER = "chief", "officer"  # with anything between them: a member of the board
SHORTEST_OCCUPATION = 5


@dataclass(frozen=True, slots=True)
class Role:
    """Function and level of a job title, as normal values of INTENTS.md."""

    function: str
    level: str


NO_ROLE = Role("other", "unknown")


@dataclass(frozen=True, slots=True)
class Item:
    """A phrase of the lexicon in a title, with its meaning, its first token and its first and last original word."""

    meaning: Meaning
    start: int
    end: int
    first: Word
    last: Word
    phrase: str


@dataclass(slots=True)
class Part:
    """One title of several ("CFO" in "CFO und Prokurist"): the people and the fields it names."""

    people: list[Item] = field(default_factory=list)
    before: list[Item] = field(default_factory=list)
    after: list[list[Item]] = field(default_factory=list)
    modifier: str = ""
    subordinate: bool = False
    settled: bool = False
    begun: bool = False


def items(doc: Doc) -> list[Item]:
    """The longest phrases with a meaning in titles, in order, without overlaps."""
    origins: list[Word] = doc.user_data["words"]
    found: list[Item] = []
    taken: set[int] = set()
    for span in sorted(doc.spans["lexicon"], key=lambda span: (span.start - span.end, span.start)):
        if not taken.isdisjoint(range(span.start, span.end)):
            continue
        choice = [meaning for meaning in meanings(span) if meaning.kind in ROLE_KINDS]
        if not choice:
            continue
        taken.update(range(span.start, span.end))
        best = min(choice, key=lambda meaning: _KIND_ORDER[meaning.kind])
        found.append(Item(best, span.start, span.end, origins[span.start], origins[span.end - 1], span.label_))
    return sorted(found, key=lambda item: item.start)


_KIND_ORDER = {"person": 0, "function": 1, "modifier": 2, "joiner": 3, "connector": 4, "filler": 5}


def role_of(found: list[Item], unknown_words: list[Word]) -> Role:
    """The role that the phrases of a title amount to; `unknown_words` are those the lexicon lacks."""
    phrases = [item.phrase for item in found]
    if CHIEF in phrases and OFFICER in phrases[phrases.index(CHIEF) :]:
        fields = [item for item in found[phrases.index(CHIEF) :] if item.meaning.kind == "function"]
        strongest = max(fields, key=lambda item: item.meaning.weight, default=None)
        return Role(strongest.meaning.value if strongest else "other", "c_level")
    return _role_of_parts([_solved(part) for part in _parts(found)], unknown_words)


def _role_of_parts(parts: list["_Solved"], unknown_words: list[Word]) -> Role:
    titled = [part for part in parts if part.level]
    fields = [part for part in parts if not part.level and part.function]
    if not titled:
        return _untitled(fields, parts, unknown_words)
    best = max(titled, key=lambda part: (LEVELS.index(part.level), part.weight, part.function != "executive"))
    if best.weight < 2 and fields and max(fields, key=lambda part: part.weight).weight >= best.weight:
        strongest = max(part.weight for part in fields)
        nearest = next(part for part in fields if part.weight == strongest)
        return Role(nearest.function, best.level)
    if not best.function:
        other = next((part for part in titled if part.function and part.weight >= 2), None)
        return Role(other.function if other else "other", best.level)
    return Role(best.function, best.level)


@dataclass(frozen=True, slots=True)
class _Solved:
    function: str
    weight: int
    level: str
    modifier: str


def _untitled(fields: list[_Solved], parts: list[_Solved], unknown_words: list[Word]) -> Role:
    function = max(fields, key=lambda part: part.weight).function if fields else "other"
    modifier = next((part.modifier for part in parts if part.modifier), "")
    if modifier:
        return Role(function, "junior" if modifier == "junior" else "specialist")
    if any(_occupation(word.key) for word in unknown_words):
        return Role(function, "specialist")
    return Role(function, "unknown")


def _occupation(key: str) -> bool:
    return len(key) >= SHORTEST_OCCUPATION and key.endswith(OCCUPATIONS)


def _parts(found: list[Item]) -> list[Part]:
    """Titles apart: at joiners; what follows a connector after a person is whom that person works for."""
    result = [Part()]
    group: list[Item] = []
    previous: Item | None = None
    for item in found:
        part, kind = result[-1], item.meaning.kind
        if kind == "joiner" and previous is not None and previous.last.cut and part.before:
            part.settled = True
        elif kind == "joiner":
            result.append(Part())
            group = []
        elif kind == "connector":
            part.subordinate = part.subordinate or bool(part.people) or (not part.begun and len(result) > 1)
            group = []
        elif kind == "modifier":
            part.modifier = part.modifier or item.meaning.value
        elif kind == "person" and not part.subordinate:
            part.people.append(item)
            group = []
        elif kind == "person":
            part.after.append([item])
        elif kind == "function":
            if not part.people:
                part.before.extend([] if part.settled else [item])
            else:
                if not group or (previous and item.start != previous.end):
                    group = []
                    part.after.append(group)
                group.append(item)
        result[-1].begun = result[-1].begun or kind != "joiner"
        previous = item
    return result


def _solved(part: Part) -> _Solved:
    head = _head(part.people)
    if head is None:
        function = _last(part.before)
        if function is None:
            groups = [fields for fields in part.after if all(item.meaning.kind == "function" for item in fields)]
            function = _last(groups[0]) if groups else None
        value, weight = (function.meaning.value, function.meaning.weight) if function else ("", 0)
        return _Solved(value, weight, "", part.modifier)
    level = head.meaning.level
    if head.phrase == PARTNER and part.before:
        level, head = "specialist", replace(head, meaning=Meaning("person", "", "specialist"))
    if level == "specialist" and part.modifier == "junior":
        level = "junior"
    bosses = [item for item in part.people if item is not head and item.meaning.level in ("head", "c_level")]
    bosses += [group[0] for group in part.after if group[0].meaning.kind == "person"]
    if head.meaning.value == "assistant" and bosses:
        return _Solved("assistant", 2, level, part.modifier)
    fields = _fields(part, head)
    own = head.meaning
    if own.weight == 0 and fields is None and bosses:
        return _Solved(bosses[0].meaning.value, 1, level, part.modifier)
    if own.weight >= 2 or fields is None or (own.weight == 1 and fields.meaning.weight < 1):
        return _Solved(own.value, own.weight, level, part.modifier)
    if own.weight == 1 and fields.meaning.weight == 1 and own.value != "assistant" and own.level != "c_level":
        return _Solved(own.value if own.value not in ("executive",) else fields.meaning.value, 1, level, part.modifier)
    return _Solved(fields.meaning.value, fields.meaning.weight, level, part.modifier)


def _head(people: list[Item]) -> Item | None:
    """The word that decides: an assistant or trainee whoever is named beside, else the highest."""
    if not people:
        return None
    juniors = [item for item in people if item.meaning.governs and item.meaning.level == "junior"]
    if juniors:
        return juniors[0]
    if people[0].meaning.governs:
        return people[0]
    return max(people, key=lambda item: (LEVELS.index(item.meaning.level), item.meaning.weight, item.start))


def _fields(part: Part, head: Item) -> Item | None:
    """The field that the head word heads: before it the last one, after it the nearest group."""
    before = _last(part.before)
    others = [item for item in part.people if item is not head and item.meaning.value]
    groups = [group for group in part.after if group[0].meaning.kind == "function"]
    english = head.phrase.split(" ")[0] in ENGLISH_HEADS
    after = (_last(groups[0]) if english else _first(groups[0])) if groups else None
    candidates = [item for item in (before, after, *others) if item is not None]
    return max(candidates, key=lambda item: item.meaning.weight) if candidates else None


def _last(fields: list[Item]) -> Item | None:
    return max(fields, key=lambda item: (item.meaning.weight, item.start)) if fields else None


def _first(fields: list[Item]) -> Item | None:
    """The strongest; of equals the first word, within a compound its last part ("Vertriebscontrolling")."""
    if not fields:
        return None
    strongest = max(item.meaning.weight for item in fields)
    equal = [item for item in fields if item.meaning.weight == strongest]
    compound = [equal[0]]
    for item in equal[1:]:
        if item.first is not compound[-1].last and not item.first.glued:
            break
        compound.append(item)
    return compound[-1]


def unknown_words(doc: Doc) -> list[Word]:
    """The original words of which the lexicon knows nothing."""
    origins: list[Word] = doc.user_data["words"]
    return [word for token, word in zip(doc, origins, strict=True) if token.text == UNKNOWN and word.kind == "word"]
