"""Two verdicts kept apart: who surely will not buy, and who should not be a customer."""

from persona_store.antipersona.learning import learn
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
    "learn",
    "learn_worth",
]
