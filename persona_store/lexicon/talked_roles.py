"""Roles in running text: which words of the lexicon for titles are a role here, and how far it reaches."""

from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc, Span

from persona_store.lexicon.compounds import UNKNOWN
from persona_store.lexicon.roles import Item, Role, items, role_of
from persona_store.lexicon.text import Word, folded
from persona_store.lexicon.vocabulary import lexicon_file, vocabulary

# Connectors that may stand within a role in a sentence ("Leiter der IT", "team lead in support").
INNER = frozenset(
    {"der", "des", "vom", "von", "of", "the", "fur", "for", "im", "in", "to", "zum", "zur", "d", "den", "dem", "die"}
)
LOCAL = frozenset({"aus", "from"})  # after "people" or "decision makers" only
PRONOUN = "it"  # English "it" and German "IT"
BEFORE_IT = frozenset({"die", "der", "zur", "unser", "unsere", "eure", "deren", "ihre", "our", "their"})
CONTACT = "ansprechpartner"
SALE, OF_SALE = "lead", frozenset({"von", "vom", "from"})  # "leads von Siemens" are no team leads
PEOPLE = "people"  # "procurement people" are people of procurement, "Head of People" is of HR
ARTICLES = frozenset({"der", "dem", "den", "die", "das", "the", "einer", "einem", "eines", "einen", "a", "an"})
# Words after which somebody quiet is spoken of as a role: "einen Entscheider", "with decision makers", "as an intern".
INTRODUCING = frozenset(
    {"ein", "eine", "einen", "einem", "einer", "nen", "nem", "ner", "ne", "a", "an", "als", "as", "mit", "with", "to"}
)
POSSESSIVES = frozenset({"mein", "meine", "meinem", "meinen", "meiner", "my", "sein", "seinem", "ihrem", "his", "her"})
LOOK_BACK = 3
BREAKS = frozenset(".;!?,:|–—()/")  # marks that end a clause


@dataclass(frozen=True, slots=True)
class TalkedRole:
    """A role with the first and the last word that name it."""

    first: Word
    last: Word
    role: Role


def talked_roles(text: str, doc: Doc) -> list[TalkedRole]:
    """The roles named in a message, in order."""
    found = [item for item in items(doc) if not _branch_only(doc, item) and not _small_letters(text, item)]
    result: list[TalkedRole] = []
    for run in _runs(doc, found):
        run = _trimmed(text, doc, run)
        if run and _is_role(doc, run):
            result.append(TalkedRole(run[0].first, run[-1].last, role_of(_without_people(run), [])))
    return result


def in_branch(doc: Doc, span: Span) -> bool:
    """Whether the words beside a phrase say that it is a branch of industry ("aus der Logistik", "Pharmabranche")."""
    vocab = vocabulary()
    if span.end < len(doc) and vocab.has_mark("cues", "industry", (doc[span.end].text,)):
        return True
    phrase = tuple(token.text for token in span)
    if vocab.has_mark("departments", "industry", phrase):
        return False
    if _whole_clause(doc, span) and (vocab.has_mark("alone", "industry", phrase) or not _is_function(phrase)):
        return True
    for index in range(span.start - 1, max(span.start - LOOK_BACK, -1), -1):
        if vocab.has_mark("cues_before", "industry", (doc[index].text,)):
            return True
        if doc[index].text not in ARTICLES:
            return False
    return False


def _is_function(phrase: tuple[str, ...]) -> bool:
    return any(meaning.kind == "function" for meaning in vocabulary().meanings.get(phrase, ()))


@cache
def _beside_a_branch() -> frozenset[str]:
    return frozenset(folded(word) for word in lexicon_file("industries.yml")["beside"])


def _whole_clause(doc: Doc, span: Span) -> bool:
    """Whether nothing but small words stands beside the phrase between two marks: "Bank", "CFO, Bank, 200 MA"."""
    origins: list[Word] = doc.user_data["words"]
    small = _beside_a_branch()
    for step, index in ((-1, span.start - 1), (1, span.end)):
        while 0 <= index < len(doc) and origins[index].key not in BREAKS:
            if origins[index].kind == "word" and origins[index].key not in small:
                return False
            index += step
    return True


def _small_letters(text: str, item: Item) -> bool:
    """Whether an abbreviation that is an everyday word too ("kam") lacks its capitals."""
    said = text[item.first.start : item.last.end]
    return vocabulary().has_mark("capitals", "role", (item.phrase,)) and not said.isupper()


def _branch_only(doc: Doc, item: Item) -> bool:
    if item.meaning.kind != "function":
        return False
    span = doc[item.start : item.end]
    kinds = {meaning.kind for meaning in vocabulary().meanings[tuple(item.phrase.split(" "))]}
    return "industry" in kinds and in_branch(doc, span)


