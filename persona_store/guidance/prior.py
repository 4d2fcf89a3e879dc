"""What the trade knows of each role before the CRM's own counts say anything: data/lexicon/approach.yml."""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import yaml

from persona_store.guidance.types import Group
from persona_store.settings import PROJECT_ROOT

KNOWLEDGE = PROJECT_ROOT / "data" / "lexicon" / "approach.yml"
GROUPS: dict[str, Group] = {"c_level": "top", "head": "decider", "lead": "decider"}
CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class Prior:
    """Expected answer rates by channel: for the role, and for anybody; both weigh like `weight` contacts."""

    role: dict[str, float]
    anybody: dict[str, float]
    weight: float


def group(level: str) -> Group:
    """The group a level is spoken to in: the board, deciders, or experts (all others, the unknown too)."""
    return GROUPS.get(level, "expert")


@cache
def prior(function: str, level: str) -> Prior:
    """Prior knowledge of a role; `function` "consumer" means private customers, an unknown one the default."""
    known = _knowledge()
    anybody, weight = known["default"], float(known["weight"])
    if function == CONSUMER:
        return Prior(dict(known["consumer"]), dict(known["consumer"]), weight)
    own = known["functions"].get(function, {})
    means = anybody | known["levels"].get(group(level), {}) | own.get("any", {}) | own.get(group(level), {})
    return Prior(means, dict(anybody), weight)


@cache
def _knowledge() -> MappingProxyType[str, Any]:
    return MappingProxyType(yaml.safe_load(KNOWLEDGE.read_text(encoding="utf-8")))
