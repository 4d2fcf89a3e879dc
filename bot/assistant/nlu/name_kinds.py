"""Tells names of people, firms, personas and roles apart by what is known of their words."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.known_names import FAMILY, FIRM, GIVEN
from bot.assistant.nlu.name_features import SALUTATIONS, TITLES, Knowledge, Sentence, Span, calling

_CONTACT, _COMPANY, _PERSONA, _ROLE = "contact", "company", "persona", "role"
_LEADING = ("/c_level", "/head")  # titles that no firm is called by, as it is by a trade ("dachdecker pohl")
_PARTS = 3  # of a nickname: what somebody is about, a hyphen, a first name
_WHOLE = 2  # words of a firm's name that need no other before their legal form: "Otto Fuchs KG"
_HYPHENS = frozenset("-‐‑")
_INDEFINITE = frozenset({"a", "an", "ein", "eine", "einen", "einem", "einer", "ner", "nem", "ne", "nen"})
_ANNOUNCING = frozenset({"persona", "personas", "segment", "segments"})


def told_apart(sentence: Sentence, found: Sequence[Span], knowledge: Knowledge) -> list[Span]:
    """`found` without terms taken for names, and with the kinds that the words leave no doubt about.

    - A role, industry or other term of the lexicon is no person and no firm; a role is a persona only where one of
      that name was taught, or where "persona" or "segment" stands before it, and never after "a".
    - Words in small letters before a firm that many know are no part of it ("infos siemens").
    - A firm that many know is no person, unless it bears a first name, a family name or a salutation; nor are
      words that firms call themselves by ("zapf umzüge").
    - A title before a name is no part of it ("geschäftsführer brandt & co").
    - A first name after a hyphen and a word that is no name is a persona's nickname ("Technik-Tina").
    - What firms call themselves by makes a firm of a name right behind it ("Autohaus Wernecke") and before it.
    - What follows a first name at once is part of the name, unless it is a firm that many know ("weber siemens" are
      two); what firms call themselves by makes a firm of both ("Bock Carpentry").
    """
    words = [fold(token.text) for token in sentence.tokens]
    view = _View(sentence, words, knowledge.listed.at(words), knowledge)
    kept = [view.told(one) for one in found if not view.is_term(one)]
    return [view.lengthened(one) for one in view.joined([view.without_role(one) for one in kept])]


@dataclass(frozen=True, slots=True)
class _View:
    """A sentence with its folded words, and the lists that each is in."""

    sentence: Sentence
    words: Sequence[str]
    kinds: Sequence[str]
    knowledge: Knowledge

    def inside(self, one: Span) -> list[int]:
        """The tokens of a name."""
        return [index for index, token in enumerate(self.sentence.tokens) if one.start <= token.start < one.end]

    def before(self, one: Span) -> str:
        """The word before a name."""
        first = self.inside(one)[0]
        return self.words[first - 1] if first else ""

    def is_term(self, one: Span) -> bool:
        """Whether what was taken for a name is a term of the lexicon."""
        terms = {term.entity for term in self.sentence.terms if (term.start, term.end) == (one.start, one.end)}
        inside = self.inside(one)
        if not terms or not inside:
            return not inside
        if one.entity != _PERSONA:
            return self.before(one) not in SALUTATIONS | TITLES and not any(self.kinds[index] for index in inside)
        if _ROLE not in terms or self.before(one) in _ANNOUNCING:
            return False
        name = tuple(self.words[index] for index in inside)
        return self.before(one) in _INDEFINITE or not self.knowledge.gazetteer.knows(name, _PERSONA)

    def without_role(self, one: Span) -> Span:
        """`one` without somebody's title before it; firms may be called by a field of work ("Marketing Nord")."""
        if one.entity == _PERSONA:
            return one
        ends = [term.end for term in self.sentence.terms if term.entity == _ROLE and term.start == one.start]
        titled = any(term.start == one.start and term.value.endswith(_LEADING) for term in self.sentence.terms)
        after = [token.start for token in self.sentence.tokens if ends and ends[0] < token.start < one.end]
        named = after and self.sentence.text[ends[0] : after[0]] == " " and self.sentence.text[after[0]].isalpha()
        return Span(after[0], one.end, one.entity) if titled and named else one

    def told(self, one: Span) -> Span:
        """`one` with the kind that its words tell."""
        inside = self.inside(one)
        if one.entity == _COMPANY:
            return self._without_keywords(one, inside)
        if one.entity == _PERSONA:
            return self._with_first_name(one, inside)
        if one.entity != _CONTACT:
            return one
        if self.before(one) not in SALUTATIONS | TITLES and all(self.kinds[index] == FIRM for index in inside):
            return Span(one.start, one.end, _COMPANY)
        if GIVEN in self.kinds[inside[0]] and self._nickname([inside[0] - 2, inside[0] - 1, inside[0]]):
            return Span(self.sentence.tokens[inside[0] - 2].start, one.end, _PERSONA)
        if self._nickname(inside):
            return Span(one.start, one.end, _PERSONA)
        if GIVEN in self.kinds[inside[0]] and self._hyphened_trait(inside[0]):
            return Span(self.sentence.tokens[inside[0] - _PARTS].start, one.end, _PERSONA)
        return Span(one.start, one.end, _COMPANY) if self._calls_itself_firm(one, inside) else one

    def _calls_itself_firm(self, one: Span, inside: Sequence[int]) -> bool:
        """Whether words without hyphen, salutation and first name hold one that firms call themselves by."""
        address = self.before(one) in SALUTATIONS | TITLES or GIVEN in self.kinds[inside[0]]
        words = len(inside) > 1 and all(self.words[index].isalpha() for index in inside)
        return words and not address and any(calling(self.words[index]) == "firm" for index in inside)

    def _without_keywords(self, one: Span, inside: Sequence[int]) -> Span:
        """A firm that many know without the words before it that a hurried writer left without a preposition."""
        first = next((index for index in inside if FIRM in self.kinds[index]), inside[0])
        before = self.sentence.tokens[inside[0] : first]
        plain = all(token.text.isalpha() and token.text.islower() for token in before)
        told = any(calling(self.words[index]) or self.kinds[index] for index in inside[: inside.index(first)])
        return Span(self.sentence.tokens[first].start, one.end, _COMPANY) if plain and not told else one

    def joined(self, found: Sequence[Span]) -> list[Span]:
        """`found` with a person and what follows at once made one name or two, whichever they are."""
        result: list[Span] = []
        for one in (part for whole in found for part in self._parted(whole)):
            last = result[-1] if result else None
            if last and self._house(last, one):
                result[-1] = Span(last.start, one.end, _COMPANY)
                continue
            close = last and last.entity == _CONTACT and self.sentence.text[last.end : one.start] == " "
            if last and close and one.entity == _COMPANY and "@" not in self.sentence.text[last.start : last.end]:
                inside = self.inside(one)
                callings = [calling(self.words[index]) in ("firm", "legal") for index in inside]
                short = callings.count(False) < _WHOLE
                if all(callings) or (callings[-1] and short and self._alone(last)):
                    result[-1] = Span(last.start, one.end, _COMPANY)
                    continue
                if len(inside) == 1 and self._belongs(last, inside[0]):
                    result[-1] = Span(last.start, one.end, _CONTACT)
                    continue
            result.append(one)
        return result

    def _alone(self, person: Span) -> bool:
        """Whether a person is named by one word without salutation: what follows may be the rest of a firm."""
        return len(self.inside(person)) == 1 and self.before(person) not in SALUTATIONS | TITLES

    def _house(self, firm: Span, name: Span) -> bool:
        """Whether a firm of nothing but what firms call themselves by is named after the one right behind it."""
        callings = [calling(self.words[index]) for index in self.inside(firm)]
        close = self.sentence.text[firm.end : name.start] == " "
        return firm.entity == _COMPANY and name.entity == _CONTACT and close and set(callings) == {"firm"}

    def lengthened(self, one: Span) -> Span:
        """`one` with the family name after a first name: "Herbert Lang"."""
        index = self.inside(one)[-1]
        following = index + 1
        if one.entity != _CONTACT or following >= len(self.words) or GIVEN not in self.kinds[index]:
            return one
        token = self.sentence.tokens[following]
        new = self.words[following] not in self.knowledge.known or token.text[0].isupper()
        close = self.sentence.text[one.end : token.start] == " "
        return Span(one.start, token.end, _CONTACT) if close and new and FAMILY in self.kinds[following] else one

    def _belongs(self, person: Span, index: int) -> bool:
        """Whether the word at `index` is the rest of the name of a person who is named without a family name."""
        whole = FAMILY in self.kinds[self.inside(person)[-1]] and GIVEN not in self.kinds[self.inside(person)[-1]]
        return not whole and not calling(self.words[index]) and FIRM not in self.kinds[index]

    def _parted(self, one: Span) -> list[Span]:
        """A person with a firm that many know right behind as two: "weber siemens"."""
        inside = self.inside(one)
        if one.entity != _CONTACT or len(inside) == 1 or self.kinds[inside[-1]] != FIRM:
            return [one]
        person, firm = self.sentence.tokens[inside[-2]], self.sentence.tokens[inside[-1]]
        capitals = person.text[0].isupper() and firm.text[0].isupper() and FAMILY not in self.kinds[inside[-2]]
        if self.words[inside[0]] in TITLES or capitals:
            return [one]  # "Dr. Emeka Obi"
        if not person.text.isalpha() or self.sentence.text[person.end : firm.start] != " ":
            return [one]
        return [Span(one.start, person.end, _CONTACT), Span(firm.start, one.end, _COMPANY)]

    def _hyphened_trait(self, index: int) -> bool:
        """Whether two everyday words joined by a hyphen stand before a first name: "hands-on harry"."""
        first = index - _PARTS
        if first < 0 or self.words[first + 1] not in _HYPHENS or self.sentence.tokens[index - 1].text[0].isdigit():
            return False
        joined = self.sentence.tokens[first].end == self.sentence.tokens[first + 1].start
        return joined and not any(GIVEN in self.kinds[place] for place in (first, index - 1))

    def _with_first_name(self, one: Span, inside: Sequence[int]) -> Span:
        """A persona with the first name before it: "penny the controller"."""
        first = inside[0] - 2
        called = first >= 0 and self.words[inside[0] - 1] == "the" and GIVEN in self.kinds[first]
        return Span(self.sentence.tokens[first].start, one.end, _PERSONA) if called else one

    def _nickname(self, inside: Sequence[int]) -> bool:
        if len(inside) != _PARTS or inside[0] < 0 or self.words[inside[1]] not in _HYPHENS:
            return False
        if self.sentence.tokens[inside[0]].end != self.sentence.tokens[inside[1]].start:
            return False
        first, last = self.kinds[inside[0]], self.kinds[inside[2]]
        return GIVEN in last and not first and self.words[inside[0]].isalpha()
