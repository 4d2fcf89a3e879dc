"""What people wish, what troubles them and how they are, found in notes and messages with its place in the text.

A matter ("Support") counts as a wish or a problem by the cue nearest to it in the same part of a sentence ("schlecht",
"braucht"), turned round where that is denied ("nicht zufrieden"); some phrases say all of it at once ("zu teuer").
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from spacy.tokens import Doc, Span

from persona_store.lexicon.text import MAX_CHARACTERS, Word
from persona_store.lexicon.vocabulary import Phrase
from persona_store.lexicon.wishes import Kind, Sense, text_terms, wish_pipeline, wish_words

__all__ = ["Hit", "mine", "text_terms"]

READ_CHARACTERS: Final = 20_000  # of one text: a long mail with its history; the rest is not read
MOST_HITS: Final = 50  # of one text
DENIED_BEFORE: Final = 5  # tokens between a negation and what it denies ("nicht mit dem Support zufrieden")
DENIED_AFTER: Final = 4  # German denies at the end too ("funktioniert leider nicht")
LACK_REACH: Final = 2  # tokens between "kein" and what is lacking
ASIDE: Final = 4  # tokens of a part that may hang on the part before or behind it by a comma
PAIR_REACH: Final = 6  # tokens between two phrases that say something together ("die Kosten um zehn Prozent senken")
NEGATION: Final = Sense("negation")
TELLING: Final = ("word", "wish", "problem", "trait", "pair")  # roles without which a text tells nothing
SENTENCE_ENDS: Final = frozenset(".;!?…•")
PART_ENDS: Final = frozenset(',:()[]/–—|"„“')
REMEMBERED: Final = 1 << 14  # sentences: what many contacts have in their notes is read once
SENTENCE_BREAK: Final = re.compile(r"[^\W\d_]{4}[.;!?]+\s+|\n+")  # a full stop after fewer letters is an abbreviation's
QUOTED: Final = re.compile(r"(?m)^[ \t]*>.*$")
HISTORY: Final = re.compile(
    r"(?mi)^[ \t]*(?:-{2,} ?(?:urspr\S{1,12} nachricht|original message|forwarded message|weitergeleitete nachricht)"
    r"|(?:am|on) [^\n]{5,90}(?:schrieb|wrote)[^\n]{0,60}:[ \t]*$)"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A wish, problem or trait: `text[start:end]` is what says it."""

    start: int
    end: int
    kind: Kind
    term: str


@dataclass(frozen=True, slots=True)
class _Mark:
    # A phrase of the lexicon at the tokens `first` to `last` (exclusive).
    first: int
    last: int
    sense: Sense
    phrase: Phrase


Verdict = Literal["wish", "problem", "good", "denied"]


@dataclass(frozen=True, slots=True)
class _Judgement:
    # What a cue says of a matter, and where it stands; without a mark it stands in another part.
    verdict: Verdict
    mark: _Mark | None = None


@dataclass(slots=True)
class _Part:
    # A part of a sentence: its marks, its tokens, and what joins it to the part before.
    first: int
    last: int
    join: str
    marks: list[_Mark]
    judgement: _Judgement | None = None

    def of(self, *roles: str) -> list[_Mark]:
        return [mark for mark in self.marks if mark.sense.role in roles]


def mine(text: str) -> tuple[Hit, ...]:
    """The wishes, problems and traits in a note or message in German or English, in the order of their places.

    Reads 20,000 characters, gives up to 50 hits, each term once a sentence. What a mail quotes ("> …", the history
    below it) is not read: others have written it.
    """
    history = HISTORY.search(text, 0, READ_CHARACTERS)
    text = text[: min(READ_CHARACTERS, history.start() if history else READ_CHARACTERS)]
    text = QUOTED.sub(lambda match: " " * len(match.group()), text)
    hits: list[Hit] = []
    for start, end in _stretches(text):
        hits += [replace(hit, start=hit.start + start, end=hit.end + start) for hit in _read(text[start:end])]
        if len(hits) >= MOST_HITS:
            break
    return tuple(hits[:MOST_HITS])


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """The sentences and lines of a text; of longer ones pieces that the tokenizer reads as a whole."""
    start = 0
    for end in (*(match.end() for match in SENTENCE_BREAK.finditer(text)), len(text)):
        while end - start > MAX_CHARACTERS:
            cut = text.rfind(" ", start + 1, start + MAX_CHARACTERS)
            cut = cut if cut > 0 else start + MAX_CHARACTERS
            yield start, cut
            start = cut
        if end > start:
            yield start, end
        start = end


