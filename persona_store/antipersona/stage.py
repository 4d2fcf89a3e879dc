"""Where in the funnel a contact stands, by the same rule as its journey."""

from datetime import date

from persona_store.antipersona.history import History
from persona_store.antipersona.types import Stage
from persona_store.guidance.phases import PURCHASE, phase_of


def funnel_stage(market: str, own: History, *, customer: bool, last_activity: date | None, today: date | None) -> Stage:
    """The phase of the customer journey (b2b) or the AIDA stage (b2c); `today` is the day of the newest data."""
    bought, last = PURCHASE in own.kinds, own.heard or last_activity
    phase, _ = phase_of(
        market, own.strengths, customer=customer, bought=bought, open_deals=own.open_deals, last=last, today=today
    )
    return phase
