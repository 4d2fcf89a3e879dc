"""A rehearsed talk in words: what the persona says, what a reply did well, and the result."""

from collections.abc import Sequence

from actions.answers.approach import channel_line
from actions.answers.common import labelled_button, persona_name
from persona_store.answer import Answer
from persona_store.guidance import Approach
from persona_store.knowledge.practice import Judged, Scene
from persona_store.segmentation.model import PersonaInfo
from persona_store.segmentation.profiles import PersonaProfile
from persona_store.settings import Language
from persona_store.wording import joined, say


def concerns(approach: Approach, language: Language) -> list[str]:
    """The persona's goals and pains as texts."""
    return [say(key, language) for key in (*approach.goals, *approach.pains)]


def begin_answer(persona: PersonaInfo, approach: Approach, language: Language) -> Answer:
    """Who is on the line, how the rehearsal goes, and the persona's first words."""
    name = persona_name(persona, language)
    return Answer(
        kind="talk",
        language=language,
        text=say("practice.begin", language, persona=name),
        reasons=(say("practice.tone", language, tone=say(approach.tone, language)), say("practice.rules", language)),
    )


def line_answer(scene: Scene, approach: Approach, language: Language) -> Answer:
    """What the persona says in a scene, in its own cares."""
    pain = say(approach.pains[0], language) if approach.pains else say("practice.any_pain", language)
    goal = say(approach.goals[0], language) if approach.goals else say("practice.any_goal", language)
    text = say(f"practice.scene.{scene}", language, pain=pain, goal=goal)
    return Answer("talk", language, text, next_step=say(f"practice.task.{scene}", language))


def judged_answer(judged: Judged, approach: Approach, scene: Scene, language: Language) -> Answer:
    """What a reply did well and what was missing, with an example where there is one."""
    met = [say(f"practice.met.{one}", language) for one in judged.met]
    text = say("practice.good", language, met=joined(met, language)) if met else say("practice.hard", language)
    reasons = [say(f"practice.missed.{one}", language) for one in judged.missed]
    if scene == "opening" and judged.missed:
        reasons.append(say("practice.example", language, opening=say(approach.opening, language)))
    return Answer("talk", language, text, reasons=tuple(reasons))


def result_answer(
    persona: PersonaInfo, approach: Approach, met: int, of: int, missed: Sequence[str], language: Language
) -> Answer:
    """How the rehearsal went, what to avoid with this persona, and where to reach it for real."""
    worst = max(dict.fromkeys(missed), key=list(missed).count, default=None)
    reasons = [say(f"practice.missed.{worst}", language)] if worst else []
    reasons += [say("practice.avoid", language, avoid=say(key, language)) for key in approach.avoid[:1]]
    reasons += [channel_line(rate, language) for rate in approach.channels[:1]]
    return Answer(
        kind="talk",
        language=language,
        text=say("practice.result", language, met=met, of=of, persona=persona_name(persona, language)),
        reasons=tuple(reasons),
        next_step=say("practice.after", language),
        choices=(
            labelled_button(say("practice.again", language), "practice_conversation", {"persona": str(persona.number)}),
            labelled_button(say("practice.approach", language), "ask_approach", {"persona": str(persona.number)}),
        ),
        evidence=(say("practice.how", language),),
    )


def which_answer(profiles: Sequence[PersonaProfile], language: Language) -> Answer:
    """The personas that can be played."""
    choices = tuple(
        labelled_button(persona_name(one.info, language), "practice_conversation", {"persona": str(one.info.number)})
        for one in profiles
    )
    return Answer("choices", language, say("practice.which", language), choices=choices)


def waiting_answer(scene: Scene | None, language: Language) -> Answer:
    """The rehearsal goes on where it stood; before the first scene a persona is still to be chosen."""
    if scene is None:
        return Answer("talk", language, say("practice.which", language))
    return Answer(
        "talk", language, say("practice.waiting", language), next_step=say(f"practice.task.{scene}", language)
    )


def left_answer(language: Language) -> Answer:
    """The rehearsal was stopped."""
    return Answer("talk", language, say("practice.left", language), next_step=say("talk.next", language))