@lru_cache(maxsize=REMEMBERED)
def _read(text: str) -> tuple[Hit, ...]:
    doc = wish_pipeline()(text)
    marks = _marks(doc)
    if not any(mark.sense.role in TELLING for mark in marks):
        return ()
    hits: list[Hit] = []
    for sentence in _sentences(doc, marks):
        _judge(sentence)
        found: dict[tuple[str, str], Hit] = {}
        for number, part in enumerate(sentence):
            for hit in _hits(doc, sentence, number, part):
                found.setdefault((hit.kind, hit.term), hit)
        hits += sorted(found.values(), key=lambda hit: (hit.start, hit.end))
    return tuple(hits)


def _marks(doc: Doc) -> list[_Mark]:
    """The phrases of a text in order; of overlapping ones the longest only."""
    taken: set[int] = set()
    marks: list[_Mark] = []
    spans: Sequence[Span] = doc.spans["wishes"]
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if taken.isdisjoint(range(span.start, span.end)):
            taken.update(range(span.start, span.end))
            phrase = tuple(span.label_.split(" "))
            marks.append(_Mark(span.start, span.end, wish_words().senses[phrase], phrase))
    return sorted(marks, key=lambda mark: mark.first)


def _sentences(doc: Doc, marks: list[_Mark]) -> Iterator[list[_Part]]:
    """The sentences that have marks, in parts."""
    origins: list[Word] = doc.user_data["words"]
    inside = {index for mark in marks for index in range(mark.first + 1, mark.last)}
    joins = {mark.first: mark.sense.role for mark in marks if mark.sense.role in ("joiner", "contrast", "instead")}
    sentence: list[_Part] = []
    first, join = 0, ""
    for index in range(len(origins) + 1):
        key = "" if index == len(origins) or origins[index].kind != "mark" else origins[index].key
        ended = index == len(origins) or key in SENTENCE_ENDS
        cut = joins.get(index, "comma" if key and key in PART_ENDS else "")
        if index in inside or not (ended or cut):
            continue
        own = [mark for mark in marks if first <= mark.first < index]
        if own or index > first + 1:  # more than the comma itself
            sentence.append(_Part(first, index, join, own))
        first, join = index, "colon" if key == ":" else cut
        if ended:
            if any(part.marks for part in sentence):
                yield sentence
            sentence, join = [], ""


def _judge(sentence: list[_Part]) -> None:
    """Gives each part that has no cue of its own the judgement of the part it hangs on."""
    for part in sentence:
        cues = part.of("cue")
        if cues:
            part.judgement = _of_cue(part, cues[-1])
    for before, part in pairwise(sentence):
        if part.judgement is None and before.judgement is not None and _hangs(part):
            verdict = before.judgement.verdict
            turned: Verdict = "wish" if part.join == "instead" and verdict == "denied" else verdict
            part.judgement = _Judgement(turned)
        elif part.judgement is None and part.join == "instead" and before.of("negation"):
            part.judgement = _Judgement("wish")  # "nicht um den Preis, sondern um die Qualität"
        elif part.join == "colon" and _says(before, "wish", "problem") and _says(part, "good"):
            part.judgement = before.judgement  # "Wichtig: gute Qualität"
    for part, after in reversed(list(pairwise(sentence))):
        if part.judgement is not None or after.judgement is None or part.of("negation"):
            continue
        if _hangs(after) and after.join != "instead":
            part.judgement = _Judgement(after.judgement.verdict)


def _says(part: _Part, *verdicts: Verdict) -> bool:
    return part.judgement is not None and part.judgement.verdict in verdicts


def _hangs(part: _Part) -> bool:
    if part.join in ("joiner", "colon", "instead"):
        return True
    return part.join == "comma" and part.last - part.first <= ASIDE + 1


