"""Numbers of employees and sums of money in running text, German and English."""

import re
from dataclasses import dataclass
from functools import cache

from persona_store.lexicon.vocabulary import lexicon_file

_NUMBER = r"\d{1,3}(?:[.,' ]\d{3}){1,2}(?!\d)|\d{1,7}"
_THOUSAND = r"\s?(?:k|tsd\.?|tausend|thousand)\b"
_OPEN = (
    "über",
    "ueber",
    "mehr als",
    "mindestens",
    "ab",
    "over",
    "more than",
    "at least",
    "min",
    ">=",
    ">",
    "≥",
    "größer",
)
_BELOW = ("unter", "weniger als", "below", "under", "fewer than", "less than", "<", "kleiner")
_UP_TO = ("bis zu", "up to", "maximal", "max", "höchstens", "at most", "≤", "<=")
_MONEY = re.compile(
    rf"(?<![\w.,])(?P<before>€|eur|usd|\$|£)?\s?(?P<number>{_NUMBER})(?P<cents>,\d\d?|\.\d\d?)?\s?"
    r"(?P<scale>k|tsd|tausend|thousand|mio|million(?:en|s)?|m)?\b(?:(?<=d|o)\.)?\s?"
    r"(?P<after>€|eur(?:os?)?\b|usd\b|\$|£|dollars?\b|pounds?\b)?(?P<cost>\s?budget\b)?",
    re.IGNORECASE,
)
_SCALES = {"k": 1_000, "t": 1_000, "m": 1_000_000}
_NOT_BUDGET = re.compile(
    r"(?:umsatz|revenue|turnover|sales of|gewinn|profit|potential|potenzial)\W{0,3}(?:\w+\W+){0,3}$", re.I
)
CONTEXT = 40  # characters before an amount that may say it is no budget
LARGEST = 10_000_000  # employees; more is no head count


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its place in the text: `low` to `high`, without an upper end where `high` is None."""

    start: int
    end: int
    low: int
    high: int | None

    @property
    def value(self) -> str:
        """As a term's value: "80", "50-100" or "200+"."""
        if self.high is None:
            return f"{self.low}+"
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


@cache
def _employees() -> tuple[re.Pattern[str], re.Pattern[str]]:
    units = "|".join(sorted(map(re.escape, lexicon_file("sizes.yml")["units"]), key=len, reverse=True))
    bounds = "|".join(sorted(map(re.escape, (*_OPEN, *_BELOW, *_UP_TO)), key=len, reverse=True))
    count = (
        rf"(?:(?P<bound>{bounds})\s{{0,2}})?(?:(?:zwischen|between|von|from)\s)?(?P<about>(?:ca\.?|circa|rund|etwa|about|approx\.?)\s)?"
        rf"(?<![\w.,])(?P<low>{_NUMBER})(?P<low_k>{_THOUSAND})?"
        rf"(?:\s?(?:-|–|—|bis|to|and|und)\s?(?P<high>{_NUMBER})(?P<high_k>{_THOUSAND})?)?(?P<plus>\s?\+)?"
    )
    after = re.compile(
        rf"{count}[\s-]{{0,2}}(?:{units})(?:-?(?:betrieb|firma|unternehmen|bude|laden|company|firm))?(?!\w)", re.I
    )
    named = (
        r"(?:mitarbeiterzahl|mitarbeiteranzahl|mitarbeiter|employees|headcount|anzahl mitarbeiter|ma|company size|fte)"
    )
    before = re.compile(rf"\b{named}\s?[:=]\s?{count}(?!\w)", re.I)
    return after, before


def employees(text: str) -> list[Quantity]:
    """Numbers of employees ("80 MA", "50-100 Mitarbeiter", "200+ employees"), in order."""
    found: list[Quantity] = []
    for pattern in _employees():
        for match in pattern.finditer(text):
            low = _count(match["low"], match["low_k"] or (match["high_k"] if match["high"] else None))
            high = _count(match["high"], match["high_k"]) if match["high"] else low
            if not 0 < max(low, high) <= LARGEST:
                continue
            found.append(_bounded(match, min(low, high), max(low, high)))
    return sorted(found, key=lambda quantity: quantity.start)


def _bounded(match: re.Match[str], low: int, high: int) -> Quantity:
    bound = (match["bound"] or "").lower()
    start, end = match.start("low") if match["about"] and not bound else match.start(), match.end()
    if match["plus"] or bound in _OPEN:
        return Quantity(start, end, low, None)
    if bound in _BELOW:
        return Quantity(start, end, 1, max(high - 1, 1))
    if bound in _UP_TO:
        return Quantity(start, end, 1, high)
    return Quantity(start, end, low, high)


def _count(number: str, thousand: str | None) -> int:
    return int(re.sub(r"\D", "", number)) * (1_000 if thousand else 1)


def amounts(text: str) -> list[Quantity]:
    """Sums of money that may be a budget ("20k", "50.000 Euro"), in order; not those named as turnover or profit."""
    found: list[Quantity] = []
    for match in _MONEY.finditer(text):
        if not (match["before"] or match["after"] or match["scale"] or match["cost"]):
            continue
        if _NOT_BUDGET.search(text[max(0, match.start() - CONTEXT) : match.start()]):
            continue
        scale = _SCALES[match["scale"][0].lower()] if match["scale"] else 1
        value = int(re.sub(r"\D", "", match["number"])) * scale
        if match["cents"] and scale > 1:
            value += int(float("0." + match["cents"][1:]) * scale)
        end = match.end("cost") - len(match["cost"]) if match["cost"] else match.end()
        start = match.start("before") if match["before"] else match.start("number")
        found.append(Quantity(start, start + len(text[start:end].rstrip()), value, value))
    return found
