"""What to choose from where a message was not understood."""

from collections.abc import Mapping, Sequence

from actions.answers.common import labelled_button, quoted
from persona_store.answer import Answer, Choice
from persona_store.settings import Language
from persona_store.wording import catalogue, say

NAMES = {
    "match_persona": ("contact", "company", "role", "persona"),
    "ask_approach": ("contact", "company", "role", "persona", "channel"),
    "check_anti_persona": ("contact", "company"),
    "ask_buying_center": ("company",),
    "ask_journey_phase": ("contact", "company"),
    "ask_next_message": ("contact", "persona", "phase", "channel"),
    "describe_persona": ("persona",),
    "compare_personas": ("persona",),
    "show_chart": ("persona", "attribute"),
    "ask_content": ("persona", "phase"),
    "export_segment": ("persona",),
    "explain_concept": ("concept",),
    "practice_conversation": ("persona", "role"),
    "ask_data_basis": ("contact",),
    "object_profiling": ("contact",),
    "request_erasure": ("contact",),
    "list_anti_personas": ("phase", "company"),
    "ask_statistics": ("persona", "attribute", "channel"),
}  # what of a message a button carries on, by what the intent can use


def did_you_mean_answer(intents: Sequence[str], named: Mapping[str, str], language: Language) -> Answer:
    """The wishes a message may mean; each button keeps what the message named."""
    return Answer(
        "choices",
        language,
        say("fallback.did_you_mean", language),
        next_step=say("fallback.or_else", language),
        choices=tuple(_button(intent, named, language) for intent in intents if _known(intent, language)),
    )


def menu_answer(intents: Sequence[str], language: Language, *, again: bool) -> Answer:
    """What the assistant can do, to tap on."""
    return Answer(
        "choices",
        language,
        say("fallback.menu_again" if again else "fallback.menu", language),
        next_step=say("fallback.menu_next", language),
        choices=tuple(_button(intent, {}, language) for intent in intents),
    )


def _button(intent: str, named: Mapping[str, str], language: Language) -> Choice:
    kept = {name: named[name] for name in NAMES.get(intent, ()) if name in named}
    label = say(f"fallback.intent.{intent}", language)
    about = next((kept[name] for name in ("contact", "company", "persona") if name in kept), None)
    return labelled_button(f"{label} ({quoted(about)})" if about else label, intent, kept)


def _known(intent: str, language: Language) -> bool:
    return f"fallback.intent.{intent}" in catalogue(language)
