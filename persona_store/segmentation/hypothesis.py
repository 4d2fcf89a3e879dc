"""Hypothesis personas checked against the data: what is borne out, what is not, and which persona is nearest."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Membership
from persona_store.errors import InputError
from persona_store.segmentation.attributes import attribute_frame, attributes
from persona_store.segmentation.binning import Bins, fit_binning
from persona_store.segmentation.hypothesis_file import Hypothesis, Statement
from persona_store.segmentation.model import PersonaModel, load_model
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.shares import Contrast, Share, contrast, holm, share
from persona_store.segmentation.statement import Condition, read_statement
from persona_store.settings import settings
from persona_store.wording import say

Finding = Literal["borne_out", "not_borne_out", "cannot_tell"]
Reason = Literal["clear", "rarer", "no_difference", "open", "too_few", "nothing_to_compare"]
Bools = NDArray[np.bool_]

FEWEST = 30  # contacts on either side of a comparison
SURE = 0.05
NOTABLE = 1.5  # odds ratio below which a difference is too small to build on (about a small effect: Chen et al. 2010)


@dataclass(frozen=True, slots=True)
class Checked:
    """One statement against the data.

    `meant` is its share among the contacts who fit at least `fitting` of the `others` other statements, `base` among
    all other contacts, each of those whose attribute is known; `p` is Holm's. `reason` says why the finding is so.
    """

    statement: str
    line: int
    attribute: str
    finding: Finding
    reason: Reason
    meant: Share | None
    base: Share | None
    contrast: Contrast | None
    p: float | None
    fitting: int
    others: int


@dataclass(frozen=True, slots=True)
class NearPersona:
    """A data-driven persona: its posterior given the whole description, and its share of the contacts that fit it."""

    number: int
    name_de: str
    name_en: str
    posterior: float
    fitting: Share | None

    def name(self, language: str) -> str:
        """The persona's name in `language` ("de" or "en")."""
        return self.name_en if language == "en" else self.name_de


@dataclass(frozen=True, slots=True)
class HypothesisReport:
    """What the data say of a hypothesis.

    `fit_all` is the share of contacts that fit every statement whose attribute is known of them, among those of whom
    all are known; None when of nobody all are. `personas` come nearest first; empty without a build with personas.
    """

    name: str
    market: str
    contacts: int
    checked: tuple[Checked, ...]
    fit_all: Share | None
    personas: tuple[NearPersona, ...]
    build_id: int | None


def check_hypothesis(session: Session, hypothesis: Hypothesis, path: Path | None = None) -> HypothesisReport:
    """Checks every statement against the contacts of the hypothesis's market; `path` is named in errors.

    Raises InputError when the store holds no contacts of that market or a statement cannot be read.
    """
    known = attributes(session, hypothesis.market)
    frame = attribute_frame(session, hypothesis.market, known=known)
    if frame.is_empty():
        raise InputError(say("hypothesis.error.no_contacts", settings().language))
    model = load_model(session, hypothesis.market)
    binning = fit_binning(frame, known) if model is None else model.binning
    claims = _read(hypothesis, StatementReader(known, _names(known, frame), binning.bins), path)
    held = [condition.holds(frame[condition.attribute]) for _, condition in claims]
    holds = np.column_stack([one.fill_null(False).to_numpy() for one in held])
    told = np.column_stack([one.is_not_null().to_numpy() for one in held])
    complete = told.all(axis=1)
    fits: Bools = np.asarray(complete & holds.all(axis=1))
    return HypothesisReport(
        name=hypothesis.name,
        market=hypothesis.market,
        contacts=len(frame),
        checked=tuple(_check(claims, holds, told)),
        fit_all=share(int(fits.sum()), int(complete.sum())) if complete.any() else None,
        personas=() if model is None else _nearest(session, model, [one for _, one in claims], frame, fits),
        build_id=None if model is None else model.build_id,
    )


@dataclass(frozen=True, slots=True)
class StatementReader:
    """Reads statements with the attributes and names that a market of the store has."""

    attributes: Sequence[Attribute]
    names: Mapping[str, Sequence[str]]
    bins: Mapping[str, Bins]

    def understands(self, statement: Statement) -> bool:
        """Whether a statement can be read."""
        return bool(self.read(statement))

    def read(self, statement: Statement) -> tuple[Condition, ...]:
        """The conditions that a statement means; empty when it cannot be read."""
        return read_statement(statement.text, statement.attribute, self.attributes, self.names, self.bins)

    def examples(self, attribute: str) -> tuple[str, ...]:
        """The levels of an attribute, the most frequent first where they are names; empty for an unknown one."""
        return self.bins[attribute].levels if attribute in self.bins else ()


def statement_reader(session: Session, market: str) -> StatementReader:
    """A reader for the contacts that the store holds now."""
    known = attributes(session, market)
    frame = attribute_frame(session, market, known=known)
    return StatementReader(known, _names(known, frame), fit_binning(frame, known).bins)


