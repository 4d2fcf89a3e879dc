"""What to say when it is not clear what somebody wants: the likeliest wishes to choose from, then a menu."""

from dataclasses import replace

from actions.answers.fallback import did_you_mean_answer, menu_answer
from actions.context import Mention, Request
from actions.cues import kind_shown
from actions.reply import Reply
from actions.state import Kind, Talk

MOST_CHOICES = 3
LEAST_LIKELY = 0.08  # a wish less probable than that is no guess worth showing
UNSURE = 0.55  # below, words that speak for another wish are asked about instead of passed over
# What is never offered: talk about the talk, and what only means something after a question.
NEVER_OFFERED = frozenset(
    {
        "nlu_fallback", "out_of_scope", "inform", "follow_up", "choose_option", "affirm", "deny", "greet", "goodbye",
        "thank", "bot_challenge", "veto_verdict",
    }
)  # fmt: skip
CUED: dict[Kind, str] = {"approach": "ask_approach", "match": "match_persona", "antipersona": "check_anti_persona"}
# Understood as one of these, the words of another may still be part of the message.
OPEN_TO_DOUBT = frozenset({*CUED.values(), "describe_persona", "list_personas", "ask_statistics", "give_feedback"})
CARRIED = ("contact", "company", "role", "persona", "channel", "phase", "concept", "attribute")
# Most people want one of these; each works without a name.
MENU = ("list_personas", "qualify_lead", "list_anti_personas", "ask_statistics", "start_onboarding", "help")
MENU_AGAIN = ("match_persona", "ask_approach", "check_anti_persona", "describe_persona", "list_personas", "help")


def not_understood(request: Request) -> Reply:
    """The wishes the message most likely means, as buttons; the second time in a row a menu, then another one."""
    count = request.talk.missed + 1
    talk = replace(request.talk, missed=count)
    likely = [name for name, share in request.ranking if share >= LEAST_LIKELY and name not in NEVER_OFFERED]
    if count == 1 and likely:
        return _asked(request, likely[:MOST_CHOICES], talk)
    again = count % 2 == 1
    return Reply((menu_answer(MENU_AGAIN if again else MENU, request.language, again=again),), talk)


def doubted(request: Request, confidence: float) -> Reply | None:
    """Asks back where an unsure understanding contradicts the words ("wie erreiche ich ..." taken for a match).

    None where there is no contradiction.
    """
    if confidence >= UNSURE or request.intent not in OPEN_TO_DOUBT or request.text.startswith("/"):
        return None
    shown = kind_shown(request.text)
    meant = CUED.get(shown) if shown else None
    if meant is None or meant == request.intent:
        return None
    return _asked(request, [meant, request.intent], replace(request.talk, missed=request.talk.missed + 1))


def _asked(request: Request, intents: list[str], talk: Talk) -> Reply:
    named = {mention.entity: _said(mention) for mention in reversed(request.mentions) if mention.entity in CARRIED}
    return Reply((did_you_mean_answer(intents, named, request.language),), talk)


def _said(mention: Mention) -> str:
    """What a button says of a mention: names as they were typed, words of the trade as normal values."""
    return mention.text if mention.entity in ("contact", "company", "persona") else mention.value
