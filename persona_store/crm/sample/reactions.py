"""What the contacts do with what is sent to them: mails opened, links clicked, offers taken; and who looks for a job.

All of it comes from a random stream of its own, so that the rest of a sample does not depend on it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from persona_store.crm.sample import words
from persona_store.crm.sample.behaviour import COLUMN, OUTGOING_KINDS, VOLUME, Events
from persona_store.crm.sample.classes import CLASSES
from persona_store.crm.sample.deals import WON
from persona_store.crm.sample.draws import Bools, Floats, Ints, blank, choose, texts
from persona_store.crm.sample.outcomes import Outcomes
from persona_store.crm.sample.population import NONE, PERSONAS_B2B, TODAY, Population
from persona_store.crm.sample.titles import roles

DAY: Final = 24 * 60  # minutes
JOB_SEEKER: Final = "job_seeker"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a class reads what it gets: newsletters opened (expected), the share of our mails that is opened, the share
    of opened ones in which a link is clicked, offers made to it (expected), and the share of these it takes."""

    newsletters: float
    mails: float
    clicks: float
    offers: float
    takes: float


READING: Final = {
    "gf_kmu": Reading(4.3, 0.45, 0.2, 1.2, 0.35),
    "vertrieb_mittelstand": Reading(5.0, 0.5, 0.3, 1.3, 0.42),
    "it_industrie": Reading(8.6, 0.72, 0.34, 0.9, 0.2),
    "einkauf_konzern": Reading(5.3, 0.68, 0.24, 1.8, 0.25),
    "marketing_tech": Reading(12.0, 0.65, 0.45, 0.8, 0.28),
    "anwender_produktion": Reading(5.6, 0.5, 0.28, 1.0, 0.35),
    "student": Reading(8.0, 0.65, 0.42, 0.2, 0.1),
    "complainer": Reading(5.0, 0.62, 0.15, 1.2, 0.5),
    "competitor": Reading(11.0, 0.75, 0.5, 0.3, 0.03),
    "heimwerker": Reading(8.0, 0.55, 0.22, 2.3, 0.55),
    "maker": Reading(11.5, 0.5, 0.42, 1.9, 0.4),
}
READER_SHAPE: Final = 9  # people of one class differ in how much they read (gamma)
KEEN_READER: Final = 0.15  # and a little by their interest (log)
KEEN_TAKER: Final = 0.4  # log-odds
LATER_SHARE: Final = 0.08  # of the newsletters opened after the decision
MAIL_DELAY: Final = 9 * 60  # minutes until a mail is opened, mean
CLICK_DELAY: Final = 4
MAIL_CLICKS: Final = 0.4  # links are clicked less in a mail than in a newsletter
HOURS: Final = (1, 1, 0, 0, 0, 2, 5, 10, 14, 14, 12, 10, 9, 8, 8, 8, 7, 6, 5, 5, 5, 4, 3, 2)
OFFER_HOUR: Final = 10 * 60

# Job seekers: people below a head, never customers, who look at vacancies.
SEEKER_SHARE: Final = 0.012
SEEKER_LEVELS: Final = ("lead", "specialist", "junior")
SEEKER_STEPS: Final = ("visit", "visit", "visit", "download", "email")
SEEKER_CHANCE: Final = (1.0, 1.0, 0.6, 0.5, 0.7)
SEEKER_SUBJECTS: Final = {
    "visit": ("Karriere", "Stellenangebot: {}", "Karriere: Offene Stellen", "Stellenangebote"),
    "download": ("Broschüre: Arbeiten bei uns", "Stellenanzeige: {}"),
    "email": ("Initiativbewerbung", "Bewerbung: {}", "Frage zum Stellenangebot: {}", "Application: {}"),
}
POSITIONS: Final = ("Vertrieb Innendienst", "Softwareentwicklung", "Produktmanagement", "Kundenbetreuung", "Marketing")

OPEN_SUBJECTS: Final = ("Newsletter: {}", "Newsletter", "Aktuelles: {}")
MAIL_SUBJECTS: Final = ("{}", "Unterlagen: {}", "Ihr Interesse an {}")
CLICK_SUBJECTS: Final = ("Link: {}", "{}", "Mehr lesen: {}")
OFFER_SUBJECTS: Final = (
    "Testpaket",
    "Angebot zum Kennenlernen: {}",
    "Aktion: {}",
    "Paket zum Vorzugspreis",
    "Pilot: {}",
)


