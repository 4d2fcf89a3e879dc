"""Where names begin and end: what the name model found, made to fit what belongs to a name in German and English."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rasa.nlu.tokenizers.tokenizer import Token

from bot.assistant.nlu.firm_words import LEGAL_FORMS
from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.name_features import SALUTATIONS, TITLES, Sentence, Span

CONTACT, COMPANY, PERSONA = "contact", "company", "persona"
COUNTING = frozenset({"nr", "nummer", "no", "number", "#"})  # before a persona's number
_ALSO_WORDS = frozenset({"as", "ab"})  # legal forms of the North that are everyday words in small letters
_JOINTS = frozenset(
    "-‐‑'’."
)  # between two parts of a name that no space parts ("Müller-Lüdenscheid", "O'Brien", "E.ON")
_HYPHENS = frozenset("-‐‑")
_LINKS = frozenset({"&", "+"})
_AND = _LINKS | {"und", "and"}  # before partners: "Weber und Söhne"
_PARTNERS = frozenset(map(fold, ("Co", "Söhne", "Sohn", "Sons", "Son", "Partner", "Partners", "Cie", "Tochter")))
_SHORTENED = LEGAL_FORMS | _PARTNERS | TITLES | frozenset({"gebr", "bros", "st"})  # a dot after them is theirs
_HONORARY = frozenset({"h", "c"})  # "Dr. h. c."
_PARTICLES = frozenset(
    {"von", "vom", "van", "zu", "zum", "zur", "de", "del", "della", "di", "da", "du", "dos", "el", "al", "ter", "ten"}
)
_INNER = _PARTICLES | frozenset({"der", "den", "dem", "la", "le"})  # after a particle ("von der Tann")
_ROMANCE = frozenset({"du", "di", "de", "da", "del", "della", "dos", "le", "la"})  # no German prepositions
_BEFORE_PEOPLE = frozenset(map(fold, ("für", "mit", "bei", "an", "for", "with", "to", "about", "is", "does", "from")))
_OF_FIRMS = frozenset({"of", "und", "and", "für", "fur", "for", "the", "der", "des", "am", "im", "an"})
# Words that are no part of a name at its ends. German and English apart, so that each list can be read.
_GERMAN = """
ab aber alle allen alles als also am an auch auf aus bei beim bis bitte da dabei damit dann das dass dem den denn der
des deshalb die dies diese diesen dieser doch dort drin du durch eben eher eigentlich ein eine einem einen einer eines
einfach einmal endlich er erst es etwas euch euer für ganz gar gegen gerade gerne gern gleich hab habe haben hat hatte
hier hin ich ihm ihn ihr ihre im immer in ins irgendwann ist ja je jemals jetzt kann kannst kein keine keinen könnte
mal man mehr mein meine meinen mich mir mit mittlerweile muss nach nachher nächste nächsten nächstes nein nicht nie
noch nochmal nun nur ob oder ohne per recht schon sehr sein seine seit sich sie sind so sofort sogar sollte sonst
spiele stattdessen steht trotzdem über überhaupt uns unser unsere und vielleicht vom von vor wann war warum was weg
weil weiter welche welchem welchen welcher wem wen wenig wenn wer werden wie wieder wieso will wird wirklich wo
wohl wozu zu zum zur zuerst zuletzt zurück zusammen dazu davon gehört passt kauft kaufen bestellt bestellen macht machen
hält denkt sagt kommt geht gibt meint zahlt entscheidet nutzt unterschreibt fehlt fehlen redet arbeitet erreichen
erreiche anrufen anschreiben ansprechen ansprache nachzuhaken nachhaken löschen lösche exportieren zeigen zeig schreiben
möchte wollte wollen soll sollen darf dürfen kontakt kontakte lead leads kunde kunden person persona personas firma
unternehmen phase phasen gespräch termin buying center centre buyingcenter heute morgen gestern demnächst bald
besten ernst gemeint weiß sicher zahlen profiling daten erledigt gesagt gewollt gute keine duplikate
kundin kundinnen interessent interessentin interessenten nem nen ner ne dran rum raus leute jemand
fürn aufm ausm mitm grad grade isses gibts hats wirds siehts gehts nich nix net mal mim halt denn
januar februar märz juli september oktober november dezember montag dienstag mittwoch donnerstag samstag sonntag
bereits evtl bzw kandidat kandidaten ansprechpartner anrufe angerufen liefert meldet melden wohin worauf woran
"""
_ENGLISH = """
a about actually after again all already also always am an and any anymore anyway are as at be been before being best
better buy buys but by can could did do does don each either else ever every finally for from further get gets give
given goes going had has have he her here him his how i if in instead into is it its just last later least less let
like me might more most must my need needs never next no nope not now of off ok okay on once one only or order orders
our out over pay pays per please possibly probably quite rather really right same say says she should shortly sign
signs since so some soon still such sure than thanks that the their them then there they this through to today
together tomorrow too toward under until up us use uses very via want wants was we well were what when where whether
which while who whom why will with work works would yes yesterday yet you your decide decides eventually currently
doesnt isnt arent wasnt werent dont didnt hasnt havent wont cant couldnt shouldnt wouldnt thats whats hes shes theyre
whos wheres hows lets ive youre im gonna gotta wanna atm pls plz candidate candidates accounts
january february march july october december monday tuesday wednesday thursday friday saturday sunday
anyone anybody someone somebody contact contacts lead leads customer company firm persona personas phase buying center
centre meeting call email data side ever fits fit match matches belong belongs reach write
"""
# Those of them that are written with a capital though they are no names.
_CAPITALISED = """
kontakt kontakte lead leads kunde kunden kundin kundinnen person persona personas firma unternehmen phase phasen
gespräch termin buying center centre buyingcenter zahlen profiling daten duplikate interessent interessentin
interessenten leute kandidat kandidaten ansprechpartner ansprache gute besten sie ihr ihre ihnen i contact contacts
company customer meeting call email
"""
_SMALL = frozenset(map(fold, f"{_GERMAN} {_ENGLISH}".split()))
_NOUNS = frozenset(map(fold, _CAPITALISED.split()))
_ENDS = frozenset(".?!:,")


@dataclass(frozen=True, slots=True)
class _Text:
    """The tokens of a sentence, folded, and which words are everyday ones."""

    tokens: Sequence[Token]
    words: Sequence[str]
    known: Collection[str]

    def joined(self, index: int) -> bool:
        """Whether no space parts the token at `index` from the next one."""
        return 0 <= index < len(self.tokens) - 1 and self.tokens[index].end == self.tokens[index + 1].start

    @property
    def mixed(self) -> bool:
        """Whether the writer uses capitals, and not for every word."""
        capitals = [self.capital(index) for index in range(1, len(self.tokens)) if self.telling(index)]
        return any(capitals) and not all(capitals)

    def capital(self, index: int) -> bool:
        """Whether the word at `index` begins with a capital."""
        return str(self.tokens[index].text)[0].isupper()

    def legal(self, index: int) -> bool:
        """Whether there is a legal form at `index`."""
        word = self.words[index] if index < len(self.words) else ""
        return word in LEGAL_FORMS and (word not in _ALSO_WORDS or self.capital(index))

    def telling(self, index: int) -> bool:
        """Whether there is a word, address or id at `index`."""
        return 0 <= index < len(self.words) and any(sign.isalnum() for sign in self.words[index])


@dataclass(frozen=True, slots=True)
class _Range:
    """Tokens `first` to `end` (exclusive) are a name."""

    first: int
    end: int
    entity: str


def settled(sentence: Sentence, found: Sequence[Span], known: Collection[str]) -> list[Span]:
    """`found` without what is no part of a name at the ends, and with what the model cut off; none overlap.

    `known`: folded words that are no names, as the model knows them. Spans with no letter or digit left are dropped.
    """
    words = [fold(token.text) for token in sentence.tokens]
    text = _Text(sentence.tokens, words, known)
    ranges = [_range(span, sentence.tokens) for span in found]
    steps: tuple[Callable[[_Text, _Range], _Range], ...] = (_trimmed, _widened, _kind)
    for step in steps:
        ranges = [step(text, one) for one in ranges]
    kept: list[_Range] = []
    for one in (one for one in ranges if one.first < one.end and _names_something(text, one)):
        if kept and one.first < kept[-1].end:
            kept[-1] = _Range(min(kept[-1].first, one.first), max(kept[-1].end, one.end), kept[-1].entity)
        else:
            kept.append(one)
    return [Span(text.tokens[one.first].start, text.tokens[one.end - 1].end, one.entity) for one in kept]


def _range(span: Span, tokens: Sequence[Token]) -> _Range:
    inside = [index for index, token in enumerate(tokens) if span.start <= token.start and token.end <= span.end]
    return _Range(inside[0], inside[-1] + 1, span.entity)


def _names_something(text: _Text, one: _Range) -> bool:
    return any(text.telling(index) and text.words[index] not in TITLES for index in range(one.first, one.end))


def _trimmed(text: _Text, one: _Range) -> _Range:
    if one.entity == PERSONA:
        return _without_marks(text, one)
    first, end = one.first, one.end
    while first < end and _no_beginning(text, one.entity, first, end):
        first += 1
    while first < end and _no_ending(text, one.entity, first, end):
        end -= 1
    return _Range(first, end, one.entity)


def _without_marks(text: _Text, one: _Range) -> _Range:
    first, end = one.first, one.end
    while first < end - 1 and text.words[first] in COUNTING | {"."}:
        first += 1  # "no 5"
    if text.words[end - 1].isdigit() and end - 2 > first and text.words[end - 2] == PERSONA:
        first = end - 2  # "jünger persona 3"
    while first < end and not text.telling(first):
        first += 1
    while first < end and not text.telling(end - 1):
        end -= 1
    return _Range(first, end, one.entity)


def _no_beginning(text: _Text, entity: str, index: int, end: int) -> bool:
    word = text.words[index]
    if not text.telling(index) or word in SALUTATIONS:
        return True
    if word in _PARTICLES and index + 1 < end and entity == CONTACT:
        return False
    if text.joined(index) and text.words[index + 1] in _JOINTS:
        return False  # "E.ON", "In-Tech"
    return word in _SMALL and not _of_name(text, index, first=index, end=end)


def _no_ending(text: _Text, entity: str, first: int, end: int) -> bool:
    index = end - 1
    if text.words[index] == "." and index > first and text.joined(index - 1):
        before = text.words[index - 1]
        dotted = before in _SHORTENED or (len(before) == 1 and before.isalpha())
        return not (entity == COMPANY and dotted and _abbreviates(text, index))
    if not text.telling(index):
        return True
    if text.words[index] == "s" and index - 1 >= first and text.words[index - 1] in ("'", "’"):
        return entity != COMPANY or (text.telling(end) and text.words[end] not in _SMALL)  # "at St Anne's, into"
    small = text.words[index] in _SMALL and not _of_name(text, index, first=first, end=end)
    return index > first and small and not text.joined(index - 1)


def _of_name(text: _Text, index: int, *, first: int, end: int) -> bool:
    """Whether an everyday word belongs to a name: by an "&" beside it ("ernst & young"), or by a capital that neither
    a noun nor the beginning of the sentence asks for ("Anna Weiß", "Gebrüder Weiss", but not "Bosch Kontakte").
    """
    beside = [text.words[other] for other in (index - 1, index + 1) if first <= other < end]
    if any(word in _LINKS for word in beside):
        return True
    begins = index == 0 or text.words[index - 1] in _ENDS
    return text.mixed and text.capital(index) and not begins and text.words[index] not in _NOUNS


def _abbreviates(text: _Text, dot: int) -> bool:
    """Whether a dot belongs to the word before it, rather than ending the sentence: "Inc.", "e.K.", not "AG."."""
    before = text.words[dot - 1]
    return before in _WITH_DOT or (dot >= 2 and text.words[dot - 2] == "." and text.joined(dot - 2))


_WITH_DOT = frozenset({"inc", "co", "corp", "bros", "gebr", "cie"})


def _widened(text: _Text, one: _Range) -> _Range:
    if one.entity == PERSONA or one.first >= one.end:
        return one
    first, end = one.first, one.end
    while _belongs(text, first - 2, first - 1, one.entity):
        first -= 2
    while _belongs(text, end, end + 1, one.entity) and text.joined(end - 1):
        end += 2
    start = _with_titles(text, _with_initial(text, first) if one.entity == CONTACT else first)
    if text.legal(end):
        return _Range(first, _with_legal_form(text, first, end), COMPANY)
    if one.entity == COMPANY and start == first:
        return _Range(first, _with_legal_form(text, first, end), COMPANY)
    return _Range(start, end, CONTACT)


def _belongs(text: _Text, left: int, right: int, entity: str) -> bool:
    """Whether a joint between two tokens without spaces makes one name of both; `Bosch-Kontakte` is none."""
    low = min(left, right)
    joint = low + 1 if left < right and not text.telling(low + 1) else low
    other = low if joint == low + 1 else low + 1
    if not (text.telling(other) and 0 <= joint < len(text.words) and text.words[joint] in _JOINTS):
        return False
    if not text.joined(joint) or not text.joined(joint - 1) or text.words[other] == "s":
        return False
    if text.words[joint] == "." and entity != COMPANY:
        return False
    return text.words[other] not in text.known and text.words[other] not in _SMALL


def _with_legal_form(text: _Text, first: int, end: int) -> int:
    """The end of a firm's name with "& Söhne", "GmbH", "& Co. KG" that follow it."""
    words = text.words
    while end < len(words):
        if text.legal(end) and (end - 1 < first or words[end - 1] != "." or words[end - 2] in _SHORTENED):
            end += 1
        elif words[end] in _AND and end + 1 < len(words) and words[end + 1] in _PARTNERS | LEGAL_FORMS:
            end += 2
        elif words[end] == "." and words[end - 1] in _WITH_DOT and text.joined(end - 1):
            end += 1
        elif words[end : end + 4] == ["e", ".", "k", "."] or words[end : end + 4] == ["e", ".", "v", "."]:
            end += 4
        else:
            break
    return end


