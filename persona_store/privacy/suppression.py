"""Keeps people who were erased from coming back: keyed hashes that know them again, but from which nobody can be read.

HMAC-SHA256 with a secret that lies apart from the database: without it a list of names cannot be tried against it.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Company, Contact, Suppressed
from persona_store.names.text import company_words, name_words
from persona_store.settings import settings

HASH_KEY = "suppression"  # the secret in the settings
AT_ONCE = 5_000  # values in one statement
KEY, MAIL, NAME, ONLY_NAME = "key", "mail", "name", "only_name"
Traits = dict[str, str]  # kind → what is hashed


def suppress(session: Session, contact_ids: Sequence[int], on: date) -> str:
    """Notes that these contacts are not to come back; returns a reference for the audit trail."""
    known, digest_of = set(session.scalars(select(Suppressed.digest))), _hasher()
    reference = ""
    for contact, company in _with_companies(session, contact_ids):
        traits = _traits(contact, company)
        if MAIL not in traits and NAME in traits:
            traits[ONLY_NAME] = traits.pop(NAME)
        for kind, value in traits.items():
            digest = digest_of(kind, value)
            reference = reference or digest[:12]
            if digest not in known:
                known.add(digest)
                session.add(Suppressed(digest=digest, kind=kind, since=on))
    session.flush()
    return reference


def suppressed_contacts(session: Session, contact_ids: Sequence[int]) -> list[int]:
    """Those of the contacts that were erased before.

    The id in the CRM tells, or the e-mail address; name and company do where one of the two has no address.
    """
    known = set(session.scalars(select(Suppressed.digest)))
    if not known:
        return []
    found, digest_of = [], _hasher()
    for contact, company in _with_companies(session, contact_ids):
        traits = _traits(contact, company)
        name = traits.pop(NAME, None)
        tried = {digest_of(kind, value) for kind, value in traits.items()}
        if name is not None:
            tried.add(digest_of(ONLY_NAME, name))
            if MAIL not in traits:
                tried.add(digest_of(NAME, name))
        if tried & known:
            found.append(contact.id)
    return found


def suppressed_person(session: Session, first_name: str, last_name: str, company: str | None) -> bool:
    """Whether somebody of this name at this company was erased; without a company that cannot be told."""
    name = _traits(Contact(key="", first_name=first_name, last_name=last_name), company).get(NAME)
    if name is None:
        return False
    digest_of = _hasher()
    digests = [digest_of(NAME, name), digest_of(ONLY_NAME, name)]
    return session.scalar(select(Suppressed.digest).where(Suppressed.digest.in_(digests)).limit(1)) is not None


def suppressed_refs(session: Session, refs: Iterable[str], system: str) -> frozenset[str]:
    """Those of an event's references ("id:4711", "mail:…") that mean somebody who was erased."""
    digests, digest_of = {}, _hasher()
    for ref in refs:
        kind, _, value = ref.partition(":")
        digests[digest_of(MAIL, value) if kind == MAIL else digest_of(KEY, f"{system}:{value}")] = ref
    wanted, found = list(digests), set()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        there = session.scalars(select(Suppressed.digest).where(Suppressed.digest.in_(some)))
        found |= {digests[digest] for digest in there}
    return frozenset(found)


def _with_companies(session: Session, contact_ids: Sequence[int]) -> Iterator[tuple[Contact, str | None]]:
    for start in range(0, len(contact_ids), AT_ONCE):
        query = (
            select(Contact, Company.name)
            .outerjoin(Company, Company.id == Contact.company_id)
            .where(Contact.id.in_(contact_ids[start : start + AT_ONCE]))
            .order_by(Contact.id)
        )
        yield from ((row[0], row[1]) for row in session.execute(query))


def _traits(contact: Contact, company: str | None) -> Traits:
    """What tells a person: the key, the e-mail address, and the full name with the company."""
    traits = {KEY: contact.key}
    if contact.email and contact.email.strip():
        traits[MAIL] = contact.email.strip().lower()
    works_at = company_words(company or "")
    if contact.first_name and contact.last_name and works_at:
        traits[NAME] = " ".join([*name_words(f"{contact.first_name} {contact.last_name}"), "|", *works_at])
    return traits


def _hasher() -> Callable[[str, str], str]:
    """What makes digests of kind and value, with the key read once for many."""
    keyed = hmac.new(settings().secret(HASH_KEY).encode(), digestmod=sha256)

    def digest(kind: str, value: str) -> str:
        mac = keyed.copy()
        mac.update(f"{kind}\x1f{value}".encode("utf-8", "replace"))
        return mac.hexdigest()

    return digest
