"""One batch of contacts with all that belongs to them, as the rows of the four tables and of the truth."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from persona_store.crm.sample import words
from persona_store.crm.sample.behaviour import STREAMS, Events, draw_counts, draw_counts_after, draw_events
from persona_store.crm.sample.cast import CAST, FULL_NAMES
from persona_store.crm.sample.cast_rows import set_cast_outcomes, with_cast, with_cast_companies, with_cast_names
from persona_store.crm.sample.classes import CLASSES
from persona_store.crm.sample.companies import CompanyMaker, cell_size
from persona_store.crm.sample.contacts import contact_frame
from persona_store.crm.sample.deals import WON, Deals, draw_deals
from persona_store.crm.sample.draws import Bools, Ints, blank, choose, dates, replace, texts
from persona_store.crm.sample.outcomes import Outcomes, decision_days, draw_outcomes, last_days
from persona_store.crm.sample.people import NamePools
from persona_store.crm.sample.places import Place
from persona_store.crm.sample.population import (
    NONE,
    PERSONAS_B2C,
    SHARES,
    TODAY,
    Population,
    draw_population,
    with_copies,
)
from persona_store.crm.sample.reactions import JOB_SEEKER, Reactions, draw_reactions
from persona_store.crm.sample.talk import messages, with_statements
from persona_store.crm.sample.titles import roles
from persona_store.crm.sample.wordings import subjects

FIRST_CONTACT: Final = 10_001  # the cast's ids are below
DOUBLES_SHARE: Final = 0.03
STATUS_MISSING: Final = 0.04
SELLER_MISSING: Final = 0.05
CHANNEL_MISSING: Final = 0.02


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of one batch."""

    contacts: pl.DataFrame
    companies: pl.DataFrame
    interactions: pl.DataFrame
    deals: pl.DataFrame
    truth: pl.DataFrame


