"""Terms of the trade explained, and what is offered where a term is not known."""

from collections.abc import Sequence

from actions.answers.common import labelled_button, quoted
from persona_store.answer import Answer, Choice
from persona_store.knowledge.concepts import related_concepts
from persona_store.settings import Language
from persona_store.wording import joined, say

MOST_RELATED = 3
KNOWN_BEST = ("persona", "anti_persona", "buying_center", "customer_journey", "customer_value")


def concept_answer(keys: Sequence[str], language: Language) -> Answer:
    """One term, or several side by side: what each means, and what to do with it here."""
    first, *others = keys
    near = [key for key in related_concepts(first) if key not in keys][:MOST_RELATED]
    return Answer(
        kind="talk",
        language=language,
        text=say(f"concept.{first}.text", language),
        reasons=(
            *(say(f"concept.{key}.text", language) for key in others),
            *(say(f"concept.{key}.use", language) for key in keys),
        ),
        next_step=say("concept_talk.next", language),
        choices=(
            *(concept_button(key, language) for key in near),
            labelled_button(say("concept_talk.quiz", language), "start_quiz", {"concept": first}),
        ),
        evidence=(say("concept_talk.source", language),),
        details={"concepts": list(keys)},
    )


def unknown_concept_answer(said: str | None, near: Sequence[str], language: Language) -> Answer:
    """A term that cannot be explained: those it may be, else the most important ones."""
    if near:
        text = say(
            "concept_talk.meant", language, names=joined([concept_name(key, language) for key in near], language)
        )
    elif said:
        text = say("concept_talk.unknown", language, said=quoted(said))
    else:
        text = say("concept_talk.which", language)
    choices = tuple(concept_button(key, language) for key in near or KNOWN_BEST)
    return Answer("talk", language, text, next_step=say("concept_talk.pick", language), choices=choices)


def concept_name(key: str, language: Language) -> str:
    """A term as people write it."""
    return say(f"concept.{key}.name", language)


def concept_button(key: str, language: Language) -> Choice:
    """A button that asks for a term."""
    return labelled_button(concept_name(key, language), "explain_concept", {"concept": key})