@dataclass(frozen=True, slots=True)
class Reactions:
    """Interactions, one entry each: row of the contact, kind, subject, when (minutes since 1970), taken (1, 0, -1).

    `seekers` marks the contacts of the batch who look for a job.
    """

    contact: Ints
    kind: pl.Series
    subject: pl.Series
    at: Ints
    answered: Ints
    seekers: Bools

    def frame(self, ids: Ints, first_number: int) -> pl.DataFrame:
        """The rows in the order of time; `ids` of the batch's contacts, numbered from `first_number` on."""
        order = np.argsort(self.at, kind="stable")
        rows, answered = pl.Series(order), self.answered[order]
        kind = self.kind.gather(rows)
        by_mail = kind.is_in(["email_open", "email_click", "email"])
        number = pl.Series(first_number + np.arange(len(order))).cast(pl.String)
        return pl.DataFrame(
            {
                "Aktivität-ID": "R" + number,
                "Kontakt-ID": ids[self.contact[order]],
                "Art": kind.replace_strict(words.KINDS, return_dtype=pl.String),
                "Kanal": blank(pl.repeat(words.CHANNELS["email"], len(order), eager=True), (~by_mail).to_numpy()),
                "Richtung": texts((words.INCOMING, words.OUTGOING), (kind == "offer").cast(pl.Int64).to_numpy()),
                "Beantwortet": blank(texts((words.NO, words.YES), np.maximum(answered, 0)), answered == NONE),
                "Zeitpunkt": pl.Series(self.at[order] * 60_000_000).cast(pl.Datetime("us")),
                "Dauer (Min.)": pl.repeat(None, len(order), dtype=pl.Int64, eager=True),
                "Thema": self.subject.gather(rows),
            }
        )


@dataclass(frozen=True, slots=True)
class _Part:
    # Interactions of one kind: contact row, minutes since 1970, subject, and whether an offer was taken.
    kind: str
    contact: Ints
    at: Ints
    subject: pl.Series
    answered: Ints | None = None


def draw_reactions(
    rng: np.random.Generator, people: Population, parts: tuple[Events, Events], outcomes: Outcomes, last: Ints
) -> Reactions:
    """What the contacts do with mails, newsletters and offers, never after the day `last` of their last activity."""
    end = last * DAY + DAY - 1  # nothing happens later, so that the contact's own row stays true
    decided = np.clip(np.minimum(last, outcomes.day), people.created, None)
    newsletters = _newsletters(rng, people, parts, decided, last)
    mails = _mails(rng, people, parts, end)
    found = [*_read(rng, people, newsletters, end, OPEN_SUBJECTS, 1.0)]
    found += _read(rng, people, mails, end, MAIL_SUBJECTS, MAIL_CLICKS)
    found.append(_offers(rng, people, decided))
    seekers = _seekers(rng, people, outcomes)
    found += _applications(rng, people, seekers, last)
    return Reactions(
        contact=np.concatenate([part.contact for part in found]),
        kind=pl.concat([pl.repeat(part.kind, len(part.contact), dtype=pl.String, eager=True) for part in found]),
        subject=pl.concat([part.subject for part in found]),
        at=np.concatenate([part.at for part in found]),
        answered=np.concatenate(
            [np.full(len(part.contact), NONE) if part.answered is None else part.answered for part in found]
        ),
        seekers=seekers,
    )


def _rate(name: str, people: Population) -> Floats:
    by_class = np.array([getattr(READING[spec.key], name) for spec in CLASSES])
    own: Floats = by_class[people.cls]
    between = people.other != NONE
    own[between] = (own[between] + by_class[people.other[between]]) / 2
    return own


def _newsletters(
    rng: np.random.Generator, people: Population, parts: tuple[Events, Events], decided: Ints, last: Ints
) -> tuple[Ints, Ints]:
    # Which are opened and when; nobody opens one who has signed off before.
    n = len(people)
    reader = rng.gamma(READER_SHAPE, 1 / READER_SHAPE, n) * np.exp(KEEN_READER * people.interest)
    tenure = np.sqrt(np.clip((TODAY - people.created) / 90, 0.35, 1))
    volume = VOLUME * tenure * np.where(people.copy_of == NONE, 1.0, 0.5)
    rate = _rate("newsletters", people)
    count = np.where(people.typical, np.floor(rate), rng.poisson(rate * volume * reader))
    contact = np.repeat(np.arange(n), count.astype(np.int64))
    later = rng.random(len(contact)) < LATER_SHARE
    until = np.where(later, last[contact], decided[contact])
    day = people.created[contact] + (rng.random(len(contact)) * (until - people.created[contact] + 1)).astype(np.int64)
    at = day * DAY + choose(rng, HOURS, len(contact)) * 60 + rng.integers(0, 60, len(contact))
    signed_off = np.full(n, np.iinfo(np.int64).max)
    for part in parts:
        mine = part.stream == COLUMN["unsubscribed"]
        np.minimum.at(signed_off, part.contact[mine], part.at[mine])
    kept = at < signed_off[contact]
    return contact[kept], at[kept]


