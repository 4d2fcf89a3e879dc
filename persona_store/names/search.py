"""People found by name: the search goes from exact words to near ones, and stops as soon as it has found enough."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from persona_store.database.models import Contact, ContactToken, NameToken, NameVariant
from persona_store.names.query import Query, parsed
from persona_store.names.ranking import bearer, closest, fit
from persona_store.names.text import sound, variants

MOST_TOKENS = 40  # near words that one word of a search may stand for
MOST_SOUNDS = 400  # words of one sound that are compared
MOST_CANDIDATES = 120  # contacts that are compared with the search
MOST_BEARERS = 20_000  # contacts bearing the rarest word that are looked through
COUNTED = 3_000  # bearers of a word are counted up to here to find the rarest
GOOD = 0.86  # from here on a person is found: no further search
NEAR = 0.5  # below, nobody is near
CLEAR_SCORE = 0.8
CLEAR_LEAD = 0.1
LONGEST_CHAIN = 5  # doubles of doubles that are followed to the original
SHORTEST_CODE = 3  # digits of a phonetic code to search by; shorter ones sound like hundreds of names

PERSON_FIELDS = ("first", "last")
Groups = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Person:
    """A contact that a search found. `score` from 0 to 1; `exact`: every word of the search is in name or company."""

    contact_id: int
    name: str
    company: str | None
    job_title: str | None
    score: float
    exact: bool


def find_people(session: Session, text: str, company: str | None = None, limit: int = 5) -> list[Person]:
    """The contacts that `text` may mean, best first: a name, "meier von bosch", an e-mail address, "#4711".

    Forgives typos, umlauts, order, titles and spelling by ear. Never returns contacts that are blocked; of doubles it
    returns the original. Where nobody bears the name the nearest names come back with low scores (`is_clear` is false
    then), and nothing where nobody is near.
    """
    query = parsed(text, company)
    found = _by_key(session, query)
    if found:
        return [_person(contact, 1.0, True) for contact in found[:limit]]
    ranked: dict[int, Person] = {}
    for candidates in _attempts(session, query):
        new = [contact_id for contact_id in candidates if contact_id not in ranked]
        for contact in _originals(session, new):
            score, exact = _fit(query, contact)
            known = ranked.get(contact.id)
            if score >= NEAR and (known is None or known.score < score):
                ranked[contact.id] = _person(contact, score, exact)
        if sum(person.score >= GOOD for person in ranked.values()):
            break
    return sorted(ranked.values(), key=lambda person: (-person.score, not person.exact, person.contact_id))[:limit]


def is_clear(people: Sequence[Person]) -> bool:
    """Whether the first of the people found is certainly the one meant: near, and well ahead of the second."""
    if not people or people[0].score < CLEAR_SCORE:
        return False
    if len(people) == 1 or people[0].score - people[1].score >= CLEAR_LEAD:
        return True
    return people[0].exact and not people[1].exact


def _person(contact: Contact, score: float, exact: bool) -> Person:
    company = contact.company.name if contact.company else None
    return Person(contact.id, contact.name, company, contact.job_title, round(score, 4), exact)


def _fit(query: Query, contact: Contact) -> tuple[float, bool]:
    company = contact.company.name if contact.company else None
    return fit(query, bearer(contact.first_name, contact.last_name, company))


def _by_key(session: Session, query: Query) -> list[Contact]:
    """Contacts with exactly this e-mail address, CRM id or number."""
    if query.email:
        ids = session.scalars(select(Contact.id).where(Contact.email == query.email).limit(MOST_TOKENS)).all()
        return _originals(session, ids)
    if not query.number:
        return []
    spellings = {query.number, f"#{query.number}", query.number.upper(), query.number.lower()}
    ids = session.scalars(select(Contact.id).where(Contact.external_id.in_(spellings)).limit(MOST_TOKENS)).all()
    if not ids and query.number.isascii() and query.number.isdigit() and len(query.number) < 10:
        ids = [int(query.number)]
    return _originals(session, ids)


def _attempts(session: Session, query: Query) -> Iterator[list[int]]:
    """Candidates, from those who bear all words exactly to those who bear one that is near."""
    words = list(query.words)
    if not words:
        return
    person = [word for word in words if word not in query.company]
    exact = _exact(session, words)
    yield _bearers(session, exact, words, query)
    near = _near(session, words, exact)
    yield _bearers(session, near, words, query)
    joined = _joined(person)
    if joined:
        yield _bearers(session, _near(session, [joined], _exact(session, [joined])), [joined], query)
    if query.company and person and len(person) < len(words):
        yield _bearers(session, near, person, query)
    far = _far(session, words, near)
    yield _bearers(session, far, words, query)
    for left_out in person if len(person) > 1 else ():
        yield _bearers(session, far, [word for word in words if word != left_out], query)
    for word in person or words:
        yield _bearers(session, near, [word], query)
        yield _bearers(session, far, [word], query)


def _joined(words: list[str]) -> str | None:
    """The words written as one ("mc allister")."""
    return "".join(words) if len(words) > 1 else None


def _exact(session: Session, words: Iterable[str]) -> Groups:
    wanted = list(words)
    rows = session.execute(select(NameToken.token, NameToken.id).where(NameToken.token.in_(wanted)))
    found = {token: [token_id] for token, token_id in rows}
    return {word: found.get(word, []) for word in wanted}


def _near(session: Session, words: Iterable[str], exact: Groups) -> Groups:
    """Words one typo away, the exact ones first."""
    result: Groups = {}
    for word in words:
        spellings = variants(word) | {word}
        varied = select(NameVariant.token_id).where(NameVariant.variant.in_(spellings))
        query = select(NameToken.id, NameToken.token).where(
            or_(NameToken.token.in_(spellings), NameToken.id.in_(varied))
        )
        others = closest(word, session.execute(query).tuples().all(), MOST_TOKENS)
        result[word] = list(dict.fromkeys([*exact.get(word, []), *others]))
    return result


def _far(session: Session, words: Iterable[str], near: Groups) -> Groups:
    """Words that sound the same or are two typos away, after those that are near."""
    result: Groups = {}
    for word in words:
        code = sound(word)
        conditions = [NameToken.code == code] if len(code) >= SHORTEST_CODE else []
        twice = {shorter for variant in variants(word) for shorter in variants(variant)} | variants(word)
        if twice:
            conditions.append(NameToken.id.in_(select(NameVariant.token_id).where(NameVariant.variant.in_(twice))))
            conditions.append(NameToken.token.in_(twice))
        found: list[int] = []
        if conditions:
            query = select(NameToken.id, NameToken.token).where(or_(*conditions)).limit(MOST_SOUNDS)
            found = closest(word, session.execute(query).tuples().all(), MOST_TOKENS)
        result[word] = list(dict.fromkeys([*near.get(word, []), *found]))
    return result


def _bearers(session: Session, groups: Groups, words: Sequence[str], query: Query) -> list[int]:
    """Contacts that bear a word of every group; persons' names before companies' where both are borne."""
    if not words or any(not groups.get(word) for word in words):
        return []
    wanted = [(groups[word], word in query.company) for word in words]
    strict = _intersect(session, wanted, PERSON_FIELDS)
    if len(strict) >= MOST_CANDIDATES:
        return strict
    loose = _intersect(session, wanted, None)
    return list(dict.fromkeys([*strict, *loose]))


def _intersect(
    session: Session, wanted: Sequence[tuple[list[int], bool]], person_fields: tuple[str, ...] | None
) -> list[int]:
    """Beginning with the rarest group, so that a common surname is never read through."""
    conditions: list[ColumnElement[bool]] = []
    for tokens, of_company in wanted:
        condition: ColumnElement[bool] = ContactToken.token_id.in_(tokens)
        if person_fields is not None:
            condition &= ContactToken.field.in_(("company",) if of_company else person_fields)
        conditions.append(condition)
    if len(conditions) == 1:
        statement = select(ContactToken.contact_id).where(conditions[0]).limit(MOST_CANDIDATES)
        return list(dict.fromkeys(session.scalars(statement)))
    counts = [
        session.scalar(select(func.count()).select_from(select(1).where(condition).limit(COUNTED).subquery()))
        for condition in conditions
    ]
    rarest = min(range(len(conditions)), key=lambda place: counts[place] or 0)
    driver = select(ContactToken.contact_id).where(conditions[rarest]).limit(MOST_BEARERS).subquery()
    statement = select(driver.c.contact_id)
    for place, (tokens, of_company) in enumerate(wanted):
        if place == rarest:
            continue
        other = select(1).where(ContactToken.contact_id == driver.c.contact_id, ContactToken.token_id.in_(tokens))
        if person_fields is not None:
            other = other.where(ContactToken.field.in_(("company",) if of_company else person_fields))
        statement = statement.where(other.correlate(driver).exists())
    return list(dict.fromkeys(session.scalars(statement.limit(MOST_CANDIDATES))))


def _originals(session: Session, contact_ids: Sequence[int]) -> list[Contact]:
    """The contacts with these ids that are not blocked, doubles replaced by their original, each once."""
    wanted = list(dict.fromkeys(contact_ids))
    result: dict[int, Contact] = {}
    for _ in range(LONGEST_CHAIN):
        if not wanted:
            break
        query = select(Contact).options(joinedload(Contact.company)).where(Contact.id.in_(wanted))
        rows = {contact.id: contact for contact in session.scalars(query)}
        contacts = [rows[contact_id] for contact_id in wanted if contact_id in rows]
        open_ones = [contact for contact in contacts if contact.blocked_on is None]
        result.update((contact.id, contact) for contact in open_ones if contact.duplicate_of is None)
        wanted = list(dict.fromkeys(contact.duplicate_of for contact in open_ones if contact.duplicate_of is not None))
    return list(result.values())
