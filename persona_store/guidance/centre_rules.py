"""Who takes which part in a purchase, by title, behaviour and deals; and what customers' companies usually have."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import yaml
from scipy.stats import beta

from persona_store.guidance.centre_types import PARTS, Gap, Ground, Likeness, Part, PartTaken
from persona_store.guidance.prior import group
from persona_store.settings import PROJECT_ROOT

KNOWLEDGE = PROJECT_ROOT / "data" / "lexicon" / "centre.yml"
SIZES = (11, 51, 251, 1001)  # employees at which a class of size begins, as for personas
# Customers' companies below which a share is not told; parts that at least half of them have are taken as usual.
LEAST_COMPANIES = 20
USUAL = 0.5
# A function of its own is told as missing where a third of customers' companies have it.
USUAL_FUNCTION = 1 / 3
LEAST_POINTS = 1.0  # for a part to be spoken of
TAILS = (0.05, 0.95)
IMPORTANCE: tuple[Part, ...] = ("decider", "buyer", "approver", "influencer", "user")


@dataclass(frozen=True, slots=True)
class Account:
    """The people known at one company, as far as titles tell."""

    employees: int | None
    industry: str | None
    roles: frozenset[tuple[str, str]]


def parts_taken(function: str, level: str, kinds: Collection[str], deals: int) -> tuple[PartTaken, ...]:
    """The parts somebody takes, strongest first; ends with those of less than `LEAST_POINTS`."""
    points: dict[Part, float] = dict.fromkeys(PARTS, 0.0)
    grounds: dict[Part, list[Ground]] = {part: [] for part in PARTS}
    behaviours: dict[Part, list[str]] = {part: [] for part in PARTS}
    for part, more in _by_title(function, level).items():
        points[part] += more
        grounds[part].append("title")
    for kind, told in _knowledge()["behaviours"].items():
        for part, more in told.items() if kind in kinds else ():
            points[part] += more
            behaviours[part].append(kind)
            if "behaviour" not in grounds[part]:
                grounds[part].append("behaviour")
    for part, more in _knowledge()["deals"].items() if deals else ():
        points[part] += more
        grounds[part].append("deals")
    taken = [
        PartTaken(part, points[part], tuple(grounds[part]), tuple(behaviours[part]))
        for part in IMPORTANCE
        if points[part] >= LEAST_POINTS
    ]
    return tuple(sorted(taken, key=lambda one: -one.points))


def learn_centre(accounts: Iterable[Account]) -> dict[str, Any]:
    """How many customers' companies there are, and how many have each part and function, by size and industry."""
    counts: dict[str, dict[str, Any]] = {}
    for account in accounts:
        mains = {taken[0].part for role in account.roles if (taken := parts_taken(*role, (), 0))}
        functions = {function for function, _ in account.roles if function != "other"}
        for key in _keys(account.employees, account.industry).values():
            node = counts.setdefault(key, {"n": 0, "parts": {}, "functions": {}})
            node["n"] += 1
            for name, values in (("parts", mains), ("functions", functions)):
                for value in sorted(values):
                    node[name][value] = node[name].get(value, 0) + 1
    return {key: node for key, node in counts.items() if node["n"] >= LEAST_COMPANIES}


def find_gaps(
    learned: Mapping[str, Any],
    employees: int | None,
    industry: str | None,
    parts: Collection[Part],
    functions: Collection[str],
) -> tuple[Gap, ...]:
    """The parts and functions that are missing, parts first, by importance."""
    like, node = _most_alike(learned, employees, industry)
    needed = set(_needed(employees)) | {part for part, count in node["parts"].items() if count >= USUAL * node["n"]}
    gaps = [
        _gap(part, str(_knowledge()["found_in"][part]), node["parts"].get(part, 0), node["n"], like)
        for part in IMPORTANCE
        if part in needed and part not in parts
    ]
    told = {gap.function for gap in gaps}
    usual = sorted(((count, name) for name, count in node["functions"].items()), key=lambda one: (-one[0], one[1]))
    gaps += [
        _gap(None, name, count, node["n"], like)
        for count, name in usual
        if count >= USUAL_FUNCTION * node["n"] and name not in told and name not in functions
    ]
    return tuple(gaps)


def _gap(part: Part | None, function: str, count: int, n: int, like: Likeness) -> Gap:
    if not n:
        return Gap(part, function, None, None, None, 0, "rule_of_thumb", rule_of_thumb=True)
    low, high = (float(beta.ppf(tail, count + 0.5, n - count + 0.5)) for tail in TAILS)
    return Gap(part, function, count / n, low, high, n, like, rule_of_thumb=part is not None and count < USUAL * n)


def _most_alike(
    learned: Mapping[str, Any], employees: int | None, industry: str | None
) -> tuple[Likeness, Mapping[str, Any]]:
    for like, key in _keys(employees, industry).items():
        if key in learned:
            return like, learned[key]
    return "rule_of_thumb", {"n": 0, "parts": {}, "functions": {}}


def _keys(employees: int | None, industry: str | None) -> dict[Likeness, str]:
    """Under which keys a company counts, the most alike first."""
    keys: dict[Likeness, str] = {}
    if employees is not None:
        size = bisect_right(SIZES, employees)
        if industry:
            keys["size_and_industry"] = f"{size}|{industry}"
        keys["size"] = f"{size}|"
    return keys | {"all": "|"}


def _needed(employees: int | None) -> list[Part]:
    steps = _knowledge()["needed"]
    parts: list[Part] = [step for step in steps if step["from"] <= (employees or 0)][-1]["parts"]
    return parts


def _by_title(function: str, level: str) -> Mapping[Part, float]:
    told: Mapping[str, Mapping[Part, float]] = _knowledge()["titles"].get(function, {})
    return told.get(group(level)) or told.get("any") or {}


@cache
def _knowledge() -> MappingProxyType[str, Any]:
    return MappingProxyType(yaml.safe_load(KNOWLEDGE.read_text(encoding="utf-8")))
