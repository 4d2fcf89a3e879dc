"""Matches a contact, or what is known of a lead, to the personas of the newest build."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import rel_entr
from sqlalchemy.orm import Session

from persona_store.antipersona.vetoes import ON_PERSONA, active_veto
from persona_store.errors import NoPersonas
from persona_store.matching.questions import ask_next
from persona_store.matching.reasons import reasons
from persona_store.matching.types import Confidence, Match, PersonaShare
from persona_store.originals import original as original
from persona_store.privacy.rights import demand
from persona_store.segmentation.model import PersonaModel, contact_levels, load_model
from persona_store.segmentation.target_group import is_inside
from persona_store.settings import settings
from persona_store.wording import say

Floats = NDArray[np.float64]

# One attribute alone fits many people; two are the least from which to speak of a fit.
LEAST_KNOWN = 2
# Nats between prior and posterior below which what is known has told next to nothing.
LEAST_TOLD = 0.05
# In words: certain is right in nine of ten cases, likely is more than all others together ...
CERTAIN = 0.9
LIKELY = 0.5
# ... and at least so many times as probable as the runner-up; closer than that, a contact lies between two.
CLEAR_LEAD = 2.0


def match_contact(session: Session, contact_id: int) -> Match:
    """The persona of a contact, from its newest data, with the veto somebody may have on it.

    A linked duplicate is answered by the contact it stands for. Raises NoPersonas when there is no build or its data
    hold no personas for the contact's market, NotAllowed when the contact objected to profiling, and sqlalchemy's
    NoResultFound for an unknown id.
    """
    demand(session, "contacts")
    contact = original(session, contact_id)
    model = _model(session, contact.market)
    levels = contact_levels(session, contact.id, model)
    match = _match(model, levels, contact.name, contact.company.name if contact.company else None, contact.id)
    group = model.target_group
    outside = group is not None and not is_inside(session, contact.id, group)
    return replace(
        match,
        veto=active_veto(session, contact.id, ON_PERSONA),
        outside_group=group.name if group is not None and outside else None,
    )


def match_levels(session: Session, market: str, levels: Mapping[str, str], name: str = "") -> Match:
    """The persona of someone of whom only `levels` (attribute → level) are known; raises NoPersonas as above.

    Attributes and levels the model does not know are passed over.
    """
    demand(session, "aggregates")
    return _match(_model(session, market), levels, name, None, None)


def match_known(model: PersonaModel, levels: Mapping[str, str], name: str = "") -> Match:
    """As `match_levels`, for a model at hand."""
    return _match(model, levels, name, None, None)


def confidence(posterior: Floats, prior: Floats, known: int) -> Confidence:
    """How sure one may be, in words, of the most probable persona; the thresholds stand at the top of this module."""
    best, *others = sorted(posterior.tolist(), reverse=True)
    if known < LEAST_KNOWN or (best < CERTAIN and float(rel_entr(posterior, prior).sum()) < LEAST_TOLD):
        return "unknown"
    if best >= CERTAIN:
        return "certain"
    return "likely" if best >= LIKELY and best >= CLEAR_LEAD * others[0] else "between"


def _model(session: Session, market: str) -> PersonaModel:
    model = load_model(session, market)
    if model is None:
        raise NoPersonas(say("judgement.no_personas", settings().language))
    return model


def _match(
    model: PersonaModel, levels: Mapping[str, str], name: str, company: str | None, contact_id: int | None
) -> Match:
    usable = {
        attribute: level
        for attribute, level in levels.items()
        if (table := model.tables.get(attribute)) is not None and table.defines and level in table.levels
    }
    posterior = model.posterior(usable)
    order = np.argsort(-posterior, kind="stable")
    spoken = reasons(model, usable, int(order[0]))
    return Match(
        contact_id=contact_id,
        name=name,
        company=company,
        market=model.market,
        confidence=confidence(posterior, model.class_weights, len(usable)),
        personas=tuple(_share(model, int(index), float(posterior[index])) for index in order),
        reasons_for=tuple(reason for reason in spoken if reason.log_odds > 0),
        reasons_against=tuple(reason for reason in spoken if reason.log_odds < 0),
        known=len(usable),
        ask_next=ask_next(model, posterior, usable),
        build_id=model.build_id,
        data_on=model.data_on,
        contacts=model.contacts,
    )


def _share(model: PersonaModel, index: int, probability: float) -> PersonaShare:
    persona = model.personas[index]
    return PersonaShare(persona.id, persona.number, persona.name_de, persona.name_en, probability)