class BatchMaker:
    """Makes the batches of one sample one after the other; ids go on from batch to batch."""

    def __init__(self, seed: int, pools: NamePools, places: tuple[Place, ...], maker: CompanyMaker) -> None:
        self._seed = seed
        self._pools = pools
        self._places = places
        self._maker = maker
        self._batch = 0
        self._next_contact = FIRST_CONTACT
        self._next_interaction = 1
        self._next_reaction = 1
        self._next_message = 1
        self._next_deal = 1

    def make(self, contacts: int) -> Tables:
        """The next `contacts` contacts and what belongs to them; the first batch holds the cast."""
        rng = np.random.default_rng([self._seed, 2, self._batch])
        # What was thought of later has streams of its own, so that the rest of a sample stays as it was.
        reacting, talking = (np.random.default_rng([self._seed, stream, self._batch]) for stream in (3, 4))
        cast = len(CAST) if self._batch == 0 else 0
        self._batch += 1
        doubles = round(DOUBLES_SHARE * contacts)
        originals = contacts - doubles - cast
        consumers = round(originals * float(SHARES[list(PERSONAS_B2C)].sum()))
        companies = self._maker.make(rng, originals - consumers)
        people = draw_population(rng, companies, consumers)
        if cast:
            companies = with_cast_companies(companies, self._places)
            people = with_cast(people)
        people = with_copies(rng, people, doubles, cast)
        frame = contact_frame(rng, people, companies, self._pools, self._places, FULL_NAMES)
        if cast:
            frame = with_cast_names(frame)
        frame = frame.with_columns(with_statements(talking, frame["Notizen"], people, frame["Sprache"]))
        ids = self._contact_ids(people, cast)
        before, after, outcomes = _course(rng, people, cast)
        size = np.where(people.company == NONE, NONE, cell_size(companies.cell[people.company]))
        deals = draw_deals(rng, people, outcomes, size)
        seller = rng.integers(0, len(words.SELLERS), len(people))
        last = _last_activity(people, (before, after))
        reactions = draw_reactions(reacting, people, (before, after), outcomes, last)
        return Tables(
            contacts=_contacts(rng, frame, people, outcomes, ids, seller, last).sort("Kontakt-ID"),
            companies=companies.frame,
            interactions=pl.concat(
                [
                    self._interactions(rng, people, (before, after), ids),
                    self._reactions(reactions, ids),
                    self._messages(messages(talking, people, frame["Sprache"], last, ids, self._next_message)),
                ]
            ),
            deals=self._deals(rng, people, deals, ids, frame["Firma-ID"], seller),
            truth=_truth(people, outcomes, ids, reactions.seekers).sort("Kontakt-ID"),
        )

    def _contact_ids(self, people: Population, cast: int) -> Ints:
        # Numbered in the order of entry, as a CRM does.
        ids = np.empty(len(people), dtype=np.int64)
        ids[:cast] = [member.contact_id for member in CAST[:cast]]
        order = cast + np.argsort(people.created[cast:], kind="stable")
        ids[order] = self._next_contact + np.arange(len(order))
        self._next_contact += len(order)
        return ids

    def _interactions(
        self, rng: np.random.Generator, people: Population, parts: tuple[Events, Events], ids: Ints
    ) -> pl.DataFrame:
        at = np.concatenate([part.at for part in parts])
        order = np.argsort(at, kind="stable")
        contact, stream, answered, minutes = (
            np.concatenate([getattr(part, name) for part in parts])[order]
            for name in ("contact", "stream", "answered", "minutes")
        )
        n = len(order)
        number = self._next_interaction + np.arange(n)
        self._next_interaction += n
        kinds = [words.KINDS[each.kind] for each in STREAMS]
        channels = [words.CHANNELS[each.channel] if each.channel else None for each in STREAMS]
        directions = [words.OUTGOING if each.direction == "out" else words.INCOMING for each in STREAMS]
        return pl.DataFrame(
            {
                "Aktivität-ID": "A" + pl.Series(number).cast(pl.String),
                "Kontakt-ID": ids[contact],
                "Art": texts(kinds, stream),
                "Kanal": blank(pl.Series(channels).gather(pl.Series(stream)), rng.random(n) < CHANNEL_MISSING),
                "Richtung": texts(directions, stream),
                "Beantwortet": blank(texts((words.NO, words.YES), np.maximum(answered, 0)), answered == NONE),
                "Zeitpunkt": pl.Series(at[order] * 60_000_000).cast(pl.Datetime("us")),
                "Dauer (Min.)": blank(pl.Series(minutes), minutes == 0),
                "Thema": subjects(rng, stream, people.cls[contact]),
            }
        )

    def _reactions(self, reactions: Reactions, ids: Ints) -> pl.DataFrame:
        frame = reactions.frame(ids, self._next_reaction)
        self._next_reaction += len(frame)
        return frame

    def _messages(self, frame: pl.DataFrame) -> pl.DataFrame:
        self._next_message += len(frame)
        return frame

    def _deals(
        self, rng: np.random.Generator, people: Population, deals: Deals, ids: Ints, company: pl.Series, seller: Ints
    ) -> pl.DataFrame:
        n = len(deals.contact)
        number = self._next_deal + np.arange(n)
        self._next_deal += n
        products = [product for spec in CLASSES for product in spec.products]
        start = np.cumsum([0] + [len(spec.products) for spec in CLASSES])
        cls = people.cls[deals.contact]
        product = start[cls] + (rng.random(n) ** 1.6 * (start[cls + 1] - start[cls])).astype(np.int64)
        phases = (words.PHASE_LOST, words.PHASE_WON, *words.PHASES_OPEN)
        phase = np.where(deals.won == NONE, 2 + rng.integers(0, len(words.PHASES_OPEN), n), deals.won)
        running = deals.won == NONE
        return pl.DataFrame(
            {
                "Deal-ID": "D" + pl.Series(number).cast(pl.String),
                "Kontakt-ID": ids[deals.contact],
                "Firma-ID": company.gather(pl.Series(deals.contact)),
                "Produkt": texts(products, product),
                "Phase": texts(phases, phase),
                "Betrag": pl.Series(deals.amount).fill_nan(None),
                "Marge": pl.Series(deals.margin).fill_nan(None),
                "Gewonnen": blank(texts((words.NO, words.YES), np.maximum(deals.won, 0)), running),
                "Eröffnet am": dates(deals.opened),
                "Abgeschlossen am": blank(dates(deals.closed), running),
                "Zuständig": texts(words.SELLERS, seller[deals.contact]),
            }
        )


