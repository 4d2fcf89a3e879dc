"""The companies that contact events name: found by id or name, added and brought up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from persona_store.crm.builders import COMPANY_ID, COMPANY_NAME, industries
from persona_store.database.models import KEY_LENGTH, NAME_LENGTH, Company
from persona_store.live.clocks import Clock, Clocks
from persona_store.live.rows import COMPANY_KEY
from persona_store.live.store import batches

DETAILS = ("industry", "employees", "revenue", "website")
IMPLIED = "name:"


@dataclass(slots=True)
class Companies:
    """Company ids by id in the CRM and by normalised name, for the references of one batch."""

    session: Session
    by_id: dict[str, int]
    by_name: dict[str, int]

    def of(self, values: dict[str, Any]) -> int | None:
        """The company a row refers to; None where the store knows none."""
        found = self.by_id.get(values.get(COMPANY_ID) or "")
        return found if found is not None else self.by_name.get(values.get(COMPANY_KEY) or "")


def find_companies(session: Session, rows: Sequence[dict[str, Any]], system: str) -> Companies:
    """The companies that `rows` refer to; those known by name only are added, as an import does."""
    ids = {row[COMPANY_ID] for row in rows if row.get(COMPANY_ID) is not None}
    names = {row[COMPANY_KEY]: row[COMPANY_NAME] for row in rows if row.get(COMPANY_KEY)}
    found = Companies(session, {}, {})
    keys = {f"{system}:{id_}"[:KEY_LENGTH]: id_ for id_ in ids}
    for some in batches(sorted(keys)):
        rows_found = session.execute(select(Company.key, Company.id).where(Company.key.in_(some)))
        found.by_id |= {keys[key]: company for key, company in rows_found}
    for some in batches(sorted(name[:NAME_LENGTH] for name in names)):
        known = session.execute(
            select(Company.name_key, Company.key, Company.id).where(Company.name_key.in_(some)).order_by(Company.id)
        ).all()
        for name, _, company in sorted(known, key=lambda row: row.key.startswith(IMPLIED)):
            found.by_name.setdefault(name, company)
    _add(found, {row[COMPANY_KEY]: row[COMPANY_NAME] for row in rows if row.get(COMPANY_KEY) and found.of(row) is None})
    return found


def _add(found: Companies, names: dict[str, str]) -> None:
    new = [
        {"key": f"{IMPLIED}{key}"[:KEY_LENGTH], "name": name, "name_key": key[:NAME_LENGTH], "custom": {}}
        for key, name in sorted(names.items())
    ]
    if new:
        added = found.session.execute(insert(Company).returning(Company.name_key, Company.id), new)
        found.by_name |= {name: company for name, company in added}  # noqa: C416  # rows are no pairs to dict()


def write_details(session: Session, stated: Sequence[tuple[int, dict[str, Any], Clock]], clocks: Clocks) -> set[int]:
    """Brings companies up to date with what events state of them; returns the ids of those that changed."""
    if not stated:
        return set()
    ids = sorted({company for company, _, _ in stated})
    clocks.read(f"companies:{company}" for company in ids)
    names = sorted({values["industry"] for _, values, _ in stated if values.get("industry")})
    normal = dict(zip(names, industries(pl.Series(names, dtype=pl.String)).to_list(), strict=True))
    columns = (*DETAILS, "industry_text")
    before: dict[int, dict[str, Any]] = {}
    for some in batches(ids):
        table = select(Company.id, *(getattr(Company, name) for name in columns)).where(Company.id.in_(some))
        before |= {row[0]: dict(zip(columns, row[1:], strict=True)) for row in session.execute(table)}
    after = {company: dict(row) for company, row in before.items()}
    for company, values, clock in stated:
        full = dict(values)
        if "industry" in full:
            full |= {"industry_text": full["industry"], "industry": normal.get(full["industry"] or "")}
        after[company] |= clocks.newer(f"companies:{company}", None, full, clock)
    changed = [{"id": company} | row for company, row in after.items() if row != before[company]]
    if changed:
        session.execute(update(Company), changed)
    return {row["id"] for row in changed}
