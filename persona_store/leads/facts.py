"""What people say of a lead, read as levels of a market's attributes; all of them where words leave several open."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz import fuzz, process

from persona_store.leads.cues import OFTEN, age_in, channel_in, cues, folded, says, times_in
from persona_store.lexicon import describe, normalise_channel, normalise_industry, normalise_title
from persona_store.lexicon.describe import Done, behaviours_done
from persona_store.lexicon.quantities import employees
from persona_store.segmentation.binning import OTHER
from persona_store.segmentation.model import PersonaModel
from persona_store.segmentation.registry import CHANNELS

COUNTS = {
    "download": "downloads",
    "webinar": "webinars",
    "trade_fair": "trade_fairs",
    "pricing_page": "pricing_page",
    "demo_request": "demo_requests",
    "complaint": "complaints",
}
FLAGS = ("newsletter", "unsubscribed")
SIZE = "company_size"
NAMED = ("function", "level", "industry")
SHORT_ANSWER = 4  # words; in longer ones an unknown word is no value of its own
ALIKE = 85.0  # of 100; below, two words are not the same with a typing error
SHORTEST_VALUE = 4  # letters; shorter values are too often part of other words
RESPONSES = ("never", "sometimes", "often")
YES_NO = ("no", "yes")
UNIT = "Mitarbeiter"
# "50 to 249" only touches the level that ends at 50: of a range's width (by ratio) a level must hold so much to count.
LEAST_SHARE = 0.1
NEAR = 3  # words between "came by" and the place
NO_WORD = re.compile(r"[^\w&+/-]+")


@dataclass(frozen=True, slots=True)
class Lead:
    """What is known of a lead.

    `levels` holds per attribute of the market's model the levels it may have, mostly one. `said` are the normal
    values of the words (see LeadDescription.as_dict), those the model does not know included. `unknown` are attributes
    of which was said that nobody knows them.
    """

    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self.levels or self.said)

    def with_(self, newer: "Lead") -> "Lead":
        """Both together; where they differ the `newer` one holds."""
        said = {**self.said, **newer.said}
        done = [*self.said.get("behaviours", ()), *newer.said.get("behaviours", ())]
        if done:
            said["behaviours"] = list(dict.fromkeys(done))
        known = {**self.levels, **newer.levels}
        return Lead(known, said, (self.unknown | newer.unknown) - set(newer.levels))

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready data, as a talk keeps it from turn to turn."""
        levels = {name: list(levels) for name, levels in self.levels.items()}
        return {"levels": levels, "said": dict(self.said), "unknown": sorted(self.unknown)}


def lead_from(data: object) -> Lead:
    """The lead that `as_dict` wrote; what has another form is left out."""
    parts = data if isinstance(data, Mapping) else {}
    levels, said, unknown = parts.get("levels"), parts.get("said"), parts.get("unknown")
    return Lead(
        {
            str(name): tuple(str(level) for level in some)
            for name, some in (levels if isinstance(levels, Mapping) else {}).items()
            if isinstance(some, list) and some
        },
        dict(said) if isinstance(said, Mapping) else {},
        frozenset(str(name) for name in unknown) if isinstance(unknown, list) else frozenset(),
    )


def read_lead(text: str, model: PersonaModel) -> Lead:
    """What a description in free words says of a lead; what is denied in a correction ("80, not 800") says nothing."""
    text = without_denied(text)
    said = {name: value for name, value in describe(text).as_dict().items() if value is not None}
    levels = _of_words(said, model) | _of_behaviours(behaviours_done(text), model) | _named_levels(text, model)
    levels |= _origin(text, said.get("channel"), model, levels)
    if (years := age_in(text)) and (bins := model.binning.bins.get("age")) and (level := bins.level(years)):
        levels["age"] = (level,)
    return Lead(levels, said)


def read_answer(text: str, attribute: str, model: PersonaModel) -> Lead:
    """What an answer to the question for `attribute` says, and what else it says; empty where nothing is read."""
    text = without_denied(text)
    found = read_lead(text, model)
    if attribute in found.levels:
        return found
    if says("unknown", text):
        return replace(found, unknown=frozenset({attribute}))
    levels, said = _answered(text, attribute, model)
    if not levels or (found and levels == (OTHER,)):  # what says something else is no rare value of this
        return found
    return found.with_(Lead({attribute: levels}, said))


