"""The verdicts in words, and what to do about them at each stage."""

from persona_store.antipersona.estimate import Chance
from persona_store.antipersona.types import Advice, Buy, Stage, Worth
from persona_store.antipersona.vetoes import Holds

# "Surely not": even the upper end of the interval is rare, in itself and against the base.
SURELY_NOT = 0.10
SURELY_NOT_OF_BASE = 0.25
# "Unlikely": the whole interval lies below the base, and the probability at half of it or less.
UNLIKELY_OF_BASE = 0.5
# "Likely": more likely than not.
LIKELY = 0.5

# The nearer to a purchase, the sooner one asks the decisive question instead of dropping the contact.
CUSTOMER: dict[Worth, Advice] = {"not_worth": "self_service", "borderline": "nurture_lightly"}
SURELY_NOT_BUYING: dict[Stage, Advice] = {
    "awareness": "do_not_invite",
    "attention": "do_not_invite",
    "consideration": "self_service",
    "interest": "self_service",
    "decision": "clarify",
    "desire": "clarify",
}
NOT_WORTH_IT: dict[Stage, Advice] = {
    "awareness": "do_not_invite",
    "attention": "do_not_invite",
    "dormant": "do_not_invest",
    "decision": "hand_over",
    "desire": "hand_over",
}
UNLIKELY_TO_BUY: dict[Stage, Advice] = {"decision": "clarify", "desire": "clarify"}
STILL_OPEN: dict[Stage, Advice] = {
    "awareness": "nurture_lightly",
    "attention": "nurture_lightly",
    "dormant": "nurture_lightly",
}


def in_words(chance: Chance, base: float) -> Buy:
    """The chance of buying in words, by the thresholds at the top of this module."""
    if chance.high <= min(SURELY_NOT, SURELY_NOT_OF_BASE * base):
        return "surely_not"
    if chance.high < base and chance.p <= UNLIKELY_OF_BASE * base:
        return "unlikely"
    return "likely" if chance.p >= LIKELY else "open"


def advise_after_veto(holds: Holds, stage: Stage, *, customer: bool) -> Advice:
    """What to do where somebody knows better than the data whether it is a good lead."""
    if holds == "good_lead":
        return "keep_going"
    return "self_service" if customer else SURELY_NOT_BUYING.get(stage, "do_not_invest")


def is_anti_persona(buy: Buy, worth: Worth, *, customer: bool) -> bool | None:
    """Whether either verdict is clearly negative; empty when that cannot be told. For a customer only worth counts."""
    if worth == "not_worth" or (buy == "surely_not" and not customer):
        return True
    open_question = worth if customer else buy
    return None if open_question == "cannot_tell" else False


def advise(buy: Buy, worth: Worth, stage: Stage, *, customer: bool, competitor: bool = False) -> Advice:
    """What to do now, from both verdicts and the stage; a `competitor` on the team's list is never invited."""
    if competitor and not customer:
        return "do_not_invite"
    if customer:
        return CUSTOMER.get(worth, "keep_going")
    if buy == "surely_not":
        return SURELY_NOT_BUYING.get(stage, "do_not_invest")
    if worth == "not_worth":
        return NOT_WORTH_IT.get(stage, "self_service")
    if buy == "unlikely" or (buy == "open" and worth == "borderline"):
        return UNLIKELY_TO_BUY.get(stage, "nurture_lightly")
    if buy == "cannot_tell":
        return "keep_going" if worth == "worth" else "clarify"
    return "keep_going" if buy == "likely" else STILL_OPEN.get(stage, "keep_going")