def _mails(rng: np.random.Generator, people: Population, parts: tuple[Events, Events], end: Ints) -> tuple[Ints, Ints]:
    # Our mails that are opened: those that were answered, and a share of the others.
    sent = [part.stream == OUTGOING_KINDS.index("email") for part in parts]
    contact, at, answered = (
        np.concatenate([getattr(part, name)[mine] for part, mine in zip(parts, sent, strict=True)])
        for name in ("contact", "at", "answered")
    )
    opened = (answered == 1) | (rng.random(len(contact)) < _rate("mails", people)[contact])
    contact, at = contact[opened], at[opened]
    return contact, np.minimum(at + 2 + rng.exponential(MAIL_DELAY, len(at)).astype(np.int64), end[contact])


def _read(
    rng: np.random.Generator,
    people: Population,
    opened: tuple[Ints, Ints],
    end: Ints,
    ways: tuple[str, ...],
    clicks: float,
) -> list[_Part]:
    # The openings, and the clicks that follow some of them.
    contact, at = opened
    clicked = rng.random(len(contact)) < clicks * _rate("clicks", people)[contact]
    who, when = contact[clicked], at[clicked]
    when = np.minimum(when + 1 + rng.exponential(CLICK_DELAY, len(when)).astype(np.int64), end[who])
    return [
        _Part("email_open", contact, at, _subjects(rng, people.cls[contact], ways)),
        _Part("email_click", who, when, _subjects(rng, people.cls[who], CLICK_SUBJECTS)),
    ]


def _offers(rng: np.random.Generator, people: Population, decided: Ints) -> _Part:
    # Offers of marketing (a trial, a package), not the quote of a deal: who takes one may still not buy.
    n = len(people)
    rate = _rate("offers", people)
    count = np.where(people.typical, np.round(rate), rng.poisson(rate * VOLUME)).astype(np.int64)
    count[people.copy_of != NONE] = 0
    contact = np.repeat(np.arange(n), count)
    created = people.created[contact]
    day = created + (rng.random(len(contact)) * (decided[contact] - created + 1)).astype(np.int64)
    at = day * DAY + OFFER_HOUR + rng.integers(0, 5 * 60, len(contact))
    takes = _rate("takes", people)[contact]
    odds = takes / (1 - takes) * np.exp(KEEN_TAKER * people.interest[contact])
    taken = (rng.random(len(contact)) < odds / (1 + odds)).astype(np.int64)
    return _Part("offer", contact, at, _subjects(rng, people.cls[contact], OFFER_SUBJECTS), taken)


def _seekers(rng: np.random.Generator, people: Population, outcomes: Outcomes) -> Bools:
    levels = np.array([level in SEEKER_LEVELS for _, level in roles()] + [False])
    able = levels[people.role] & np.isin(people.cls, PERSONAS_B2B) & (outcomes.known != WON)
    able &= ~people.stale & ~people.typical & (people.copy_of == NONE)
    wanted = SEEKER_SHARE * len(people) / max(int(able.sum()), 1)
    found: Bools = able & (rng.random(len(people)) < wanted)
    return found


def _applications(rng: np.random.Generator, people: Population, seekers: Bools, last: Ints) -> list[_Part]:
    rows = np.flatnonzero(seekers)
    parts = []
    for kind, chance in zip(SEEKER_STEPS, SEEKER_CHANCE, strict=True):
        contact = rows[rng.random(len(rows)) < chance]
        created = people.created[contact]
        day = created + (rng.random(len(contact)) * (last[contact] - created + 1)).astype(np.int64)
        at = day * DAY + choose(rng, HOURS, len(contact)) * 60 + rng.integers(0, 60, len(contact))
        pool = [way.format(position) for way in SEEKER_SUBJECTS[kind] for position in POSITIONS]
        parts.append(_Part(kind, contact, at, texts(pool, rng.integers(0, len(pool), len(contact)))))
    return parts


def _subjects(rng: np.random.Generator, cls: Ints, ways: tuple[str, ...]) -> pl.Series:
    pool = [way.format(theme) for spec in CLASSES for way in ways for theme in spec.themes]
    width = len(pool) // len(CLASSES)
    return texts(pool, cls * width + rng.integers(0, width, len(cls)))
