"""The personas of the newest build as a model that answers: which persona, how probable, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Contact, Persona, PersonaIdentity, PersonaLevel
from persona_store.segmentation.attributes import attribute_frame
from persona_store.segmentation.binning import Binning
from persona_store.segmentation.latent_classes import stated
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.target_group import TargetFilter

CACHED_MODELS = 8  # a build and the one before, in two markets, for two stores
_models: dict[tuple[str, int, datetime, datetime | None, str], "PersonaModel | None"] = {}


@dataclass(frozen=True, slots=True)
class PersonaInfo:
    """One persona: `share` of its market's contacts (0 to 1); `outcome_rate` with 95 % interval over `outcome_n`.

    `stability` is the mean Jaccard likeness over bootstrap samples, `likeness` that to the persona of the same identity
    in the build before; None where not measured.
    """

    id: int
    number: int
    name_de: str
    name_en: str
    market: str
    share: float
    n: int
    outcome_n: int
    outcome_rate: float | None
    outcome_low: float | None
    outcome_high: float | None
    value_mean: float | None
    identity_id: int | None = None
    stability: float | None = None
    likeness: float | None = None

    def name(self, language: str) -> str:
        """The persona's name in `language` ("de" or "en")."""
        return self.name_en if language == "en" else self.name_de


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """One attribute in all personas.

    `probabilities` is (personas, levels), `base` (levels,): the same among all contacts of the market; `known` is
    (personas,): expected number of contacts whose attribute is known; `defines` says whether it decides membership
    (else it only describes). `weights` is (personas,): its share in what sets each persona apart. Where `parent` is
    known too, its evidence counts with `exponent`, because the two depend on one another beyond the personas.
    """

    levels: tuple[str, ...]
    probabilities: NDArray[np.float64]
    base: NDArray[np.float64]
    known: NDArray[np.float64]
    weights: NDArray[np.float64]
    defines: bool
    parent: str | None = None
    exponent: float = 1.0


@dataclass(frozen=True, slots=True)
class PersonaModel:
    """The personas of one market in one build; indices of personas follow `personas`.

    `target_group` is the filter inside which they were found; None when all contacts took part.
    """

    build_id: int
    created_at: datetime
    data_on: date | None
    market: str
    contacts: int
    personas: tuple[PersonaInfo, ...]
    class_weights: NDArray[np.float64]
    binning: Binning
    attributes: Mapping[str, Attribute]
    tables: Mapping[str, AttributeTable]
    target_group: TargetFilter | None = None

    def posterior(self, levels: Mapping[str, str]) -> NDArray[np.float64]:
        """How probable each persona is, given the known `levels` by attribute; sums to 1, none is ever quite sure.

        Attributes or levels the model does not know, or that only describe, change nothing.
        """
        log_joint = np.log(self.class_weights)
        for attribute, level in levels.items():
            table = self.tables.get(attribute)
            if table is not None and table.defines and level in table.levels:
                evidence = np.log(table.probabilities[:, table.levels.index(level)])
                log_joint = log_joint + self.exponent(attribute, levels) * evidence
        joint = np.exp(log_joint - log_joint.max())
        return stated(joint / joint.sum(), self.class_weights)

    def exponent(self, attribute: str, levels: Mapping[str, str]) -> float:
        """How much of what `attribute` says counts beside the known `levels`: 1, or less where these say it too."""
        table = self.tables[attribute]
        parent = None if table.parent is None else self.tables[table.parent]
        says_it_too = parent is not None and levels.get(table.parent or "") in parent.levels
        return table.exponent if says_it_too else 1.0

    def probability(self, persona_index: int, attribute: str, level: str) -> float:
        """How probable `level` is in the persona; raises KeyError or ValueError for what the model does not know."""
        table = self.tables[attribute]
        return float(table.probabilities[persona_index, table.levels.index(level)])

    def base(self, attribute: str, level: str) -> float:
        """How probable `level` is among all contacts of the market."""
        table = self.tables[attribute]
        return float(table.base[table.levels.index(level)])

    def n(self, persona_index: int, attribute: str, level: str | None = None) -> float:
        """Expected number of the persona's contacts whose `attribute` is known, or is `level`."""
        known = float(self.tables[attribute].known[persona_index])
        return known if level is None else known * self.probability(persona_index, attribute, level)

    def index(self, persona_id: int) -> int:
        """Where the persona `persona_id` stands in `personas`; raises KeyError when it is not of this model."""
        for position, persona in enumerate(self.personas):
            if persona.id == persona_id:
                return position
        raise KeyError(persona_id)


def load_model(session: Session, market: str) -> PersonaModel | None:
    """The model of `market` in the newest build, as events since have moved its classes.

    None when there is no build or it found no personas there.
    """
    from persona_store.live.state import with_live  # it reads built models itself

    built = built_model(session, market)
    return None if built is None else with_live(session, built)


