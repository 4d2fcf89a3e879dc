"""What an approach says: the channels by response rate, tone, opening, goals, pains and what to avoid."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from persona_store.settings import Language

Subject = Literal["contact", "role", "persona"]
Group = Literal["top", "decider", "expert"]
Basis = Literal["contact", "persona_role", "role", "all", "prior"]
TimeKind = Literal["weekday", "hour"]
Proof = Literal["estimated", "unclear", "works", "harms"]


@dataclass(frozen=True, slots=True)
class Tally:
    """`answered` of `n` outgoing contacts were answered; `squares` is the sum of the people's squared numbers of them.

    Without `squares` each attempt counts as another person's.
    """

    n: int = 0
    answered: int = 0
    squares: float = 0.0

    def without(self, part: "Tally") -> "Tally":
        """The counts of the others; never negative, whatever was counted since."""
        n = max(self.n - part.n, 0)
        squares = max(self.squares - part.squares, float(n)) if self.squares else 0.0
        return Tally(n, min(max(self.answered - part.answered, 0), n), squares)

    def effective(self, likeness: float) -> float:
        """How many independent attempts tell as much, when those to one person correlate by `likeness` (0 to 1).

        The design effect of clusters of unequal size (Kish 1965; Rao and Scott 1992, Biometrics 48:577).
        """
        if not self.n:
            return 0.0
        mean_size = max(self.squares / self.n, 1.0) if self.squares else 1.0
        return self.n / (1.0 + likeness * (mean_size - 1.0))


@dataclass(frozen=True, slots=True)
class ChannelRate:
    """How often people answer on a channel: the posterior mean `rate` with its 90 % interval `low` to `high`.

    `answered` of `n` outgoing contacts at the level of `basis` (the most specific one with counts) were answered;
    `prior` is what one would expect without data. A `rule_of_thumb` rests on the trade's experience with the role
    more than on own counts.
    """

    channel: str
    rate: float
    low: float
    high: float
    n: int
    answered: int
    prior: float
    basis: Basis
    rule_of_thumb: bool = False


@dataclass(frozen=True, slots=True)
class TimeBin:
    """Answers in one part of the week or day: shrunk `rate` with its 90 % interval, from `answered` of `n` attempts."""

    bin: str
    n: int
    answered: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BestTime:
    """When people answer more often than else: `best` parts of the week or day, against `usual` as a rate.

    `function` is the one it holds for, empty for everybody; `p` is corrected for all times that were tested.
    """

    channel: str
    kind: TimeKind
    function: str | None
    best: tuple[TimeBin, ...]
    usual: float
    n: int
    p: float


@dataclass(frozen=True, slots=True)
class Approach:
    """How to reach a contact, a role or a persona.

    `channels` are sorted best first; `opted_out` are those the contact refused, left out of them. `tone`, `opening`
    and the members of `goals`, `pains` and `avoid` are keys of the wording catalogues. `n` counts the outgoing
    contacts at the subject's own level, `data_on` is the date of the newest data. `best_times` hold for the best
    channel and are empty where the data show none; `timed` attempts on it were examined for that.
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
    best_times: tuple[BestTime, ...] = ()
    timed: int = 0

    def persona(self, language: str) -> str | None:
        """The name of the persona in `language` ("de" or "en"), if one is known."""
        return self.persona_en if language == "en" else self.persona_de


@dataclass(frozen=True, slots=True)
class ContentItem:
    """A piece of content or a message; empty `functions`, `phases`, `channels` and `persona` mean for all.

    `sample` texts ship with the program and are not the team's.
    """

    title: str
    message: str | None
    link: str | None
    language: Language
    persona: str | None
    functions: tuple[str, ...]
    phases: tuple[str, ...]
    channels: tuple[str, ...]
    sample: bool


@dataclass(frozen=True, slots=True)
class IdeaInfo:
    """An idea with impact and effort from 1 to 5, and its place in the ranking by `score`, benefit per effort.

    Once measured, `change` is that of a rate (0.05: five points more) with its 90 % interval, from `n` attempts with
    and without it; `proof` says what that means. A sample has no `id`.
    """

    id: int | None
    text: str
    language: str
    persona: str | None
    impact: int
    effort: int
    score: float
    proof: Proof
    change: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    sample: bool = False