def _runs(doc: Doc, found: list[Item]) -> list[list[Item]]:
    """Neighbouring items that may make one role."""
    runs: list[list[Item]] = []
    for index, item in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        run = runs[-1] if runs and runs[-1] and runs[-1][-1].end == item.start else None
        if run is None or not _joins(run, item, following):
            runs.append([item] if item.meaning.kind in ("function", "person", "modifier", "filler") else [])
        else:
            run.append(item)
    return [run for run in runs if run]


def _joins(run: list[Item], item: Item, following: Item | None) -> bool:
    kind, last = item.meaning.kind, run[-1].meaning.kind
    if kind == "connector" and item.phrase in OF_SALE and run[-1].phrase == SALE:
        return False
    if kind == "connector" and run[-1].phrase == PEOPLE:
        return item.phrase in INNER | LOCAL and following is not None
    if kind == "connector":
        inner = item.phrase in INNER or (item.phrase in LOCAL and run[-1].meaning.level == "unknown")
        return inner and last in ("person", "connector") and following is not None
    if kind == "joiner":
        return _joined(run, item, following)
    if last == "connector":
        return kind in ("function", "person", "filler")
    if kind == "person" and run[-1].meaning.kind == "person" and run[-1].meaning.level == "c_level":
        return item.meaning.governs  # "CEO Assistant", but not two roles side by side
    return True


def _joined(run: list[Item], item: Item, following: Item | None) -> bool:
    """Whether "und", "/" or "&" joins parts of one role rather than two roles."""
    if following is None or following.start != item.end or following.meaning.kind not in ("function", "person"):
        return False
    if run[-1].last.cut:
        return True
    if item.phrase in ("/", "&", "+"):
        return run[-1].meaning.kind in ("function", "person")
    titled = any(one.meaning.kind == "person" for one in run)
    return item.phrase in ("und", "and") and titled and run[-1].meaning.kind == following.meaning.kind == "function"


def _trimmed(text: str, doc: Doc, run: list[Item]) -> list[Item]:
    """The run from its first to its last word with a meaning, without an English pronoun or a branch at its ends."""
    while run and (run[-1].meaning.kind not in ("function", "person") and not _unit(run)):
        run = run[:-1]
    while run and ((run[0].meaning.kind in _NO_BEGINNING and not _deputy(run)) or _contact_of(run)):
        run = run[1:]
    if len(run) > 1 and (_branch_behind(run) or _pronoun_behind(text, run)):
        return _trimmed(text, doc, run[:-1])
    if run and run[0].phrase == PRONOUN and _pronoun(text, doc, run):
        return _trimmed(text, doc, run[1:])
    return run


_NO_BEGINNING = frozenset({"filler", "connector", "joiner"})


def _deputy(run: list[Item]) -> bool:
    """Whether the run begins with "deputy" before a title."""
    return run[0].first.key in _raw("deputies") and len(run) > 1 and run[1].meaning.kind in ("person", "function")


def _unit(run: list[Item]) -> bool:
    """Whether the run ends with "department" behind a field of work."""
    return run[-1].last.key in _raw("units") and len(run) > 1 and run[-2].meaning.kind == "function"


def _branch_behind(run: list[Item]) -> bool:
    """Whether the run ends with a branch of industry that a hurried writer left without a mark: "cfo maschinenbau"."""
    last, before = run[-1], run[-2]
    phrase = tuple(last.phrase.split(" "))
    if last.first.key in _raw("houses") and not last.first.glued:
        return True
    if last.meaning.kind != "function" or before.meaning.kind != "person" or last.first.glued:
        return False
    return vocabulary().has_mark("alone", "industry", phrase) and last.phrase not in ("it", "logistik", "logistics")


def _pronoun_behind(text: str, run: list[Item]) -> bool:
    """Whether the run ends with the English pronoun behind a verb: "please process it"."""
    last = run[-1]
    written = text[last.first.start : last.last.end]
    return last.phrase == PRONOUN and written == "it" and run[-2].meaning.kind == "function"


def _contact_of(run: list[Item]) -> bool:
    """Whether the run begins with the contacts of somebody ("Ansprechpartner der Geschäftsführer")."""
    return run[0].phrase == CONTACT and len(run) > 2 and run[1].meaning.kind == "connector" and _headed(run[2:])


def _headed(run: list[Item]) -> bool:
    return any(item.meaning.kind == "person" for item in run)


