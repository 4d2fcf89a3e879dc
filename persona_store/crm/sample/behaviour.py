"""What the contacts do: how often, over which channel, when, and whether they answer."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from persona_store.crm.sample.classes import BEHAVIOURS, CHANNELS, CLASSES
from persona_store.crm.sample.draws import Bools, Floats, Ints, choose, logit, sigmoid, weekdays
from persona_store.crm.sample.population import NONE, PERSONAS_B2B, PERSONAS_B2C, SHARES, TODAY, Population
from persona_store.crm.sample.titles import roles

OUTGOING_KINDS: Final = ("call", "email", "chat", "social", "meeting", "letter")  # in the order of CHANNELS
INCOMING: Final = (("call", "phone", 0.35), ("email", "email", 0.45), ("chat", "chat", 0.3))


@dataclass(frozen=True, slots=True)
class Stream:
    """One source of interactions. `minutes` is the median care, 0 for none; `office` whether it keeps office hours."""

    kind: str
    channel: str | None
    direction: str
    minutes: float
    office: bool


MINUTES: Final = {
    "call": 11,
    "email": 6,
    "chat": 9,
    "social": 4,
    "meeting": 65,
    "letter": 12,
    "complaint": 38,
    "ticket": 28,
}
BEHAVIOUR_CHANNELS: Final = {
    "trade_fair": "in_person",
    "newsletter": "email",
    "unsubscribed": "email",
    "no_reply": "email",
    "complaint": "phone",
    "social_follow": "social",
    "ticket": "email",
}
AT_ANY_HOUR: Final = (
    "download",
    "pricing_page",
    "newsletter",
    "unsubscribed",
    "social_follow",
    "visit",
    "purchase",
    "social",
)
STREAMS: Final = (
    *(
        Stream(kind, channel, "out", MINUTES[kind], True)
        for kind, channel in zip(OUTGOING_KINDS, CHANNELS, strict=True)
    ),
    *(Stream(kind, channel, "in", MINUTES[kind], True) for kind, channel, _ in INCOMING),
    *(
        Stream(
            kind,
            BEHAVIOUR_CHANNELS.get(kind),
            "out" if kind == "no_reply" else "in",
            MINUTES.get(kind, 0),
            kind not in AT_ANY_HOUR,
        )
        for kind in BEHAVIOURS
    ),
)
OUTGOING: Final = len(CHANNELS)
BEHAVIOUR_START: Final = len(CHANNELS) + len(INCOMING)
COLUMN: Final = {kind: BEHAVIOUR_START + at for at, kind in enumerate(BEHAVIOURS)}

VOLUME: Final = 0.88  # share of the expected counts that falls before the outcome
COPY_VOLUME: Final = 0.5  # doubles have seen little of the person's dealings
BLUR: Final = 0.07  # share of the whole market's behaviour in each class
ACTIVITY_SHAPE: Final = 14  # people of one class differ in how active they are (gamma)
SPREAD: Final = 0.55  # and in how ready they are to answer (log-odds)
KEENNESS: Final = {"pricing_page": 0.4, "demo_request": 0.55, "webinar": 0.25, "visit": 0.25, "trade_fair": 0.15} | {
    "unsubscribed": -0.55,
    "no_reply": -0.5,
    "complaint": -0.1,
}
KEEN_ANSWERS: Final = 0.45
ROLE_WEIGHT: Final = 0.6  # how far the role rather than the class decides which channel is answered
AFTER_CUSTOMER: Final = {"call": 0.4, "email": 0.6, "meeting": 0.14, "newsletter": 0.25, "visit": 0.3, "ticket": 0.3}
AFTER_LOST: Final = {"call": 0.35, "email": 0.75, "meeting": 0.08, "newsletter": 0.3, "visit": 0.3, "ticket": 0.16}
AFTER_COMPLAINTS: Final = 0.35  # complaints and tickets go on after the decision, at this share of the class's rate


@dataclass(frozen=True, slots=True)
class Events:
    """Interactions, one entry each: row of the contact, position in STREAMS, when (minutes since 1970), answered.

    `answered` is 1, 0, or -1 where nothing was to be answered; `minutes` is the care, 0 for none.
    """

    contact: Ints
    stream: Ints
    at: Ints
    answered: Ints
    minutes: Ints


def draw_counts(rng: np.random.Generator, people: Population) -> Ints:
    """How many interactions of each stream each contact has before the decision: (contacts, streams)."""
    rates = _mixed(_class_rates(), people)
    n = len(people)
    activity = rng.gamma(ACTIVITY_SHAPE, 1 / ACTIVITY_SHAPE, n)
    # Who came last month has not had time for much.
    tenure = np.sqrt(np.clip((TODAY - people.created) / 90, 0.35, 1))
    volume = VOLUME * activity * tenure * np.where(people.copy_of == NONE, 1.0, COPY_VOLUME)
    for kind, keen in KEENNESS.items():
        rates[:, COLUMN[kind]] *= np.exp(keen * people.interest - keen * keen / 2)
    counts = rng.poisson(rates * volume[:, None])
    counts[people.typical] = np.floor(1.5 * _class_rates()[people.cls[people.typical]] + 0.5)
    return counts.astype(np.int64)


def draw_counts_after(rng: np.random.Generator, people: Population, outcome: Ints) -> Ints:
    """The same for the time after the decision; customers and lost leads go on to be in touch alike."""
    rates = np.zeros((2, len(STREAMS)))
    for row, wanted in enumerate((AFTER_LOST, AFTER_CUSTOMER)):
        for kind, rate in wanted.items():
            rates[row, _column(kind)] = rate
    after = rates[np.clip(outcome, 0, 1)]
    typical = _class_rates()[people.cls]
    for kind in ("complaint", "ticket"):
        after[:, COLUMN[kind]] += AFTER_COMPLAINTS * typical[:, COLUMN[kind]]
    after[(outcome == NONE) | people.typical] = 0
    return rng.poisson(after).astype(np.int64)


def draw_events(rng: np.random.Generator, people: Population, counts: Ints, first: Ints, last: Ints) -> Events:
    """Interactions by `counts` between the days `first` and `last` of each contact."""
    width = counts.shape[1]
    flat = np.repeat(np.arange(counts.size), counts.ravel())
    contact, stream = flat // width, flat % width
    nth = np.arange(len(flat)) - np.repeat(np.cumsum(counts.ravel()) - counts.ravel(), counts.ravel())
    care = np.array([spec.care for spec in CLASSES])[people.cls]
    median = np.array([each.minutes for each in STREAMS])[stream] * care[contact]
    minutes = np.round(median * rng.lognormal(0, 0.4, len(flat)))
    minutes[median > 0] = np.maximum(minutes[median > 0], 1)
    return Events(
        contact=contact,
        stream=stream,
        at=_times(rng, stream, people.cls[contact], first[contact], last[contact]),
        answered=_answers(rng, people, contact, stream, nth),
        minutes=minutes.astype(np.int64),
    )


def answer_chances(people: Population, spread: Floats) -> Floats:
    """The probability that a contact answers, per channel: (contacts, channels).

    It follows from class and role, the person's interest, and `spread`, a deviation of the person in log-odds.
    """
    by_class = np.array([spec.response for spec in CLASSES])
    own = _mixed(by_class, people)
    table, has = _role_answers()
    weight = np.where(has[people.role] & np.isin(people.cls, PERSONAS_B2B), ROLE_WEIGHT, 0.0)[:, None]
    log_odds = weight * logit(table[people.role]) + (1 - weight) * logit(own)
    log_odds += (KEEN_ANSWERS * people.interest + spread)[:, None]
    chances = sigmoid(log_odds)
    chances[people.typical] = by_class[people.cls[people.typical]]
    return chances


def _answers(rng: np.random.Generator, people: Population, contact: Ints, stream: Ints, nth: Ints) -> Ints:
    chances = answer_chances(people, rng.normal(0, SPREAD, len(people)))
    answered = np.full(len(contact), NONE)
    out = stream < OUTGOING
    chance = chances[contact[out], stream[out]]
    by_chance = rng.random(len(chance)) < chance
    in_turn = np.round((nth[out] + 1) * chance) > np.round(nth[out] * chance)
    answered[out] = np.where(people.typical[contact[out]], in_turn, by_chance)
    answered[stream == COLUMN["no_reply"]] = 0
    return answered


def _times(rng: np.random.Generator, stream: Ints, cls: Ints, first: Ints, last: Ints) -> Ints:
    n = len(stream)
    day = first + (rng.random(n) ** 1.3 * (np.maximum(last - first, 0) + 1)).astype(np.int64)
    office = np.array([each.office for each in STREAMS])[stream]
    private = np.isin(cls, PERSONAS_B2C)
    day = np.where(office | (rng.random(n) < 0.8) & ~private, weekdays(day), day)
    morning = 8 + choose(rng, (12, 18, 20, 16, 6, 11, 14, 12, 7, 2), n)
    evening = 6 + choose(rng, (1, 2, 3, 4, 4, 4, 4, 4, 4, 5, 5, 6, 7, 9, 10, 9, 6, 3), n)
    hour = np.where(office | ~private & (rng.random(n) < 0.8), morning, evening)
    meeting = stream == OUTGOING_KINDS.index("meeting")
    minute = np.where(meeting, rng.integers(0, 4, n) * 15, rng.integers(0, 60, n))
    at: Ints = (day * 24 + hour) * 60 + minute
    return at


def _class_rates() -> Floats:
    rates = np.zeros((len(CLASSES), len(STREAMS)))
    for number, spec in enumerate(CLASSES):
        rates[number, :OUTGOING] = spec.outgoing
        for at, (_, channel, factor) in enumerate(INCOMING):
            where = CHANNELS.index(channel)
            rates[number, OUTGOING + at] = factor * spec.outgoing[where] * spec.response[where]
        for kind, rate in spec.behaviours.items():
            rates[number, COLUMN[kind]] = rate
    for group in (PERSONAS_B2B, PERSONAS_B2C):
        rows = list(group)
        mean = (rates[rows] * SHARES[rows, None]).sum(axis=0) / SHARES[rows].sum()
        rates[rows] = (1 - BLUR) * rates[rows] + BLUR * mean
    return rates


def _mixed(by_class: Floats, people: Population) -> Floats:
    # Those in between behave half as one class, half as the other.
    mixed: Floats = by_class[people.cls]
    between = people.other != NONE
    mixed[between] = (mixed[between] + by_class[people.other[between]]) / 2
    return mixed


def _role_answers() -> tuple[Floats, Bools]:
    # The role at home in a class answers as that class does: heads of sales by phone, IT by mail and chat.
    names = roles()
    table = np.full((len(names) + 1, OUTGOING), 0.3)
    has = np.zeros(len(names) + 1, dtype=np.bool_)
    for number in PERSONAS_B2B:
        spec = CLASSES[number]
        home = max(spec.roles, key=lambda name: spec.roles[name]).split("/")[0]
        for at, (function, _) in enumerate(names):
            if function == home or (home == "engineering" and function == "production"):
                table[at], has[at] = spec.response, True
    return table, has


def _column(kind: str) -> int:
    return COLUMN[kind] if kind in COLUMN else OUTGOING_KINDS.index(kind)
