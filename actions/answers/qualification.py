"""The questions of a qualification in words, and what was understood of the answers."""

from collections.abc import Sequence

from actions.answers.common import labelled_button
from actions.answers.lead import ENOUGH, UNKNOWN, facts_in_words, pressed_button
from persona_store.answer import Answer, Choice
from persona_store.leads.facts import Lead
from persona_store.segmentation.binning import OTHER
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.settings import Language
from persona_store.wording import catalogue, joined, say

BUTTONS = 4  # of the likeliest levels; with "don't know" and "result" as many as fit a phone
MOST_LEVELS = 5  # an attribute with so few levels shows them all, in their own order


def question_answer(
    begin: str, attribute: str, levels: Sequence[str], about: str, language: Language, *, asks_first: bool
) -> Answer:
    """The question for `attribute` with buttons; `begin` is a key of the catalogue or what was noted before."""
    said = begin if " " in begin or not begin else say(f"qualify.{begin}", language)
    why = "" if asks_first else say("qualify.why_asked", language, what=say(f"qualify.what.{about}", language))
    return Answer(
        "lead",
        language,
        f"{said} {_question(attribute, language)}".strip(),
        next_step=why,
        choices=_choices(attribute, levels, language),
    )


def reminder_answer(attribute: str, levels: Sequence[str], language: Language) -> Answer:
    """The open question after something else was answered."""
    text = say("qualify.remind", language, question=_question(attribute, language))
    return Answer("lead", language, text, choices=_choices(attribute, levels, language))


def noted_answer(
    lead: Lead, new: Sequence[str], changed: Sequence[str], unknown: Sequence[str], language: Language
) -> str:
    """What was noted, changed or left open, in sentences."""
    said = []
    if new:
        said.append(say("qualify.noted", language, facts=facts_in_words(lead, language, new)))
    if changed:
        said.append(say("qualify.changed", language, facts=facts_in_words(lead, language, changed)))
    if unknown:
        names = joined([attribute_label(name, language) for name in unknown], language)
        said.append(say("qualify.left_open", language, attribute=names))
    return " ".join(said) or say("qualify.noted_again", language)


def unread_answer(attribute: str, levels: Sequence[str], missed: int, language: Language) -> Answer:
    """An answer that could not be read; said in another way each time."""
    choices = _choices(attribute, levels, language)
    if missed > 1:
        return Answer("lead", language, say("qualify.not_read_again", language), choices=choices)
    text = say("qualify.not_read", language, attribute=attribute_label(attribute, language))
    return Answer("lead", language, f"{text} {_question(attribute, language)}", choices=choices)


def said_before_answer(lead: Lead, attribute: str, levels: Sequence[str], language: Language) -> Answer:
    """Somebody says they said it already: what has been noted, and the question once more."""
    facts = facts_in_words(lead, language)
    text = say("qualify.said_before", language, facts=facts) if facts else say("qualify.said_nothing", language)
    return Answer(
        "lead", language, f"{text} {_question(attribute, language)}", choices=_choices(attribute, levels, language)
    )


def left_answer(language: Language) -> Answer:
    """The questions were stopped."""
    begin = labelled_button(say("qualify.button.begin", language), "qualify_lead", {})
    return Answer(
        "talk", language, say("qualify.left", language), next_step=say("qualify.left_next", language), choices=(begin,)
    )


def _question(attribute: str, language: Language) -> str:
    if f"qualify.ask.{attribute}" in catalogue(language):
        return say(f"qualify.ask.{attribute}", language)
    return say("qualify.ask.other", language, attribute=attribute_label(attribute, language))


def _choices(attribute: str, levels: Sequence[str], language: Language) -> tuple[Choice, ...]:
    """The likeliest levels; where there are few, or where they are steps, in their natural order."""
    named = [level for level in levels if level != OTHER]
    shown = sorted(named, key=_step) if len(named) <= MOST_LEVELS else named[:BUTTONS]
    buttons = [pressed_button(level_label(attribute, level, language), f"{attribute}={level}") for level in shown]
    unknown = pressed_button(say("qualify.button.unknown", language), f"{attribute}={UNKNOWN}")
    return (*buttons, unknown, pressed_button(say("qualify.button.enough", language), ENOUGH))


def _step(level: str) -> int:
    steps = ("never", "sometimes", "often", "yes", "no")
    digits = "".join(char for char in level.partition("-")[0] if char.isdigit())
    return int(digits) if digits else steps.index(level) if level in steps else len(steps)
