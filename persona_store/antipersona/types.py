"""What a verdict says: will the contact buy, is it worth the effort, on which evidence, and what to do."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from persona_store.antipersona.motivation import Motivation
from persona_store.antipersona.vetoes import VetoInfo

Buy = Literal["surely_not", "unlikely", "open", "likely", "cannot_tell"]
Worth = Literal["not_worth", "borderline", "worth", "cannot_tell"]
WhyNotKnown = Literal["too_few_outcomes", "not_predictable", "no_scorecard"]
Advice = Literal[
    "do_not_invite", "do_not_invest", "self_service", "nurture_lightly", "hand_over", "keep_going", "clarify"
]
MINUTES_PER_HOUR = 60.0

Stage = Literal[
    "awareness", "consideration", "decision", "customer", "dormant", "attention", "interest", "desire", "action"
]
ScoreVerdict = Literal["learned", "too_few_outcomes", "not_predictable"]
LeakReason = Literal[
    "after_outcome",
    "whole_history",
    "name",
    "too_good",
    "only_known_after",
    "missing_tells",
    "filled_afterwards",
    "tagged_afterwards",
]


@dataclass(frozen=True, slots=True)
class Points:
    """What one level of an attribute adds to (+) or takes from (-) the score; 20 points double the odds of buying.

    `n` contacts with a known outcome have this level, `bought` of them bought. Points with `beside` (attribute,
    level) count only where the contact has both levels, on top of what either gives alone.
    """

    attribute: str
    level: str
    points: float
    n: int
    bought: int
    beside: tuple[str, str] | None = None

    @property
    def rate(self) -> float:
        """Share of buyers among those with this level."""
        return self.bought / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the scorecard orders and estimates contacts it has not seen (out of fold).

    `auc` with its 95 % interval; `calibration_error` is the expected absolute gap between stated and observed share.
    `n` contacts with a known outcome, `positives` of them bought. Empty where nothing could be learned.
    """

    auc: float | None
    auc_low: float | None
    auc_high: float | None
    calibration_error: float | None
    n: int
    positives: int


@dataclass(frozen=True, slots=True)
class ValueEstimate:
    """What a contact is worth against what it costs, in the CRM's currency.

    `money` is what it brought so far, `potential` what is still to be expected (chance of buying times the value of
    similar customers, plus open deals); `care_cost` is the expected effort. `value_low` and `value_high` are the 95 %
    interval of `money + potential`. `basis` says whether deals count by margin or by amount. `n_similar` contacts
    stand behind the expectation, `deals` and `care_minutes` are the contact's own; so are `complaints`.
    Where the market's purchase model knows a customer: `purchases_ahead` in the next `months`, the probability
    `still_buys` that it has not left for good, and the number of `repeaters` the model rests on.
    """

    money: float
    potential: float
    care_cost: float
    value_low: float
    value_high: float
    care_low: float
    care_high: float
    basis: Literal["margin", "amount"]
    n_similar: int
    deals: int
    care_minutes: float
    complaints: int
    months: float | None = None
    purchases_ahead: float | None = None
    still_buys: float | None = None
    repeaters: int = 0

    @property
    def total(self) -> float:
        """Monetary value and future potential together."""
        return self.money + self.potential


@dataclass(frozen=True, slots=True)
class Effort:
    """Care still to come if one goes on: expected `minutes`, 95 % between `low` and `high`, and what they cost.

    `variance` is that between people, `error` the standard error of the expectation; sums of efforts need both.
    """

    minutes: float
    low: float
    high: float
    cost: float
    variance: float
    error: float

    @property
    def hours(self) -> float:
        """The expected care in hours."""
        return self.minutes / MINUTES_PER_HOUR


@dataclass(frozen=True, slots=True)
class Verdict:
    """Both verdicts on a contact with their evidence.

    `anti_persona` is empty when it cannot be told; where somebody has a `veto` in force, that holds, and
    `anti_by_data` is what the data say beside it. `probability` of buying with its 95 % interval `low` to `high`,
    `base_rate` among all with a known outcome; all empty when `buy` is "cannot_tell", then `why_not_known` says why.
    `points` speak against buying or for it, strongest first. `left_out` names the attributes refused as leaking
    (attribute → LeakReason). `value` is empty when `worth` is "cannot_tell". For a customer the question of buying is
    moot: `buy` is "likely" then, by fact, and `probability` empty. `needed` outcomes of each kind make a score.
    `effort` is what going on would take, empty where too little care is recorded to say.
    """

    contact_id: int
    name: str
    company: str | None
    market: str
    anti_persona: bool | None
    buy: Buy
    probability: float | None
    low: float | None
    high: float | None
    base_rate: float | None
    points: tuple[Points, ...]
    quality: Quality
    why_not_known: WhyNotKnown | None
    needed: int
    left_out: dict[str, LeakReason]
    worth: Worth
    value: ValueEstimate | None
    advice: Advice
    stage: Stage
    customer: bool
    data_on: date | None
    motivation: Motivation | None = None
    veto: VetoInfo | None = None
    anti_by_data: bool | None = None
    effort: Effort | None = None
