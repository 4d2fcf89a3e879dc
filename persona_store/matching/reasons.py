"""Why a persona and not another: the log-odds of each known attribute."""

from collections.abc import Mapping

import numpy as np

from persona_store.matching.types import Reason
from persona_store.segmentation.model import PersonaModel

# A level that is less than a tenth likelier or unlikelier than among the others is no reason.
LEAST_LOG_ODDS = float(np.log(1.1))


def reasons(model: PersonaModel, levels: Mapping[str, str], best: int) -> tuple[Reason, ...]:
    """The known `levels` that speak for or against persona number `best` of the model, strongest first.

    Each is weighed as the logarithm of how much likelier it is in this persona than in the others, those mixed in
    proportion to their size; with a single persona, than among all contacts. What another known attribute says already
    counts less, as it does for the posterior.
    """
    found = [_reason(model, levels, attribute, best) for attribute in levels]
    telling = [reason for reason in found if abs(reason.log_odds) >= LEAST_LOG_ODDS]
    return tuple(sorted(telling, key=lambda reason: -abs(reason.log_odds)))


def _reason(model: PersonaModel, levels: Mapping[str, str], attribute: str, best: int) -> Reason:
    table, level = model.tables[attribute], levels[attribute]
    column = table.probabilities[:, table.levels.index(level)]
    base = model.base(attribute, level)
    others = np.delete(model.class_weights, best)
    elsewhere = float(others @ np.delete(column, best) / others.sum()) if others.size else base
    return Reason(
        attribute=attribute,
        level=level,
        kind=model.attributes[attribute].kind,
        log_odds=model.exponent(attribute, levels) * float(np.log(column[best] / elsewhere)),
        probability=float(column[best]),
        base=base,
        n=model.n(best, attribute),
    )
