"""The contacts of a persona as CSV, written in batches, so that a million of them need no more memory than a thousand.

UTF-8 with a byte order mark, which Excel needs to read umlauts; semicolons in German, commas in English, as Excel
expects them in each. No cell can be taken for a formula (OWASP, "CSV Injection").
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, func, or_, select
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Build, Company, Contact, Interaction, Membership, Persona
from persona_store.lexicon.text import folded
from persona_store.privacy.rights import demand
from persona_store.segmentation.labels import level_label
from persona_store.settings import Language
from persona_store.wording import percent, say

MEDIA_TYPE = "text/csv; charset=utf-8"
BATCH = 1_000
# Nothing else of a contact leaves the store by this way: no notes, no birth year, no columns of the CRM's own.
COLUMNS = (
    "id", "salutation", "title", "first_name", "last_name", "email", "phone", "job_title", "company", "industry",
    "city", "persona", "probability", "unsubscribed",
)  # fmt: skip
DELIMITERS: dict[Language, str] = {"de": ";", "en": ","}
BOM = "\ufeff"
# What makes a spreadsheet compute a cell, in full width too (which some programs read alike).
FORMULA = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20")
PHONE = re.compile(r"\+[0-9 ]{4,24}")  # a plus that begins an international number computes nothing
LONGEST_CELL = 1_000
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Segment:
    """A persona's contacts as they may be handed out: `n` people, without doubles and without those who objected."""

    persona_id: int
    build_id: int
    number: int
    name_de: str
    name_en: str
    n: int

    def name(self, language: str) -> str:
        """The persona's name in `language` ("de" or "en")."""
        return self.name_en if language == "en" else self.name_de

    @property
    def summary(self) -> str:
        """For the audit trail."""
        return f"build {self.build_id}, persona {self.number}: {self.n} contacts"


def segment_of(session: Session, persona_id: int) -> Segment | None:
    """The segment of a persona of the newest build; None where there is no such persona (any more)."""
    demand(session, "export")
    persona = session.get(Persona, persona_id)
    newest = session.scalar(select(func.max(Build.id)))
    if persona is None or persona.build_id != newest:
        return None
    n = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(Contact, Contact.id == Membership.contact_id)
        .where(*_belongs(persona))
    )
    return Segment(persona.id, persona.build_id, persona.number, persona.name("de"), persona.name("en"), n or 0)


def segment_csv(engine: Engine, segment: Segment, language: Language) -> Iterator[bytes]:
    """The file in pieces; whoever objects while it is being written is left out of what is still to come."""
    persona = say("answer.persona_name", language, number=segment.number, name=segment.name(language))
    yield _lines([[say(f"export.column.{name}", language) for name in COLUMNS]], language, start=BOM)
    after = 0
    while True:
        with session_scope(engine) as session:
            demand(session, "export")
            batch = _batch(session, segment, after)
            refused = _unsubscribed(session, [contact.id for contact, _, _ in batch])
            rows = [_row(*one, persona, one[0].id in refused, language) for one in batch]
        if not rows:
            return
        after = batch[-1][0].id
        yield _lines(rows, language)


def file_name(segment: Segment, language: Language) -> str:
    """A name for the file that every system takes: "persona-2-vertriebsleitung.csv"."""
    words = re.sub(r"[^a-z0-9]+", "-", folded(segment.name(language))).strip("-")[:LONGEST_NAME].rstrip("-")
    return "-".join(part for part in ("persona", str(segment.number), words) if part) + ".csv"


def safe_cell(value: object) -> str:
    """A cell that every spreadsheet shows as text: one line, no control characters, never a formula."""
    text = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in str(value)[:LONGEST_CELL]
        if unicodedata.category(letter) not in ("Cf", "Cs")
    )
    text = " ".join(text.split())
    return f"'{text}" if text[:1] in FORMULA and not PHONE.fullmatch(text) else text


def _belongs(persona: Persona | Segment) -> tuple[Any, ...]:
    persona_id = persona.id if isinstance(persona, Persona) else persona.persona_id
    return (
        Membership.build_id == persona.build_id,
        Membership.persona_id == persona_id,
        Contact.blocked_on.is_(None),
        Contact.duplicate_of.is_(None),
    )


def _batch(session: Session, segment: Segment, after: int) -> Sequence[tuple[Contact, Company | None, float]]:
    rows = session.execute(
        select(Contact, Company, Membership.probability)
        .join(Membership, Membership.contact_id == Contact.id)
        .outerjoin(Company, Company.id == Contact.company_id)
        .where(*_belongs(segment), Contact.id > after)
        .order_by(Contact.id)
        .limit(BATCH)
    )
    return [(contact, company, probability) for contact, company, probability in rows]


def _unsubscribed(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those among `ids` who unsubscribed, themselves or as a double."""
    person = func.coalesce(Contact.duplicate_of, Contact.id)
    found = session.scalars(
        select(person)
        .join(Interaction, Interaction.contact_id == Contact.id)
        .where(or_(Contact.id.in_(ids), Contact.duplicate_of.in_(ids)), Interaction.kind == "unsubscribed")
    )
    return frozenset(found)


def _row(
    contact: Contact, company: Company | None, probability: float, persona: str, unsubscribed: bool, language: Language
) -> list[str]:
    industry = level_label("industry", company.industry, language) if company and company.industry else None
    values = {
        "id": contact.external_id or contact.id,
        "company": company.name if company else None,
        "industry": industry,
        "city": contact.city or (company.city if company else None),
        "persona": persona,
        "probability": percent(probability, language),
        "unsubscribed": say("export.yes" if unsubscribed else "export.no", language),
    }
    cells = [values[name] if name in values else getattr(contact, name) for name in COLUMNS]
    return ["" if cell is None else safe_cell(cell) for cell in cells]


def _lines(rows: Sequence[Sequence[str]], language: Language, start: str = "") -> bytes:
    text = io.StringIO()
    text.write(start)
    csv.writer(text, delimiter=DELIMITERS[language], quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
