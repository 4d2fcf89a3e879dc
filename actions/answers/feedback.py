"""What is said to praise or blame of the assistant."""

from typing import Literal

from actions.answers.common import button
from persona_store.answer import Answer
from persona_store.settings import Language
from persona_store.wording import say


def feedback_answer(rating: Literal["praise", "blame"] | None, language: Language) -> Answer:
    """Thanks, what was noted, and how a wrong verdict is put right."""
    blame = rating == "blame"
    return Answer(
        kind="talk",
        language=language,
        text=say(f"feedback.{rating or 'unclear'}", language),
        reasons=(say("feedback.noted", language),) if rating else (),
        next_step=say("feedback.next_blame" if blame else "feedback.next_praise", language),
        choices=(button("help", language, "help"),),
    )
