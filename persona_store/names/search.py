"""People found by name: the search goes from exact words to near ones, and stops as soon as it has found enough."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Company, Contact
from persona_store.names.candidates import (
    MOST_CANDIDATES,
    Groups,
    bearers,
    exact_words,
    far_words,
    near_words,
    words_of_field,
)
from persona_store.names.query import Query, parsed
from persona_store.names.ranking import bearer, fit
from persona_store.privacy.rights import demand

# A person found with at least this score ends the search: for words that are spelt so, one typo away, or farther.
ENOUGH_EXACT = 0.9
ENOUGH_NEAR = 0.74
ENOUGH_FAR = 0.6
NEAR = 0.5  # below, nobody is near
CLEAR_SCORE = 0.8
CLEAR_LEAD = 0.1
LONGEST_CHAIN = 5  # doubles of doubles that are followed to the original
LONGEST_ID = 9  # digits: longer numbers are no ids of ours


@dataclass(frozen=True, slots=True)
class Person:
    """A contact that a search found. `score` from 0 to 1; `exact`: every word of the search is in name or company."""

    contact_id: int
    name: str
    company: str | None
    job_title: str | None
    score: float
    exact: bool


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    external_id: str | None
    title: str | None
    first_name: str | None
    last_name: str | None
    company: str | None
    job_title: str | None
    duplicate_of: int | None
    blocked_on: date | None


def find_people(session: Session, text: str, company: str | None = None, limit: int = 5) -> list[Person]:
    """The contacts that `text` may mean, best first: a name, "meier von bosch", an e-mail address, "#4711".

    Forgives typos, umlauts, order, titles and spelling by ear. Never returns contacts that are blocked; of doubles it
    returns the original. Where nobody bears the name the nearest names come back with low scores (`is_clear` is false
    then), and nothing where nobody is near.
    """
    demand(session, "contacts")
    query = parsed(text, company)
    found = _by_key(session, query)
    if found:
        return [_person(row, 1.0, True) for row in found[:limit]]
    first_names = words_of_field(session, [word for word in query.words if word not in query.company], "first")
    ranked: dict[int, Person] = {}
    seen: set[int] = set()
    for candidates, enough in _attempts(session, query):
        new = [contact_id for contact_id in candidates if contact_id not in seen]
        seen.update(new)
        for row in _originals(session, new):
            score, exact = fit(query, bearer(row.first_name, row.last_name, row.company), first_names)
            known = ranked.get(row.id)
            if score >= NEAR and (known is None or known.score < score):
                ranked[row.id] = _person(row, score, exact)
        if any(person.score >= enough for person in ranked.values()):
            break
    return sorted(ranked.values(), key=lambda person: (-person.score, not person.exact, person.contact_id))[:limit]


def is_clear(people: Sequence[Person]) -> bool:
    """Whether the first of the people found is certainly the one meant: near, and well ahead of the second."""
    if not people or people[0].score < CLEAR_SCORE:
        return False
    if len(people) == 1 or people[0].score - people[1].score >= CLEAR_LEAD:
        return True
    return people[0].exact and not people[1].exact


def _person(row: _Row, score: float, exact: bool) -> Person:
    parts = [part for part in (row.title, row.first_name, row.last_name) if part]
    name = " ".join(parts) or f"#{row.external_id or row.id}"
    return Person(row.id, name, row.company, row.job_title, round(score, 4), exact)


def _by_key(session: Session, query: Query) -> list[_Row]:
    """Contacts with exactly this e-mail address, CRM id or number."""
    ids: Sequence[int] = ()
    if query.email:
        ids = session.scalars(select(Contact.id).where(Contact.email == query.email).limit(MOST_CANDIDATES)).all()
    elif query.number:
        spellings = {query.number, f"#{query.number}", query.number.upper(), query.number.lower()}
        keyed = select(Contact.id).where(Contact.external_id.in_(spellings))
        ids = session.scalars(keyed.limit(MOST_CANDIDATES)).all()
        if not ids and query.number.isascii() and query.number.isdigit() and len(query.number) <= LONGEST_ID:
            ids = [int(query.number)]
    return _originals(session, ids)


def _attempts(session: Session, query: Query) -> Iterator[tuple[list[int], float]]:
    """Candidates, from those who bear all words exactly to those who bear one that is near, each with what suffices."""
    words = list(query.words)
    if not words:
        return
    person = [word for word in words if word not in query.company]

    def search(groups: Groups, wanted: Sequence[str], *, strict: bool) -> list[int]:
        return bearers(session, groups, wanted, query.company, strict=strict)

    exact = exact_words(session, words)
    yield search(exact, words, strict=True), ENOUGH_EXACT
    if len(words) > 1:
        yield search(exact, words, strict=False), ENOUGH_EXACT
    near = near_words(session, words)
    if any(exact.values()) and not all(exact.values()):  # the slip is most likely in the word that nobody bears
        yield search({word: exact[word] or near[word] for word in words}, words, strict=True), ENOUGH_NEAR
    yield search(near, words, strict=True), ENOUGH_NEAR
    yield search(near, words, strict=False), ENOUGH_NEAR
    joined = query.joined()
    if joined:
        yield search(near_words(session, joined.words[:1]), joined.words[:1], strict=True), ENOUGH_NEAR
    if person and len(person) < len(words):
        yield search(near, person, strict=True), ENOUGH_NEAR
    far = far_words(session, words)
    yield search(far, words, strict=True), ENOUGH_FAR
    yield search(far, words, strict=False), ENOUGH_FAR
    for left_out in person if len(words) > 1 else ():
        yield search(far, [word for word in words if word != left_out], strict=False), ENOUGH_FAR
    for word in reversed(person):
        yield search(far, [word], strict=True), ENOUGH_FAR


def _originals(session: Session, contact_ids: Sequence[int]) -> list[_Row]:
    """The contacts with these ids that are not blocked, doubles replaced by their original, each once."""
    wanted = list(dict.fromkeys(contact_ids))
    result: dict[int, _Row] = {}
    for _ in range(LONGEST_CHAIN):
        if not wanted:
            break
        query = (
            select(
                *(Contact.id, Contact.external_id, Contact.title, Contact.first_name, Contact.last_name, Company.name),
                *(Contact.job_title, Contact.duplicate_of, Contact.blocked_on),
            )
            .outerjoin(Company, Company.id == Contact.company_id)
            .where(Contact.id.in_(wanted))
        )
        rows = {row[0]: _Row(*row) for row in session.execute(query)}
        open_ones = [rows[contact_id] for contact_id in wanted if contact_id in rows]
        open_ones = [row for row in open_ones if row.blocked_on is None]
        result.update((row.id, row) for row in open_ones if row.duplicate_of is None)
        wanted = list(dict.fromkeys(row.duplicate_of for row in open_ones if row.duplicate_of is not None))
    return list(result.values())