def _of_cue(part: _Part, cue: _Mark) -> _Judgement:
    denied = _denied(part, cue)
    if cue.sense.value == "good":
        return _Judgement("problem" if denied else "good", cue)
    verdict: Verdict = "wish" if cue.sense.value == "wish" else "problem"
    return _Judgement("denied" if denied else verdict, cue)


def _denied(part: _Part, mark: _Mark) -> bool:
    if any(wish_words().senses.get((key,)) == NEGATION for key in mark.phrase):
        return False  # "ohne Schulung geht es nicht": what denies by itself is not denied once more
    return any(
        -DENIED_BEFORE <= negation.last - 1 - mark.first < 0 or 0 <= negation.first - mark.last < DENIED_AFTER
        for negation in part.of("negation")
    )


def _hits(doc: Doc, sentence: list[_Part], number: int, part: _Part) -> Iterator[Hit]:
    paired: set[int] = set()
    kind: Kind
    for kind, term, one, other in _pairs(part):
        paired |= {one.first, other.first}
        if not _denied(part, other):
            yield _hit(doc, kind, term, one, other)
    for mark in part.of("wish", "problem", "trait"):
        if mark.first in paired or (mark.sense.role == "wish" and _praised(part)):
            continue
        if not _denied(part, mark):
            kind = "wish" if mark.sense.role == "wish" else "problem" if mark.sense.role == "problem" else "trait"
            yield _hit(doc, kind, mark.sense.value, mark, mark)
    instead = number + 1 < len(sentence) and sentence[number + 1].join == "instead"
    for mark in part.of("word"):
        if mark.first in paired:
            continue
        judgement = _judgement(part, mark)
        lack = None if judgement.mark is not None or instead else _lack(part, mark)
        if lack is not None:
            yield _hit(doc, "problem", mark.sense.value, mark, lack)
        elif judgement.verdict in ("wish", "problem") and not (instead and part.of("negation")):
            kind = "problem" if judgement.verdict == "problem" else "wish"
            yield _hit(doc, kind, mark.sense.value, mark, judgement.mark or mark)


def _praised(part: _Part) -> bool:
    """Whether a part says that something is there and good, and wishes nothing ("lobt die schnelle Hilfe")."""
    values = {mark.sense.value for mark in part.of("cue")}
    return "good" in values and not values & {"wish", "problem"} and not part.of("negation")


def _pairs(part: _Part) -> Iterator[tuple[Kind, str, _Mark, _Mark]]:
    """The pairs of phrases in a part: kind, term and the two."""
    if len(part.marks) < 2:
        return
    for pair in wish_words().pairs:
        ones = [mark for mark in part.marks if mark.phrase in pair.one]
        others = [mark for mark in part.marks if mark.phrase in pair.other] if ones else []
        near = [(one, other) for one in ones for other in others if 0 <= _distance(one, other) <= PAIR_REACH]
        if near:
            yield pair.kind, pair.term, *min(near, key=lambda both: _distance(*both))


def _judgement(part: _Part, mark: _Mark) -> _Judgement:
    """What the nearest cue of the part says; what is good and wished for is wished for."""
    cues = sorted(part.of("cue"), key=lambda cue: (_distance(cue, mark), cue.sense.value != "problem"))
    if not cues:
        return part.judgement or _Judgement("denied")
    found = [_of_cue(part, cue) for cue in cues]
    if found[0].verdict == "good":
        return next((one for one in found if one.verdict == "wish"), part.judgement or found[0])
    return found[0]


def _lack(part: _Part, mark: _Mark) -> _Mark | None:
    """The negation that says a matter is lacking."""
    if mark.sense.value in wish_words().no_lack:
        return None
    near = [one for one in part.of("negation") if 0 <= mark.first - one.last <= LACK_REACH]
    return near[-1] if near else None


def _distance(one: _Mark, other: _Mark) -> int:
    return max(one.first, other.first) - min(one.last, other.last)


def _hit(doc: Doc, kind: Kind, term: str, mark: _Mark, other: _Mark) -> Hit:
    origins: list[Word] = doc.user_data["words"]
    first, last = min(mark.first, other.first), max(mark.last, other.last)
    return Hit(origins[first].start, origins[last - 1].end, kind, term)
