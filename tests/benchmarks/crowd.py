"""A crowd of people who talk to the product at once: each asks about people of their own, and knows what fits them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from sqlalchemy import Engine, select

from persona_store.database import session_scope
from persona_store.database.models import Company, Contact
from persona_store.settings import Language

# Blocks of turns that belong together: the words, the kind of answer, and about whom it is ("first", "second" or the
# firm of the first one; nothing for questions about nobody).
Block = tuple[tuple[str, str, str | None], ...]
BLOCKS: dict[Language, tuple[Block, ...]] = {
    "de": (
        (("zu welcher Persona passt {first}?", "match", "first"), ("und wie erreiche ich sie?", "approach", "first")),
        (("welche Personas haben wir?", "personas", None),),
        (("lohnt sich {second}?", "antipersona", "second"), ("und {first}?", "antipersona", "first")),
        (("wie erreiche ich einen IT-Leiter?", "approach", None),),
        (("in welcher Phase ist {first}?", "journey", "first"), ("und {second}?", "journey", "second")),
        (("wie viele Kontakte haben wir?", "statistics", None),),
        (("was schreibe ich {second} als nächstes?", "next", "second"),),
        (("wer sitzt bei {firm} im Buying Center?", "centre", "firm"),),
        (("{second} von {other_firm}, welche Persona?", "match", "second"), ("warum?", "reason", "second")),
        (("was ist ein Buying Center?", "talk", None),),
    ),
    "en": (
        (("which persona is {first}?", "match", "first"), ("and how do I reach them?", "approach", "first")),
        (("which personas do we have?", "personas", None),),
        (("is {second} worth the effort?", "antipersona", "second"), ("and {first}?", "antipersona", "first")),
        (("how do I reach a head of IT?", "approach", None),),
        (("which phase is {first} in?", "journey", "first"), ("and {second}?", "journey", "second")),
        (("how many contacts do we have?", "statistics", None),),
        (("what do I write to {second} next?", "next", "second"),),
        (("who is in the buying centre at {firm}?", "centre", "firm"),),
        (("{second} from {other_firm}, which persona?", "match", "second"), ("why?", "reason", "second")),
        (("what is a buying centre?", "talk", None),),
    ),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody of the CRM to ask about, whose name and firm nobody else of the crowd says."""

    name: str
    firm: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said, and what the answer must be: its kind, and a name that stands in it."""

    text: str
    kind: str
    mentions: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """One of the crowd, with the two people that only this one asks about."""

    number: int
    language: Language
    first: Target
    second: Target

    def turns(self, count: int) -> Iterator[Turn]:
        """The first `count` turns of the talk; people begin at different places."""
        blocks = BLOCKS[self.language]
        start = self.number % len(blocks)
        names = {"first": self.first.name, "second": self.second.name, "firm": self.first.firm}
        every = cycle((*blocks[start:], *blocks[:start]))
        said = (turn for block in every for turn in block)
        for text, kind, about in islice(said, count):
            filled = text.format(**names, other_firm=self.second.firm)
            yield Turn(filled, kind, names[about] if about else None)


def crowd(engine: Engine, count: int) -> list[Person]:
    """`count` people, every second one English, with people of the store to ask about.

    Raises ValueError when the store holds too few whose surnames and companies are unlike all others.
    """
    targets = _targets(engine)
    if len(targets) < 2 * count:
        raise ValueError(f"The store has {len(targets)} people to ask about, {2 * count} are needed.")
    languages: tuple[Language, ...] = ("de", "en")
    return [
        Person(number, languages[number % 2], targets[2 * number], targets[2 * number + 1]) for number in range(count)
    ]


def mixed_up(said: str, person: Person, people: Sequence[Person]) -> list[str]:
    """The names in an answer that only others of the crowd have asked about."""
    own = {person.first.name, person.second.name}
    others = (target.name for one in people for target in (one.first, one.second))
    return [name for name in others if name not in own and _is_named(name, said)]


def _is_named(name: str, said: str) -> bool:
    """Whether the whole name stands there: "Klaus Schaaf" is not "Klaus Schaaf-Schneider"."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said) is not None


def _targets(engine: Engine) -> list[Target]:
    """Those with the rarest surnames first, one of each surname and of each company."""
    query = (
        select(Contact.first_name, Contact.last_name, Company.name)
        .join(Company, Contact.company_id == Company.id)
        .where(Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None), Contact.first_name.is_not(None))
        .order_by(Contact.id)
    )
    with session_scope(engine) as session:
        rows = [(str(first), str(last), str(firm)) for first, last, firm in session.execute(query)]
    often = Counter(last for _, last, _ in rows)
    found: dict[str, Target] = {}
    surnames: set[str] = set()
    for first, last, firm in sorted(rows, key=lambda row: often[row[1]]):
        if firm not in found and last not in surnames:
            surnames.add(last)
            found[firm] = Target(f"{first} {last}", firm)
    return list(found.values())