def _read(hypothesis: Hypothesis, reader: StatementReader, path: Path | None) -> list[tuple[Statement, Condition]]:
    claims: list[tuple[Statement, Condition]] = []
    for statement in hypothesis.statements:
        found = reader.read(statement)
        if not found:
            where = path if path is not None else hypothesis.name
            values = {"path": where, "line": statement.line, "statement": statement.words}
            raise InputError(say("hypothesis.error.unreadable", settings().language, count=None, **values))
        claims += [(statement, condition) for condition in found]
    return claims


def _names(known: Sequence[Attribute], frame: pl.DataFrame) -> Mapping[str, Sequence[str]]:
    return {one.key: sorted(frame[one.key].drop_nulls().unique().to_list()) for one in known if not one.numeric}


def _check(claims: Sequence[tuple[Statement, Condition]], holds: Bools, told: Bools) -> list[Checked]:
    found = [_compare(place, holds, told) for place in range(len(claims))]
    tested = [place for place, (_, _, _, compared) in enumerate(found) if compared is not None]
    adjusted = dict(zip(tested, holm([one.p for place in tested if (one := found[place][3]) is not None]), strict=True))
    checked = []
    for place, ((statement, condition), (fitting, meant, base, compared)) in enumerate(zip(claims, found, strict=True)):
        p = adjusted.get(place)
        finding, reason = _finding(compared, p, alone=len(claims) == 1)
        checked.append(
            Checked(
                statement.words, statement.line, condition.attribute, finding, reason, meant, base, compared, p,
                fitting, len(claims) - 1,
            )
        )  # fmt: skip
    return checked


def _compare(place: int, holds: Bools, told: Bools) -> tuple[int, Share | None, Share | None, Contrast | None]:
    """How many other statements the contacts meant fit, the shares among them and among the rest, and the contrast.

    Meant are the contacts who fit as many of the other statements as at least FEWEST contacts do, but at least half.
    """
    others = np.delete(holds, place, axis=1)
    if not others.shape[1]:
        return 0, None, None, None
    matches, known = others.sum(axis=1), told[:, place]
    least = math.ceil(others.shape[1] / 2)
    fitting = next(
        (few for few in range(others.shape[1], least, -1) if int((known & (matches >= few)).sum()) >= FEWEST), least
    )
    meant, rest = known & (matches >= fitting), known & (matches < fitting)
    shares = [share(int(holds[side, place].sum()), int(side.sum())) if side.any() else None for side in (meant, rest)]
    if shares[0] is None or shares[1] is None or min(shares[0].of, shares[1].of) < FEWEST:
        return fitting, shares[0], shares[1], None
    return fitting, shares[0], shares[1], contrast(shares[0], shares[1])


def _finding(compared: Contrast | None, p: float | None, *, alone: bool) -> tuple[Finding, Reason]:
    if compared is None or p is None:
        return "cannot_tell", "nothing_to_compare" if alone else "too_few"
    if p < SURE and compared.odds_ratio < 1:
        return "not_borne_out", "rarer"
    if compared.high < NOTABLE:
        return "not_borne_out", "no_difference"
    if p < SURE and compared.odds_ratio >= NOTABLE:
        return "borne_out", "clear"
    return "cannot_tell", "open"


def _nearest(
    session: Session, model: PersonaModel, conditions: Sequence[Condition], frame: pl.DataFrame, fits: Bools
) -> tuple[NearPersona, ...]:
    meant = {
        one.attribute: levels
        for one in conditions
        if one.attribute in model.tables and (levels := one.levels_of(model.binning.bins[one.attribute]))
    }
    first = {name: levels[0] for name, levels in meant.items()}
    log_joint = np.log(model.class_weights)
    for name, levels in meant.items():
        table = model.tables[name]
        if table.defines:
            places = [table.levels.index(level) for level in levels]
            evidence = np.log(table.probabilities[:, places].sum(axis=1))
            log_joint = log_joint + model.exponent(name, first) * evidence
    joint = np.exp(log_joint - log_joint.max())
    posterior = joint / joint.sum()
    counts = _memberships(session, model, frame["contact_id"].filter(pl.Series(fits)))
    members = sum(counts.values())
    near = [
        NearPersona(
            number=persona.number,
            name_de=persona.name_de,
            name_en=persona.name_en,
            posterior=float(posterior[place]),
            fitting=share(counts.get(persona.id, 0), members) if members else None,
        )
        for place, persona in enumerate(model.personas)
    ]
    return tuple(sorted(near, key=lambda one: -one.posterior))


def _memberships(session: Session, model: PersonaModel, fitting: pl.Series) -> dict[int, int]:
    """How many of the fitting contacts are in each persona of the build."""
    if fitting.is_empty():
        return {}
    ids = set(fitting.to_list())
    rows = session.execute(
        select(Membership.contact_id, Membership.persona_id).where(
            Membership.build_id == model.build_id, Membership.persona_id.in_([one.id for one in model.personas])
        ),
        execution_options={"yield_per": 50_000},
    )
    counts: dict[int, int] = {}
    for contact, persona in rows:
        if contact in ids:
            counts[persona] = counts.get(persona, 0) + 1
    return counts
