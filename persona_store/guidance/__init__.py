"""How to reach people: channels by their own response counts over prior knowledge per role, and what to say."""

from persona_store.guidance.approach import approach_contact, approach_persona, approach_role
from persona_store.guidance.types import Approach, Basis, BestTime, ChannelRate, Group, Subject, Tally

__all__ = [
    "Approach",
    "Basis",
    "BestTime",
    "ChannelRate",
    "Group",
    "Subject",
    "Tally",
    "approach_contact",
    "approach_persona",
    "approach_role",
]