def built_model(session: Session, market: str) -> PersonaModel | None:
    """The model of `market` as the newest build stored it; None as with `load_model`."""
    renamed = select(func.max(PersonaIdentity.changed_at)).scalar_subquery()
    newest = session.execute(select(Build.id, Build.created_at, renamed).order_by(Build.id.desc()).limit(1)).first()
    if newest is None:
        return None
    key = (str(session.get_bind().engine.url), newest.id, newest.created_at, newest[2], market)
    if key not in _models:
        while len(_models) >= CACHED_MODELS:
            _models.pop(next(iter(_models)), None)
        _models[key] = _read_model(session, newest.id, market)
    return _models[key]


def contact_levels(session: Session, contact_id: int, model: PersonaModel) -> dict[str, str]:
    """The known attributes of one contact as levels of `model`, read live from the tables.

    A linked duplicate stands for its original; a blocked or unknown contact, or one of another market, has none.
    """
    contact = session.execute(
        select(Contact.duplicate_of, Contact.blocked_on).where(Contact.id == contact_id)
    ).one_or_none()
    if contact is None or contact.blocked_on is not None:
        return {}
    frame = attribute_frame(
        session,
        model.market,
        [contact.duplicate_of or contact_id],
        known=tuple(model.attributes.values()),
        as_of=model.data_on,
    )
    if frame.is_empty():
        return {}
    row = frame.row(0, named=True)
    levels = {name: bins.level(row.get(name)) for name, bins in model.binning.bins.items()}
    return {name: level for name, level in levels.items() if level is not None}


def _read_model(session: Session, build_id: int, market: str) -> PersonaModel | None:
    build = session.get_one(Build, build_id)
    rows = session.scalars(
        select(Persona).where(Persona.build_id == build_id, Persona.market == market).order_by(Persona.number)
    ).all()
    if not rows:
        return None
    described: dict[str, Any] = build.markets[market]
    attributes = {part["key"]: attribute_from_json(part) for part in described["attributes"]}
    binning = Binning.from_json(described["binning"])
    return PersonaModel(
        build_id=build_id,
        created_at=build.created_at,
        data_on=build.data_on,
        market=market,
        contacts=described["contacts"],
        personas=tuple(persona_info(row) for row in rows),
        class_weights=np.array(described["class_weights"], dtype=np.float64),
        binning=binning,
        attributes=attributes,
        tables=_read_tables(session, rows, attributes, binning, described.get("discounts", {})),
        target_group=TargetFilter.from_json(market, group) if (group := described.get("target_group")) else None,
    )


def _read_tables(
    session: Session,
    personas: Sequence[Persona],
    attributes: Mapping[str, Attribute],
    binning: Binning,
    discounts: Mapping[str, tuple[str, float]],
) -> dict[str, AttributeTable]:
    places = {persona.id: index for index, persona in enumerate(personas)}
    tables: dict[str, AttributeTable] = {}
    for name, bins in binning.bins.items():
        shape = (len(places), len(bins.levels))
        parent, exponent = discounts.get(name, (None, 1.0))
        tables[name] = AttributeTable(
            levels=bins.levels,
            probabilities=np.zeros(shape),
            base=np.zeros(len(bins.levels)),
            known=np.zeros(len(places)),
            weights=np.zeros(len(places)),
            defines=attributes[name].defines,
            parent=parent,
            exponent=exponent,
        )
    for row in session.execute(select(PersonaLevel).where(PersonaLevel.persona_id.in_(places))).scalars():
        table, place = tables[row.attribute], places[row.persona_id]
        position = table.levels.index(row.level)
        table.probabilities[place, position] = row.probability
        table.base[position] = row.base
        table.known[place] = row.n
        table.weights[place] = row.weight
    return tables


def persona_info(persona: Persona) -> PersonaInfo:
    """The row of a persona as plain data that outlives the session."""
    return PersonaInfo(
        id=persona.id,
        number=persona.number,
        name_de=persona.name_de,
        name_en=persona.name_en,
        market=persona.market,
        share=persona.share,
        n=persona.n,
        outcome_n=persona.outcome_n,
        outcome_rate=persona.outcome_rate,
        outcome_low=persona.outcome_low,
        outcome_high=persona.outcome_high,
        value_mean=persona.value_mean,
        identity_id=persona.identity_id,
        stability=persona.stability,
        likeness=persona.likeness,
    )


def attribute_from_json(data: Mapping[str, Any]) -> Attribute:
    """The attribute that a build has written down."""
    return Attribute(
        data["key"],
        data["kind"],
        numeric=data["numeric"],
        after_outcome=data["after_outcome"],
        summary=data.get("summary", False),
    )