def _with_initial(text: _Text, first: int) -> int:
    """The beginning of a person's name with the first letter of the first name before it: "b. hendriks"."""
    dotted = first > 1 and text.words[first - 1] == "." and len(text.words[first - 2]) == 1 and text.joined(first - 2)
    return first - 2 if dotted and text.words[first - 2].isalpha() else first


def _with_titles(text: _Text, first: int) -> int:
    """The beginning of a person's name with "Prof. Dr.", "von der" before it."""
    start = first
    while start > 0 and text.words[start - 1] in _INNER:
        start -= 1
    if start < first and (text.words[start] not in _PARTICLES or not _after_person(text, start)):
        romance = text.words[first - 1] in _ROMANCE and first > 1 and text.words[first - 2] in _BEFORE_PEOPLE
        start = first - 1 if romance else first
    while start > 0:
        dotted = text.words[start - 1] == "." and start > 1 and text.words[start - 2] in TITLES | _HONORARY
        if not dotted and text.words[start - 1] not in TITLES:
            break
        start -= 2 if dotted else 1
    return start


def _after_person(text: _Text, index: int) -> bool:
    if index == 0:
        return False
    before = text.words[index - 1]
    return before in SALUTATIONS | TITLES or (before == "." and index > 1 and text.words[index - 2] in TITLES)


def _kind(text: _Text, one: _Range) -> _Range:
    """What follows "Frau" or bears a doctor's title is a person, what bears a legal form a firm."""
    if one.entity == PERSONA or one.first >= one.end:
        return one
    words = text.words[one.first : one.end]
    if any(word in LEGAL_FORMS for word in words[1:]):
        return _Range(one.first, one.end, COMPANY)
    if words[0] in TITLES or _after_person(text, one.first):
        return _Range(one.first, one.end, CONTACT)
    return one
