"""What the account-based view of a company says."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Part = Literal["user", "influencer", "buyer", "approver", "decider"]
PARTS: tuple[Part, ...] = get_args(Part)
Ground = Literal["title", "behaviour", "deals"]
Likeness = Literal["size_and_industry", "size", "all", "rule_of_thumb"]


@dataclass(frozen=True, slots=True)
class PartTaken:
    """A part in the purchase with its points, and what they rest on: the title, kinds of touchpoints, deals."""

    part: Part
    points: float
    grounds: tuple[Ground, ...]
    behaviours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody at the company; `parts` strongest first, empty where nothing tells. `persona_id` where one is known."""

    contact_id: int
    name: str
    job_title: str | None
    function: str
    level: str
    parts: tuple[PartTaken, ...]
    persona_de: str | None
    persona_en: str | None
    last: date | None
    deals: int

    def persona(self, language: str) -> str | None:
        """The name of the persona in `language` ("de" or "en"), if one is known."""
        return self.persona_en if language == "en" else self.persona_de


@dataclass(frozen=True, slots=True)
class Gap:
    """A part or a function that nobody known at the company takes.

    `share` of `n` customers' companies (as `like` as that) have somebody for it, with its 90 % interval. A rule of
    thumb holds where that share is below a half or there are too few such companies.
    """

    part: Part | None
    function: str
    share: float | None
    low: float | None
    high: float | None
    n: int
    like: Likeness
    rule_of_thumb: bool


@dataclass(frozen=True, slots=True)
class PersonaShare:
    """How many of the company's people a persona has."""

    name_de: str
    name_en: str
    n: int

    def name(self, language: str) -> str:
        """The name in `language` ("de" or "en")."""
        return self.name_en if language == "en" else self.name_de


@dataclass(frozen=True, slots=True)
class BuyingCentre:
    """Who takes part in the purchase at a company and who is missing, most important gap first.

    `introducer` is the place in `members` of the one to ask for an introduction. `open_deals` and `won_deals` count
    the company's; people who objected to profiling are left out.
    """

    company_id: int
    company: str
    industry: str | None
    employees: int | None
    members: tuple[Member, ...]
    mix: tuple[PersonaShare, ...]
    gaps: tuple[Gap, ...]
    introducer: int | None
    open_deals: int
    won_deals: int
    data_on: date | None

    def taking(self, part: Part) -> tuple[Member, ...]:
        """The members whose main part it is."""
        return tuple(one for one in self.members if one.parts and one.parts[0].part == part)
