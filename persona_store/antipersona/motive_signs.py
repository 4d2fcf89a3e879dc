"""What the store records that shows a motive: topics, notes, the team's list of competitors, and when it was."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import polars as pl
import yaml
from sqlalchemy import ColumnElement, Text, cast, func, or_, select
from sqlalchemy.orm import Session

from persona_store.database.models import Company, Contact, Interaction
from persona_store.names.text import company_words
from persona_store.segmentation.aggregation import Reader
from persona_store.segmentation.extract import Extract
from persona_store.settings import PROJECT_ROOT, settings

WORDS = PROJECT_ROOT / "data" / "lexicon" / "motives.yml"
# Interactions of each kind by the attribute that counts them.
KINDS = {
    "download": "downloads",
    "webinar": "webinars",
    "newsletter": "newsletter",
    "email_click": "clicks",
    "pricing_page": "pricing_page",
    "demo_request": "demo_requests",
}
LONGEST_QUOTE = 80
# Runs in the store and in DuckDB alike; LIKES stands for the words.
JOB_TOPICS = """
    SELECT DISTINCT coalesce(c.duplicate_of, c.id) AS contact_id, i.topic AS topic
    FROM interactions i JOIN contacts c ON c.id = i.contact_id
    WHERE c.market = :market AND c.blocked_on IS NULL
          AND (LIKES)
"""
# Looks at each topic once, which is quicker where distinct ones are found quickly: in DuckDB.
ONCE = "i.topic IN (SELECT topic FROM (SELECT DISTINCT topic FROM interactions) i WHERE {0})"
SAFE = re.compile(r"[a-zäöüß -]+")


@dataclass(frozen=True, slots=True)
class Sign:
    """What shows a motive: `what` names it in the catalogue, `n` times from `first` to `last`, `words` as recorded."""

    what: str
    n: int = 1
    first: date | None = None
    last: date | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Signs:
    """The ids of those whom the team lists as competitors, who look for a job, and whose notes speak of research."""

    competitors: frozenset[int] = frozenset()
    job_seekers: frozenset[int] = frozenset()
    researchers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class OwnSigns:
    """What is recorded of one contact, each sign by its name."""

    shown: Mapping[str, Sign]

    def as_signs(self, contact_id: int) -> Signs:
        """The same as `signs_of_market` gives, for this contact alone."""
        found = (
            frozenset({contact_id}) if what in self.shown else frozenset[int]()
            for what in ("competitor", "job_topic", "research_note")
        )
        return Signs(*found)


def signs_of_market(session: Session, market: str, source: Extract | None = None) -> Signs:
    """What the store records of all contacts of a market."""
    return Signs(
        _competitors(session, Contact.market == market),
        _job_seekers(session, market, source),
        _researchers(session, market),
    )


def own_signs(session: Session, contact: Contact) -> OwnSigns:
    """What the store records of one contact and its doubles, with counts and dates."""
    entries = select(Contact.id).where(or_(Contact.id == contact.id, Contact.duplicate_of == contact.id))
    rows = session.execute(
        select(Interaction.kind, func.count(), func.min(Interaction.at), func.max(Interaction.at))
        .where(Interaction.contact_id.in_(entries), Interaction.kind.in_(KINDS))
        .group_by(Interaction.kind)
    )
    shown = {
        KINDS[kind]: Sign(KINDS[kind], n, first and first.date(), last and last.date()) for kind, n, first, last in rows
    }
    shown |= _replies(session, entries) | _own_words(session, contact, entries)
    company = contact.company
    name, site, theirs = (company.name, company.website, company.custom) if company else (None, None, {})
    rival = _rival(contact.email, name, site)
    if rival is None and (_marked(contact.custom) or _marked(theirs)):
        rival = name or contact.name
    if rival is not None:
        shown["competitor"] = Sign("competitor", words=rival[:LONGEST_QUOTE])
    return OwnSigns(shown)


def competitors_among(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of `ids` (who stand for themselves) whom the team lists as competitors."""
    entries = or_(Contact.id.in_(ids), Contact.duplicate_of.in_(ids))
    return _competitors(session, entries) if ids else frozenset()


def _replies(session: Session, entries: Any) -> dict[str, Sign]:
    rows = session.execute(
        select(Interaction.responded, func.count(), func.min(Interaction.at), func.max(Interaction.at))
        .where(Interaction.contact_id.in_(entries), Interaction.direction == "out", Interaction.responded.is_not(None))
        .group_by(Interaction.responded)
    )
    names = {True: "answered", False: "unanswered"}
    return {
        names[bool(yes)]: Sign(names[bool(yes)], n, first and first.date(), last and last.date())
        for yes, n, first, last in rows
    }


