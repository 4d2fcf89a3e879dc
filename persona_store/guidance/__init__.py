"""How to reach people: channels by their own response counts over prior knowledge per role, and what to say."""

from persona_store.guidance.types import Approach, Basis, ChannelRate, Subject

__all__ = ["Approach", "Basis", "ChannelRate", "Subject"]