def _pronoun(text: str, doc: Doc, run: list[Item]) -> bool:
    word = run[0].first
    if text[word.start : word.end].isupper() or (len(run) > 1 and run[1].meaning.kind == "person"):
        return False
    origins: list[Word] = doc.user_data["words"]
    start, after = run[0].start, run[0].start + 1
    if start == 0 and (after == len(doc) or origins[after].key in BREAKS):
        return False  # "it, 50 leute"
    return start == 0 or origins[start - 1].key not in BEFORE_IT


def _name_before(doc: Doc, start: int) -> bool:
    """Whether an unknown word with a capital, not the first of the text, stands before: "Nordwind Logistik"."""
    word: Word = doc.user_data["words"][start - 1]
    return start > 1 and doc[start - 1].text == UNKNOWN and word.capital


@cache
def _raw(name: str) -> frozenset[str]:
    """The folded words of a list in the file of roles, as they are written there: none is led back to a base form."""
    return frozenset(folded(word) for word in lexicon_file("roles.yml")[name])


def _no_field(doc: Doc, run: list[Item]) -> bool:
    """Whether words of a field of work are a verb here, or tell the kind of a talk or a firm ("sales talk")."""
    origins: list[Word] = doc.user_data["words"]
    if any(item.meaning.kind == "person" for item in run):
        return False
    if len(run) == 1 and run[0].first.key in _raw("verbs"):
        return True
    return run[-1].end < len(doc) and origins[run[-1].end].key in _raw("not_before")


def _introduced(doc: Doc, run: list[Item]) -> bool:
    """Whether an everyday word for people is meant as a role: named by itself, or after "einen", "with", "to an"."""
    origins: list[Word] = doc.user_data["words"]
    if len(run) != 1 or not vocabulary().has_mark("introduced", "role", tuple(run[0].phrase.split(" "))):
        return False
    start, end = run[0].start, run[0].end
    if start > 0 and origins[start - 1].key in INTRODUCING:
        return True
    opens, closes = start == 0 or origins[start - 1].key in BREAKS, end == len(doc) or origins[end].key in BREAKS
    return opens and closes


def _owned(doc: Doc, run: list[Item]) -> bool:
    origins: list[Word] = doc.user_data["words"]
    named = tuple(run[0].phrase.split(" "))
    before = origins[run[0].start - 1].key if run[0].start else ""
    return len(run) == 1 and before in POSSESSIVES and vocabulary().has_mark("owned", "role", named)


def _customer(doc: Doc, run: list[Item]) -> bool:
    """Whether somebody is spoken of as a buyer of ours ("a serious buyer"), not by a title."""
    origins: list[Word] = doc.user_data["words"]
    if len(run) != 1 or run[0].first.key not in _raw("customers"):
        return False
    before = {word.key for word in origins[max(run[0].start - 1, 0) : run[0].start] if word.key != "-"}
    before |= {origins[run[0].start - 2].key} if run[0].start > 1 and origins[run[0].start - 1].key == "-" else set()
    after = {word.key for word in origins[run[0].end : run[0].end + 1]}
    return bool(before & _raw("customers_after") or after & _raw("customers_before"))


def _is_role(doc: Doc, run: list[Item]) -> bool:
    """Not a lone everyday word, nor half of a double name ("Weber-Leiter")."""
    origins: list[Word] = doc.user_data["words"]
    first, end = run[0], run[-1].end
    if _no_field(doc, run) or _owned(doc, run) or _customer(doc, run):
        return False
    if _introduced(doc, run):
        return True
    if first.first.glued and first.start > 0 and doc[first.start - 1].text == UNKNOWN:
        return False
    if end < len(doc) and origins[end].glued and doc[end].text == UNKNOWN:
        return False
    if all(item.meaning.kind != "person" for item in run) and _name_before(doc, first.start):
        return False
    whole = tuple(word for item in run for word in item.phrase.split(" "))
    if vocabulary().has_mark("quiet", "role", whole):
        return False
    telling = [item for item in run if item.meaning.kind in ("function", "person")]
    loud = [item for item in telling if not _quiet(item)]
    if any(item.phrase == "of" for item in run[1:-1]) and run[0].meaning.kind == "person":
        return True  # "head of support", though each word alone is an everyday one
    return bool(loud) or any(item.meaning.kind == "person" for item in telling[1:] or ())


def _quiet(item: Item) -> bool:
    return vocabulary().has_mark("quiet", "role", tuple(item.phrase.split(" ")))


def _without_people(run: list[Item]) -> list[Item]:
    if len(run) > 1 and run[-1].phrase == PEOPLE and run[-2].meaning.kind == "function":
        return run[:-1]
    return run[1:] if len(run) > 1 and run[0].phrase == PEOPLE and run[1].meaning.kind == "connector" else run
