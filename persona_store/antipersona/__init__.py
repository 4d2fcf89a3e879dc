"""Two verdicts kept apart: who surely will not buy, and who should not be a customer.

Learning them is in `learning` and imported from there: judging needs no scikit-learn, which takes a second to load.
"""

from persona_store.antipersona.scorecard import LearnedScorecard
from persona_store.antipersona.types import (
    Advice,
    Buy,
    LeakReason,
    Points,
    Quality,
    Stage,
    ValueEstimate,
    Verdict,
    WhyNotKnown,
    Worth,
)
from persona_store.antipersona.verdict import judge_contact
from persona_store.antipersona.worth import learn_worth

__all__ = [
    "Advice",
    "Buy",
    "LeakReason",
    "LearnedScorecard",
    "Points",
    "Quality",
    "Stage",
    "ValueEstimate",
    "Verdict",
    "WhyNotKnown",
    "Worth",
    "judge_contact",
    "learn_worth",
]
