"""What a match says: the personas by probability, the reasons, and what to ask next."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from persona_store.antipersona.vetoes import VetoInfo
from persona_store.segmentation.registry import AttributeKind as AttributeKind

Confidence = Literal["certain", "likely", "between", "unknown"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One known attribute that speaks for (`log_odds` > 0) or against (< 0) the best persona.

    `log_odds` is the natural logarithm of how much likelier the level is in the persona than in the other personas
    together; `probability` its share in the persona, `base` its share among all contacts of the market, `n` the
    (expected) number of contacts of the persona whose attribute is known.
    """

    attribute: str
    level: str
    kind: AttributeKind
    log_odds: float
    probability: float
    base: float
    n: float


@dataclass(frozen=True, slots=True)
class PersonaShare:
    """A persona with the probability (0 to 1) that the contact belongs to it."""

    persona_id: int
    number: int
    name_de: str
    name_en: str
    probability: float

    def name(self, language: str) -> str:
        """The persona's name in `language` ("de" or "en")."""
        return self.name_en if language == "en" else self.name_de


@dataclass(frozen=True, slots=True)
class Match:
    """Which persona a contact matches, and why.

    `personas` are sorted best first and hold at least one; the reasons are about the first, strongest first.
    `known` counts the attributes the answer rests on; `ask_next` names unknown attributes, the one whose answer is
    expected to tell most first. `contacts` is the number of contacts the build was learned from, `data_on` the date
    of its newest data. `contact_id` is empty for a lead described in words. A `veto` says that somebody knows the
    persona better; the figures are still what the data say. `outside_group` names the target group that the personas
    were found in when the contact is not inside it.
    """

    contact_id: int | None
    name: str
    company: str | None
    market: str
    confidence: Confidence
    personas: tuple[PersonaShare, ...]
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    known: int
    ask_next: tuple[str, ...]
    build_id: int
    data_on: date | None
    contacts: int
    veto: VetoInfo | None = None
    outside_group: str | None = None

    @property
    def best(self) -> PersonaShare:
        """The most probable persona."""
        return self.personas[0]

    @property
    def runner_up(self) -> PersonaShare | None:
        """The second most probable persona; none when the build has only one."""
        return self.personas[1] if len(self.personas) > 1 else None
