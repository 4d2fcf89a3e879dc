"""What an action gives back: answers, where the talk then stands, and whose data were looked at."""

from dataclasses import dataclass

from actions.state import Talk
from persona_store.answer import Answer


@dataclass(frozen=True, slots=True)
class LookUp:
    """For the audit trail: what was asked about which contact."""

    action: str
    contact_id: int


@dataclass(frozen=True, slots=True)
class Reply:
    """The answers of one turn and the state of the talk after it; with `forgets` the conversation begins anew."""

    answers: tuple[Answer, ...]
    talk: Talk
    look_ups: tuple[LookUp, ...] = ()
    forgets: bool = False
