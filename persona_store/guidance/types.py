"""What an approach says: the channels by response rate, tone, opening, goals, pains and what to avoid."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Subject = Literal["contact", "role", "persona"]
Group = Literal["top", "decider", "expert"]
Basis = Literal["contact", "persona_role", "role", "all", "prior"]


@dataclass(frozen=True, slots=True)
class Tally:
    """`answered` of `n` outgoing contacts were answered."""

    n: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class ChannelRate:
    """How often people answer on a channel: the posterior mean `rate` with its 95 % interval `low` to `high`.

    `answered` of `n` outgoing contacts at the level of `basis` (the most specific one with counts) were answered;
    `prior` is what one would expect without data.
    """

    channel: str
    rate: float
    low: float
    high: float
    n: int
    answered: int
    prior: float
    basis: Basis


@dataclass(frozen=True, slots=True)
class Approach:
    """How to reach a contact, a role or a persona.

    `channels` are sorted best first; `opted_out` are those the contact refused, left out of them. `tone`, `opening`
    and the members of `goals`, `pains` and `avoid` are keys of the wording catalogues. `n` counts the outgoing
    contacts at the subject's own level, `data_on` is the date of the newest data.
    """

    subject: Subject
    name: str
    company: str | None
    function: str
    level: str
    persona_de: str | None
    persona_en: str | None
    channels: tuple[ChannelRate, ...]
    opted_out: tuple[str, ...]
    tone: str
    opening: str
    goals: tuple[str, ...]
    pains: tuple[str, ...]
    avoid: tuple[str, ...]
    n: int
    data_on: date | None

    def persona(self, language: str) -> str | None:
        """The name of the persona in `language` ("de" or "en"), if one is known."""
        return self.persona_en if language == "en" else self.persona_de