def _course(rng: np.random.Generator, people: Population, cast: int) -> tuple[Events, Events, Outcomes]:
    # What happens before the decision, the decision, and what happens after it.
    decided = decision_days(rng, people)
    counts = draw_counts(rng, people)
    before = draw_events(rng, people, counts, people.created, last_days(people, decided))
    outcomes = draw_outcomes(rng, people, counts, before, decided)
    if cast:
        set_cast_outcomes(outcomes, people)
    counts_after = draw_counts_after(rng, people, outcomes.known)
    end = np.where(people.stale, outcomes.day + 60, TODAY - 1)
    after = draw_events(rng, people, counts_after, outcomes.day, np.minimum(end, TODAY - 1))
    return before, after, outcomes


def _last_activity(people: Population, parts: tuple[Events, Events]) -> Ints:
    last = people.created.copy()
    for part in parts:
        np.maximum.at(last, part.contact, part.at // (24 * 60))
    return last


def _contacts(
    rng: np.random.Generator,
    frame: pl.DataFrame,
    people: Population,
    outcomes: Outcomes,
    ids: Ints,
    seller: Ints,
    last: Ints,
) -> pl.DataFrame:
    n = len(people)
    known = outcomes.known
    statuses = (words.STATUS_CUSTOMER, *words.STATUS_LOST, words.STATUS_STALE, *words.STATUS_OPEN)
    lost = 1 + rng.integers(0, len(words.STATUS_LOST), n)
    open_start = 2 + len(words.STATUS_LOST)
    running = open_start + choose(rng, np.ones(len(words.STATUS_OPEN)), n)
    inactive = np.full(n, open_start - 1)
    status = np.select([known == WON, known == 0, people.stale], [np.zeros(n, dtype=np.int64), lost, inactive], running)
    filled = frame.with_columns(
        pl.Series("Kontakt-ID", ids),
        blank(texts(statuses, status), rng.random(n) < STATUS_MISSING).alias("Status"),
        blank(texts(words.SELLERS, seller), rng.random(n) < SELLER_MISSING).alias("Zuständig"),
        dates(people.created).alias("Erstellt am"),
        dates(last).alias("Letzte Aktivität"),
        blank(texts((words.NO, words.YES), np.maximum(known, 0)), known == NONE).alias("Kunde"),
        blank(dates(outcomes.day), known != WON).alias("Kunde seit"),
    )
    return filled.select(words.CONTACT_HEADERS)


def _truth(people: Population, outcomes: Outcomes, ids: Ints, seekers: Bools) -> pl.DataFrame:
    keys = [spec.key for spec in CLASSES]
    kinds = [None if spec.kind == "persona" else spec.kind for spec in CLASSES]
    between: Bools = people.other != NONE
    doubles: Bools = people.copy_of != NONE
    functions, levels = ([role[at] for role in roles()] for at in (0, 1))
    role = np.maximum(people.role, 0)
    anti = pl.Series(kinds, dtype=pl.String).gather(pl.Series(people.cls))
    return pl.DataFrame(
        {
            "Kontakt-ID": ids,
            "class": texts(keys, people.cls),
            "anti": replace(anti, seekers, pl.repeat(JOB_SEEKER, len(ids), eager=True)),
            "between": blank(texts(keys, np.maximum(people.other, 0)), ~between),
            "duplicate_of": blank(pl.Series(ids[np.maximum(people.copy_of, 0)]), ~doubles),
            "function": blank(texts(functions, role), people.role == NONE),
            "level": blank(texts(levels, role), people.role == NONE),
            "probability": np.round(outcomes.chance, 4),
        }
    )
