"""From results of the persona store to answers for people; also used by the command line."""

from actions.answers.antipersona import antipersona_answer
from actions.answers.approach import approach_answer
from actions.answers.match import match_answer
from actions.answers.people import choose_person_answer, nobody_answer
from actions.answers.personas import choose_persona_answer, persona_answer, personas_answer

__all__ = [
    "antipersona_answer",
    "approach_answer",
    "choose_person_answer",
    "choose_persona_answer",
    "match_answer",
    "nobody_answer",
    "persona_answer",
    "personas_answer",
]