def _own_words(session: Session, contact: Contact, entries: Any) -> dict[str, Sign]:
    found: dict[str, Sign] = {}
    topics = session.execute(
        select(Interaction.topic, Interaction.at)
        .where(Interaction.contact_id.in_(entries), or_(*_likes(Interaction.topic, "job_topics")))
        .order_by(Interaction.at)
    ).all()
    hits = [(topic, at) for topic, at in topics if topic and _pattern("job_topics").search(topic)]
    if hits:
        days = [at.date() for _, at in hits if at]
        found["job_topic"] = Sign(
            "job_topic", len(hits), min(days, default=None), max(days, default=None), hits[-1][0][:LONGEST_QUOTE]
        )
    notes = session.scalars(select(Contact.notes).where(Contact.id.in_(entries), Contact.notes.is_not(None)))
    said = next((match.group() for note in notes if note and (match := _pattern("research_notes").search(note))), None)
    if said:
        found["research_note"] = Sign("research_note", words=said)
    return found


def _job_seekers(session: Session, market: str, source: Extract | None) -> frozenset[int]:
    likes = " OR ".join(f"lower(i.topic) LIKE '%{word}%'" for word in _words()["job_topics"] if SAFE.fullmatch(word))
    statement = JOB_TOPICS.replace("LIKES", likes if source is None else ONCE.format(likes))
    found = Reader(session, market, extract=source).frame(statement, {"contact_id": pl.Int64, "topic": pl.String})
    pattern = _pattern("job_topics")
    return frozenset(who for who, topic in found.iter_rows() if topic and pattern.search(topic))


def _researchers(session: Session, market: str) -> frozenset[int]:
    rows = session.execute(
        select(func.coalesce(Contact.duplicate_of, Contact.id), Contact.notes).where(
            Contact.market == market, Contact.blocked_on.is_(None), or_(*_likes(Contact.notes, "research_notes"))
        )
    )
    pattern = _pattern("research_notes")
    return frozenset(who for who, notes in rows if notes and pattern.search(notes))


def _competitors(session: Session, whom: ColumnElement[bool]) -> frozenset[int]:
    marked = [cast(table.custom, Text).ilike(f"%{word}%") for table in (Contact, Company) for word in _columns()]
    who = func.coalesce(Contact.duplicate_of, Contact.id)
    own, theirs = cast(Contact.custom, Text).label("own"), cast(Company.custom, Text).label("theirs")
    found = {
        person
        for person, one, other in session.execute(
            select(who.label("who"), own, theirs)
            .outerjoin(Company, Company.id == Contact.company_id)
            .where(whom, Contact.blocked_on.is_(None), or_(*marked))
        )
        if _marked(_read(one)) or _marked(_read(other))
    }
    if any(_listed()):
        companies = session.execute(select(Company.id, Company.name, Company.website))
        rivals = [key for key, name, site in companies if _rival(None, name, site)]
        mails = [Contact.email.ilike(f"%{domain}") for domain in sorted(_listed()[1])]
        rows = session.execute(
            select(who, Contact.email, Contact.company_id).where(
                whom, Contact.blocked_on.is_(None), or_(Contact.company_id.in_(rivals), *mails)
            )
        )
        found |= {person for person, email, company in rows if company in rivals or _rival(email, None, None)}
    return frozenset(found)


def _rival(email: str | None, company: str | None, website: str | None) -> str | None:
    """What shows that somebody works for a listed competitor: the company's name, else the domain."""
    names, domains = _listed()
    if company and " ".join(company_words(company)) in names:
        return company
    hosts = [(email or "").rpartition("@")[2].lower(), _host(website or "")]
    known = (domain for domain in domains if any(host == domain or host.endswith(f".{domain}") for host in hosts))
    return next(known, None)


def _host(website: str) -> str:
    return re.sub(r"^[a-z]+://", "", website.strip().lower()).split("/")[0].removeprefix("www.")


def _listed() -> tuple[frozenset[str], frozenset[str]]:
    """The team's competitors as normalised names and as domains."""
    return _parsed(settings().competitors)


@cache
def _parsed(text: str) -> tuple[frozenset[str], frozenset[str]]:
    items = [item.strip() for item in re.split(r"[,;\n]", text) if item.strip()]
    domains = {_host(item.rpartition("@")[2]) for item in items if "." in item and " " not in item}
    names = {" ".join(company_words(item)) for item in items if "." not in item or " " in item}
    return frozenset(names - {""}), frozenset(domains - {""})


def _marked(custom: Mapping[str, Any]) -> bool:
    """Whether a column of the CRM says that this is a competitor."""
    columns, no = frozenset(_columns()), frozenset(_words()["no"])
    return any(
        key.strip().lower() in columns and value is not None and str(value).strip().lower() not in no
        for key, value in custom.items()
    )


def _read(text: str | None) -> Mapping[str, Any]:
    return json.loads(text or "{}") or {}


def _columns() -> list[str]:
    return list(_words()["competitor_columns"])


def _likes(column: Any, words: str) -> Iterable[Any]:
    return [func.lower(column).like(f"%{word}%") for word in _words()[words]]


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, _words()[words]))})\w*", re.IGNORECASE)


@cache
def _words() -> dict[str, list[str]]:
    data: dict[str, list[str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return data