def level_pressed(attribute: str, level: str, model: PersonaModel) -> Lead:
    """What the button of a level says; nothing where the model has no such level (any more)."""
    table = model.tables.get(attribute)
    if table is None or level not in table.levels:
        return Lead()
    return Lead({attribute: (level,)}, {attribute: level} if attribute in NAMED else {})


def without_denied(text: str) -> str:
    """The text without what a correction denies: "80, nicht 800" is "80"; a plain "not" stays where it is."""
    for found in reversed(list(cues().words["correction"].finditer(text.lower()))):
        denied = found["denied"]
        words = denied.split()
        for count in range(1, len(words) + 1):
            part = " ".join(words[:count])
            if _is_value(part) and _is_value(text[: found.start()] + text[found.end() :]):
                end = found.start("denied") + len(part) if not found["rather"] else found.end()
                text = f"{text[: found.start()].rstrip(' ,')} {text[end:].lstrip()}"
                break
    return text


def size_levels(low: int, high: int | None, model: PersonaModel) -> tuple[str, ...]:
    """The levels of company size that a range of employees may fall in."""
    bins = model.binning.bins.get(SIZE)
    if bins is None or bins.edges is None:
        return ()
    first, last = bins.level(low), bins.levels[-1] if high is None else bins.level(high)
    if first is None or last is None:
        return ()
    places = range(bins.levels.index(first), bins.levels.index(last) + 1)
    if high is None or high == low:
        return tuple(bins.levels[place] for place in places)
    ends = (1.0, *bins.edges, math.inf)
    width = math.log(high / max(low, 1))
    shares = {place: math.log(min(high, ends[place + 1]) / max(low, ends[place], 1)) / width for place in places}
    return tuple(bins.levels[place] for place in places if shares[place] >= LEAST_SHARE)


def _is_value(text: str) -> bool:
    """Whether words are a number or a value of the trade: only such can be what a correction denies."""
    if re.search(r"\d", text):
        return True
    found = describe(text)
    return bool(found.function or found.industry or normalise_industry(text) or found.channel or found.employees)


def _of_words(said: Mapping[str, Any], model: PersonaModel) -> dict[str, tuple[str, ...]]:
    levels: dict[str, tuple[str, ...]] = {}
    for name in NAMED:
        bins = model.binning.bins.get(name)
        if said.get(name) == OTHER:  # a title without a function tells none
            continue
        if bins is not None and (level := bins.level(said.get(name))) is not None:
            levels[name] = (level,)
    size = said.get("employees")
    if size is not None:
        low, high = size if isinstance(size, list) else (size, size)
        sizes = size_levels(low, high, model)
        if sizes and len(sizes) < len(model.tables[SIZE].levels):
            levels[SIZE] = sizes
    return levels


def _of_behaviours(done: list[Done], model: PersonaModel) -> dict[str, tuple[str, ...]]:
    levels: dict[str, tuple[str, ...]] = {}
    for one in done:
        if (name := COUNTS.get(one.value)) is not None and name in model.tables:
            times = 0 if one.denied else times_in(one.clause)
            levels[name] = _counted(times if times or one.denied else None, name, model)
        elif one.value in FLAGS and one.value in model.tables:
            levels[one.value] = ("no" if one.denied else "yes",)
        elif one.value == "no_reply" and (response := f"response_{channel_in(one.clause)}") in model.tables:
            levels[response] = ("never",)
    return {name: some for name, some in levels.items() if some}


def _counted(times: int | None, attribute: str, model: PersonaModel) -> tuple[str, ...]:
    """The levels of a count; without a number, all that mean at least once."""
    bins = model.binning.bins[attribute]
    if times is None:
        return tuple(level for level in bins.levels if level != bins.level(0))
    level = bins.level(times)
    return () if level is None else (level,)


def _named_levels(text: str, model: PersonaModel) -> dict[str, tuple[str, ...]]:
    """Values of columns with words of their own (source, region, topic ...) that the text names in full.

    What may as well be something the lead did ("Webinar") is where it came from only after words that say so.
    """
    plain = f" {NO_WORD.sub(' ', folded(text))} "
    found: dict[str, tuple[str, ...]] = {}
    for name, table in model.tables.items():
        if own_words(name, model):
            values = [one for one in table.levels if len(one) >= SHORTEST_VALUE and one != OTHER]
            named = [one for one in values if _names(plain, one)]
            if named:
                found[name] = (max(named, key=len),)
    return found


