"""Where in the funnel a contact stands, as far as its deals and interactions tell."""

from datetime import date, timedelta

from persona_store.antipersona.types import Stage

# After half a year of silence a lead has gone cold in most trades.
DORMANT_AFTER = timedelta(days=180)
SERIOUS = frozenset({"pricing_page", "demo_request", "meeting"})
CURIOUS = frozenset({"download", "webinar", "trade_fair", "newsletter", "social_follow"})


def funnel_stage(
    market: str, *, customer: bool, open_deals: int, kinds: frozenset[str], last: date | None, today: date | None
) -> Stage:
    """The phase of the customer journey (b2b) or the AIDA stage (b2c).

    `kinds` are the contact's kinds of interaction, `last` the day of the last one, `today` that of the newest data.
    """
    if market == "b2c":
        return _aida(customer=customer, open_deals=open_deals, kinds=kinds)
    if customer:
        return "customer"
    if open_deals:
        return "decision"
    if last is not None and today is not None and today - last > DORMANT_AFTER:
        return "dormant"
    return "consideration" if kinds & SERIOUS else "awareness"


def _aida(*, customer: bool, open_deals: int, kinds: frozenset[str]) -> Stage:
    if customer or "purchase" in kinds:
        return "action"
    if open_deals or kinds & SERIOUS:
        return "desire"
    return "interest" if kinds & CURIOUS else "attention"
