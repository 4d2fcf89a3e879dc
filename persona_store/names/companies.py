"""Which company a name means: clear, several, or none of that name but some that come near."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Company
from persona_store.lexicon.text import folded
from persona_store.names.lookups import find_companies
from persona_store.names.ranking import likeness
from persona_store.names.text import MAX_TEXT, company_words, normal_name
from persona_store.privacy.rights import demand

LIKE_ENOUGH = 0.75  # every word of the name at least so near: one letter wrong in a name of four
MOST_FOUND = 20
MOST_SPANS = 40  # parts of a message that are looked up as a company's name
JOINING = frozenset({"und", "and"})


@dataclass(frozen=True, slots=True)
class CompanyMeant:
    """The one `company` that a name clearly means; else `several` of that name, or the `nearest` to it."""

    company: Company | None = None
    several: tuple[Company, ...] = ()
    nearest: tuple[Company, ...] = ()


def company_meant(session: Session, text: str) -> CompanyMeant:
    """The company that `text` means: legal forms decide only between companies of one name, typos are forgiven."""
    found = find_companies(session, text[:MAX_TEXT], MOST_FOUND)
    asked, spelt = _telling(text), _spelt(text)
    fully = [one for one in found if _spelt(one.name) == spelt]
    same = [one for one in found if _telling(one.name) == asked]
    part = [one for one in found if set(asked) <= set(_telling(one.name))]
    near = [one for one in found if _near(asked, _telling(one.name))]
    for fitting in (fully, same, part, near):
        if len(fitting) == 1:
            return CompanyMeant(fitting[0])
        if fitting:
            return CompanyMeant(several=tuple(fitting))
    return CompanyMeant(nearest=tuple(found))


def companies_in(session: Session, words: Sequence[str]) -> tuple[Company, ...]:
    """The companies whose whole name, legal form or not, is some of the words in their order; longest name first."""
    demand(session, "contacts")
    spans = [" ".join(words[first:end]) for first in range(len(words)) for end in range(first + 1, len(words) + 1)]
    longest_first = sorted(spans, key=len, reverse=True)[:MOST_SPANS]
    keys = {key for span in longest_first for key in (" ".join(_telling(span)), normal_name(span)) if key}
    found = session.scalars(select(Company).where(Company.name_key.in_(keys)).limit(MOST_FOUND)).all()
    longest = max((len(one.name_key) for one in found), default=0)
    return tuple(one for one in found if len(one.name_key) == longest)


def _telling(name: str) -> list[str]:
    """The words that tell a company from others."""
    return [word for word in company_words(name) if word not in JOINING]


def _spelt(name: str) -> list[str]:
    """All words, legal forms included."""
    return "".join(letter if letter.isalnum() else " " for letter in folded(name)).split()


def _near(asked: Sequence[str], own: Sequence[str]) -> bool:
    if not asked or not own:
        return False
    return all(max(likeness(word, other) for other in own) >= LIKE_ENOUGH for word in asked)