def _names(plain: str, value: str) -> bool:
    at = plain.find(f" {folded(value)} ")
    if at < 0:
        return False
    return not behaviours_done(value) or says("came", " ".join(plain[:at].split()[-NEAR:]))


def own_words(attribute: str, model: PersonaModel) -> bool:
    """Whether the attribute's values are words of the team's own CRM."""
    known = model.attributes.get(attribute)
    return known is not None and not known.numeric and attribute not in NAMED and model.tables[attribute].defines


def _origin(
    text: str, channel: str | None, model: PersonaModel, levels: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Where a lead came from, by the channel that is named; a channel somebody prefers is one they answer on."""
    if channel is None:
        return {}
    if says("prefers", text) and channel in CHANNELS:
        name = f"response_{channel}"
        return {name: ("often",)} if name in model.tables and name not in levels else {}
    table = model.tables.get("source")
    if table is None or "source" in levels or not says("came", text):
        return {}
    fitting = tuple(one for one in table.levels if one != OTHER and normalise_channel(one) == channel)
    return {"source": fitting} if fitting else {}


def _answered(text: str, attribute: str, model: PersonaModel) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The levels of `attribute` that an answer to the question for it means, and its normal value."""
    table = model.tables.get(attribute)
    if table is None:
        return (), {}
    if attribute == SIZE:
        return _size_answered(text, model)
    if attribute in NAMED:
        value = normalise_industry(text) if attribute == "industry" else _of_title(text, attribute)
        level = model.binning.bins[attribute].level(value)
        return ((level,), {attribute: value}) if value and level else ((), {})
    if attribute == "age":
        number = re.search(r"(?<!\d)(\d{2})(?!\d)", text)
        level = model.binning.bins["age"].level(int(number[1])) if number else None
        return ((level,) if level else ()), {}
    if table.levels == YES_NO:
        return (("no",) if says("denies", text) else ("yes",) if says("agrees", text) else ()), {}
    if table.levels == RESPONSES:
        return _response(text), {}
    if model.attributes[attribute].numeric:
        return _times(text, attribute, model), {}
    return _like(text, table.levels), {}


def _size_answered(text: str, model: PersonaModel) -> tuple[tuple[str, ...], dict[str, Any]]:
    counted = employees(f"{text.strip(' .!?')} {UNIT}")
    if not counted:
        return (), {}
    low, high = counted[0].low, counted[0].high
    return size_levels(low, high, model), {"employees": low if low == high else [low, high]}


def _of_title(text: str, part: str) -> str | None:
    role = normalise_title(text)
    value = role.function if part == "function" else role.level
    return None if value in ("other", "unknown") else value


def _response(text: str) -> tuple[str, ...]:
    if says("rarely", text):
        return ("sometimes",)
    times = times_in(text)
    if times == 0 or says("denies", text):
        return ("never",)
    if times == OFTEN:
        return ("often",)
    return ("sometimes", "often") if says("agrees", text) or times else ()


def _times(text: str, attribute: str, model: PersonaModel) -> tuple[str, ...]:
    times = times_in(text, bare=True)
    if times is not None:
        return _counted(times, attribute, model)
    if says("denies", text):
        return _counted(0, attribute, model)
    return _counted(None, attribute, model) if says("agrees", text) else ()


def _like(text: str, levels: tuple[str, ...]) -> tuple[str, ...]:
    """The value that a short answer names, also with a typing error; another word is one of the rare values."""
    plain = NO_WORD.sub(" ", folded(text)).strip()
    if not plain:
        return ()
    names = {folded(level): level for level in levels if level != OTHER}
    inside = [level for name, level in names.items() if f" {name} " in f" {plain} "]
    if inside:
        return (max(inside, key=len),)
    best = process.extractOne(plain, list(names), scorer=fuzz.ratio, score_cutoff=ALIKE)
    if best is not None:
        return (names[best[0]],)
    plain_word = not (says("agrees", text) or says("denies", text) or "?" in text or times_in(text, bare=True))
    return (OTHER,) if OTHER in levels and plain_word and len(plain.split()) <= SHORT_ANSWER else ()
