"""Personas and companies found by what people call them."""

import re

from rapidfuzz import fuzz
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Company, Contact, ContactToken, NameToken, NameVariant, Persona
from persona_store.lexicon.text import folded
from persona_store.lexicon.vocabulary import lexicon_file
from persona_store.names.ranking import likeness
from persona_store.names.text import MAX_TEXT, company_words, variants
from persona_store.privacy.rights import demand

ALIKE = 0.75  # from here on two names may be the same
MOST_WORDS = 60  # near words of a company's name
MOST_BEARERS = 3_000  # contacts looked through for their companies
MOST_COMPANIES = 60
_NUMBER = re.compile(r"^\D{0,20}?#?\s*(\d{1,3})\D{0,3}$")
_PERSONA_WORDS = frozenset(
    {"persona", "personas", "die", "der", "das", "the", "nummer", "nr", "number", "no", "segment"}
)


def find_personas(session: Session, text: str) -> list[Persona]:
    """The personas of the newest build that `text` may mean, best first: by number ("Persona 2", "2") or by name.

    Names count in both languages, typos are forgiven; several personas come back where the text fits several.
    """
    demand(session, "aggregates")
    newest = session.scalar(select(Build.id).order_by(Build.id.desc()).limit(1))
    if newest is None:
        return []
    personas = session.scalars(select(Persona).where(Persona.build_id == newest).order_by(Persona.number)).all()
    text = text[:MAX_TEXT]
    words = [word for word in re.findall(r"[^\W_]+", folded(text)) if word not in _PERSONA_WORDS]
    number = _NUMBER.match(text)
    wanted = int(number.group(1)) if number else _counted(words)
    if wanted is not None:
        return [persona for persona in personas if persona.number == wanted]
    asked = " ".join(words)
    scored = [(max(_alike(asked, persona.name_de), _alike(asked, persona.name_en)), persona) for persona in personas]
    near = [(score, persona) for score, persona in scored if asked and score >= ALIKE]
    return [persona for _, persona in sorted(near, key=lambda pair: (-pair[0], pair[1].number))]


def _counted(words: list[str]) -> int | None:
    """The number that the only word of a text spells ("zwei", "second")."""
    if len(words) != 1:
        return None
    for number, spellings in lexicon_file("ordinals.yml")["values"].items():
        if number.isdigit() and words[0] in {folded(spelling) for spelling in spellings}:
            return int(number)
    return None


def _alike(asked: str, name: str) -> float:
    """1 for the name itself, little less for its words in another order or some of them."""
    own = " ".join(re.findall(r"[^\W_]+", folded(name)))
    if asked == own:
        return 1.0
    parts = fuzz.token_set_ratio(asked, own) / 100 * 0.95 if len(asked) > 3 else 0.0
    return max(fuzz.token_sort_ratio(asked, own) / 100 * 0.99, parts)


def find_companies(session: Session, text: str, limit: int = 5) -> list[Company]:
    """The companies that `text` may mean, best first; legal forms do not matter, typos are forgiven."""
    demand(session, "contacts")
    words = company_words(text)
    if not words:
        return []
    spoken = " ".join(words)
    start = re.sub(r"[\\%_]", "", words[0])
    direct = select(Company).where(
        or_(Company.name_key.in_({spoken, text.strip().lower()}), Company.name.ilike(f"{start}%"))
    )
    found = {company.id: company for company in session.scalars(direct.limit(MOST_COMPANIES))}
    for company in _of_contacts(session, words):
        found.setdefault(company.id, company)
    scored = [(_company_score(words, company.name), company) for company in found.values()]
    near = sorted(((score, company) for score, company in scored if score >= ALIKE), key=lambda pair: -pair[0])
    return [company for _, company in near[:limit]]


def _of_contacts(session: Session, words: list[str]) -> list[Company]:
    """Companies of contacts that bear a near word of the name."""
    longest = max(words, key=len)
    spellings = variants(longest) | {longest}
    varied = select(NameVariant.token_id).where(NameVariant.variant.in_(spellings))
    tokens = select(NameToken.id).where(or_(NameToken.token.in_(spellings), NameToken.id.in_(varied))).limit(MOST_WORDS)
    bearers = (
        select(ContactToken.contact_id)
        .where(ContactToken.token_id.in_(session.scalars(tokens).all()), ContactToken.field == "company")
        .limit(MOST_BEARERS)
    )
    ids = select(Contact.company_id).where(Contact.id.in_(bearers)).distinct().limit(MOST_COMPANIES)
    return list(session.scalars(select(Company).where(Company.id.in_(ids))))


def _company_score(words: list[str], name: str) -> float:
    own = company_words(name)
    if not own:
        return 0.0
    best = [max(likeness(word, other) for other in own) for word in words]
    missing = max(0, len(own) - len(words)) * 0.03
    return sum(best) / len(best) - missing
