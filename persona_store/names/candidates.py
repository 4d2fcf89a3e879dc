"""Which contacts may bear the words of a search: near words from the vocabulary, then their bearers, rarest first."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.orm import Session

from persona_store.database.models import ContactToken, NameToken, NameVariant
from persona_store.names.ranking import closest, likeness
from persona_store.names.text import sound, variants

MOST_TOKENS = 40  # near words that one word of a search may stand for
MOST_COMPARED = 1_500  # words of the vocabulary compared with a search
MOST_CANDIDATES = 100  # contacts compared with a search
MOST_BEARERS = 20_000  # contacts bearing the rarest word that are looked through
COUNTED = 1_000  # bearers of a word are counted up to here to find the rarest
SHORTEST_CODE = 3  # digits of a phonetic code to search by; shorter ones sound like hundreds of names

PERSON_FIELDS = ("first", "last")
Groups = dict[str, list[int]]  # the ids of the words that a word of the search may stand for, best first


def exact_words(session: Session, words: Iterable[str]) -> Groups:
    """The words of the vocabulary that are spelt like those of the search."""
    wanted = list(words)
    rows = session.execute(select(NameToken.token, NameToken.id).where(NameToken.token.in_(wanted)))
    found = {token: [token_id] for token, token_id in rows}
    return {word: found.get(word, []) for word in wanted}


def words_of_field(session: Session, words: Sequence[str], field: str) -> frozenset[str]:
    """Those of the words that stand in this field ("first", "last", "company") of somebody's name."""
    if not words:
        return frozenset()
    borne = select(ContactToken.token_id).where(ContactToken.token_id == NameToken.id, ContactToken.field == field)
    return frozenset(session.scalars(select(NameToken.token).where(NameToken.token.in_(words), borne.exists())))


def near_words(session: Session, words: Iterable[str]) -> Groups:
    """The words one typo away, exact ones first."""
    spellings = {word: variants(word) | {word} for word in words}
    return _alike(session, spellings, set())


def far_words(session: Session, words: Iterable[str]) -> Groups:
    """The words that sound the same or are two typos away, near ones first."""
    spellings = {}
    for word in words:
        once = variants(word)
        spellings[word] = {word} | once | {shorter for variant in once for shorter in variants(variant)}
    return _alike(session, spellings, {code for code in map(sound, spellings) if len(code) >= SHORTEST_CODE})


def _alike(session: Session, spellings: Mapping[str, set[str]], codes: set[str]) -> Groups:
    wanted = set().union(*spellings.values())
    sources = [
        select(NameToken.id).where(NameToken.token.in_(wanted)),
        select(NameVariant.token_id).where(NameVariant.variant.in_(wanted)),
    ]
    if codes:
        sources.append(select(NameToken.id).where(NameToken.code.in_(codes)))
    ids = union(*sources).subquery()
    query = select(NameToken.id, NameToken.token).join(ids, ids.c[0] == NameToken.id).limit(MOST_COMPARED)
    vocabulary = [(row[0], row[1]) for row in session.execute(query)]
    return _each_in_one({word: closest(word, vocabulary, MOST_TOKENS) for word in spellings}, dict(vocabulary))


def _each_in_one(groups: Groups, tokens: Mapping[int, str]) -> Groups:
    """The groups with each word of the vocabulary only where it is most alike, as long as that leaves none empty.

    Else everybody called Daniel would bear both words of "danniel hanel".
    """
    best: dict[int, float] = {}
    for word, ids in groups.items():
        for token_id in ids:
            best[token_id] = max(best.get(token_id, 0.0), likeness(word, tokens[token_id]))
    kept = {
        word: [token_id for token_id in ids if likeness(word, tokens[token_id]) >= best[token_id]]
        for word, ids in groups.items()
    }
    return {word: kept[word] or ids for word, ids in groups.items()}


def bearers(
    session: Session, groups: Groups, words: Sequence[str], company: frozenset[str], *, strict: bool
) -> list[int]:
    """Contacts that bear a word of every group; if `strict`, in the field the search says (name or company).

    Begins with the rarest group, so that a common surname is never read through.
    """
    if not words or any(not groups.get(word) for word in words):
        return []
    conditions = [_condition(groups[word], word in company, strict) for word in words]
    if len(conditions) == 1:
        statement = select(ContactToken.contact_id).where(conditions[0]).limit(MOST_CANDIDATES)
        return list(dict.fromkeys(session.scalars(statement)))
    rarest = _rarest(session, conditions)
    driver = select(ContactToken.contact_id).where(conditions[rarest]).limit(MOST_BEARERS).subquery()
    statement = select(driver.c.contact_id).limit(MOST_CANDIDATES)
    for place, word in enumerate(words):
        if place != rarest:
            # The sum keeps the database from seeking each of forty words in turn among the handful that one bears.
            condition = _condition(groups[word], word in company, strict, ContactToken.token_id + 0)
            bears = select(ContactToken.contact_id).where(ContactToken.contact_id == driver.c.contact_id, condition)
            statement = statement.where(bears.correlate(driver).exists())
    return list(dict.fromkeys(session.scalars(statement)))


def _condition(
    tokens: list[int], of_company: bool, strict: bool, token: ColumnElement[int] | None = None
) -> ColumnElement[bool]:
    condition = (ContactToken.token_id if token is None else token).in_(tokens)
    if not strict:
        return condition
    return condition & ContactToken.field.in_(("company",) if of_company else PERSON_FIELDS)


def _rarest(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    """The place of the condition that the fewest entries fulfil."""
    counts = [
        select(func.count())
        .select_from(select(ContactToken.token_id).where(condition).limit(COUNTED).subquery())
        .scalar_subquery()
        for condition in conditions
    ]
    row = session.execute(select(*counts)).one()
    return min(range(len(row)), key=lambda place: row[place])
