"""The guided introduction in words."""

from collections.abc import Sequence

from actions.answers.common import data_line, labelled_button, persona_name
from actions.answers.concepts import concept_button
from persona_store.answer import Answer
from persona_store.knowledge.lessons import lessons
from persona_store.segmentation.profiles import PersonaProfile
from persona_store.settings import Language
from persona_store.wording import joined, say

CONCEPTS_SHOWN = 2
PERSONAS_SHOWN = 3


def lesson_answer(index: int, profiles: Sequence[PersonaProfile], language: Language) -> Answer:
    """One lesson: what to know, what to try on the team's own data, and how to go on."""
    lesson = lessons()[index]
    text = f"onboarding.lesson.{lesson.key}"
    return Answer(
        kind="talk",
        language=language,
        text=say(
            "onboarding.head", language, number=index + 1, of=len(lessons()), title=say(f"{text}.title", language)
        ),
        reasons=(say(f"{text}.text", language), *_own(index, profiles, language)),
        next_step=f"{say(f'{text}.try', language)} {_how_on(index, language)}",
        choices=(
            labelled_button(say("onboarding.on", language), "affirm", {}),
            labelled_button(say("onboarding.try", language), lesson.intent, {}),
            *(concept_button(key, language) for key in lesson.concepts[:CONCEPTS_SHOWN]),
        ),
        evidence=(data_line(profiles[0].contacts, profiles[0].data_on, language),) if profiles else (),
        details={"lesson": lesson.key},
    )


def finished_answer(language: Language) -> Answer:
    """All lessons are done."""
    choices = (
        labelled_button(say("onboarding.quiz", language), "start_quiz", {}),
        labelled_button(say("onboarding.practice", language), "practice_conversation", {}),
    )
    text, then = say("onboarding.finished", language), say("onboarding.finished_next", language)
    return Answer("talk", language, text, next_step=then, choices=choices)


def waiting_answer(index: int, language: Language) -> Answer:
    """Where the introduction stands, after something else was asked between."""
    title = say(f"onboarding.lesson.{lessons()[index].key}.title", language)
    text = say("onboarding.waiting", language, number=index + 1, of=len(lessons()), title=title)
    choice = labelled_button(say("onboarding.on", language), "affirm", {})
    return Answer("talk", language, text, choices=(choice,))


def paused_answer(index: int, language: Language) -> Answer:
    """The introduction rests and can be taken up again."""
    text = say("onboarding.paused", language, number=index + 1, of=len(lessons()))
    return Answer("talk", language, text, next_step=say("onboarding.paused_next", language))


def _how_on(index: int, language: Language) -> str:
    return say("onboarding.last" if index + 1 == len(lessons()) else "onboarding.next", language)


def _own(index: int, profiles: Sequence[PersonaProfile], language: Language) -> tuple[str, ...]:
    """In the first lesson the team's own personas, if there are some."""
    if index or not profiles:
        return ()
    largest = sorted(profiles, key=lambda one: -one.info.n)[:PERSONAS_SHOWN]
    names = joined([persona_name(one.info, language) for one in largest], language)
    return (say("onboarding.own", language, count=len(profiles), names=names),)
