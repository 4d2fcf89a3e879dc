"""The quiz in words: questions, whether an answer was right and why, and the result."""

import re
from collections.abc import Mapping, Sequence

from actions.answers.approach import channel_line
from actions.answers.common import labelled_button, persona_name
from actions.answers.concepts import concept_button, concept_name
from persona_store.answer import Answer
from persona_store.guidance import Approach
from persona_store.knowledge.concepts import spellings_of
from persona_store.knowledge.quiz import Item
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.profiles import PersonaProfile
from persona_store.settings import Language
from persona_store.wording import label, number, percent, say

GAP = "___"
WELL_DONE = 0.8  # of the answers right
Profiles = Mapping[str, PersonaProfile]


def question_answer(item: Item, place: int, of: int, profiles: Profiles, language: Language) -> Answer:
    """The question with its options; `place` counts from 1."""
    options = option_names(item, profiles, language)
    return Answer(
        kind="choices",
        language=language,
        text=say("quiz.question", language, place=place, of=of, question=_question(item, profiles, language)),
        next_step=say("quiz.how", language),
        choices=tuple(
            labelled_button(name, "choose_option", {"ordinal": str(index + 1)}) for index, name in enumerate(options)
        ),
    )


def not_an_answer(language: Language) -> Answer:
    """What was said is none of the options; the question comes again."""
    return Answer("talk", language, say("quiz.not_an_answer", language))


def option_names(item: Item, profiles: Profiles, language: Language) -> list[str]:
    """The options as people read them."""
    if item.kind == "meaning":
        return [concept_name(key, language) for key in item.options]
    if item.kind == "channel":
        return [label("channel", channel, language) for channel in item.options]
    return [persona_name(profiles[key].info, language) for key in item.options]


def judged_answer(
    item: Item, given: int | None, profiles: Profiles, approach: Approach | None, language: Language
) -> Answer:
    """Whether option `given` is right (None: the person does not know), and why the right one is."""
    name = option_names(item, profiles, language)[item.right]
    key = "right" if given == item.right else "wrong" if given is not None else "skipped"
    return Answer(
        kind="talk",
        language=language,
        text=say(f"quiz.{key}", language, name=name),
        reasons=(_why(item, profiles, approach, language),),
    )


def result_answer(right: int, of: int, weak: Sequence[str], language: Language) -> Answer:
    """How many were right, and which terms are worth another look."""
    text = say("quiz.result", language, right=right, of=of)
    key = "done_well" if of and right / of >= WELL_DONE else "done"
    choices = (
        *(concept_button(one, language) for one in weak[:2]),
        labelled_button(say("quiz.again", language), "start_quiz", {}),
        labelled_button(say("quiz.practice", language), "practice_conversation", {}),
    )
    return Answer("talk", language, text, next_step=say(f"quiz.{key}", language), choices=choices)


def left_answer(right: int, done: int, language: Language) -> Answer:
    """The quiz was stopped before its end."""
    return Answer("talk", language, say("quiz.left", language, right=right, done=done), next_step=_next(language))


def _next(language: Language) -> str:
    return say("talk.next", language)


def _question(item: Item, profiles: Profiles, language: Language) -> str:
    if item.kind == "meaning":
        return say("quiz.meaning", language, text=_without_name(item.about, language))
    if item.kind == "largest":
        return say("quiz.largest", language, market=say(f"market.{item.about}", language))
    if item.kind == "channel":
        return say("quiz.channel", language, persona=persona_name(profiles[item.about].info, language))
    attribute, _, level = item.about.partition("=")
    name, shown = attribute_label(attribute, language), level_label(attribute, level, language)
    return say("quiz.trait", language, attribute=name, level=shown)


def _why(item: Item, profiles: Profiles, approach: Approach | None, language: Language) -> str:
    if item.kind == "meaning":
        return say(f"concept.{item.about}.text", language)
    if item.kind == "channel":
        rates = () if approach is None else approach.channels
        best = next((one for one in rates if one.channel == item.options[item.right]), None)
        return channel_line(best, language) if best else ""
    profile = profiles[item.options[item.right]]
    if item.kind == "largest":
        share, n = percent(profile.info.share, language), number(profile.info.n, language)
        return say("quiz.why_largest", language, share=share, n=n)
    attribute, _, level = item.about.partition("=")
    shares = (one for part in profile.attributes if part.attribute == attribute for one in part.levels)
    share_of = next(one for one in shares if one.level == level)
    return say(
        "quiz.why_trait",
        language,
        share=percent(share_of.probability, language),
        base=percent(share_of.base, language),
        n=number(profile.info.n, language),
    )


def _without_name(key: str, language: Language) -> str:
    """The meaning of a term with a gap wherever the term itself stands, so that it does not give itself away."""
    text = say(f"concept.{key}.text", language)
    names = sorted({concept_name(key, language), *spellings_of(key)}, key=len, reverse=True)
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, names))})\w*", GAP, text, flags=re.IGNORECASE)
