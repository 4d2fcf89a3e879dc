"""Notes and messages in which the contacts say what they wish and what troubles them, as their class does.

All of it comes from a random stream of its own, so that the rest of a sample does not depend on it.
"""

from typing import Final

import numpy as np
import polars as pl

from persona_store.crm.sample import words
from persona_store.crm.sample.classes import CLASSES
from persona_store.crm.sample.draws import Bools, Floats, Ints, choose, choose_rows, replace, texts, weekdays
from persona_store.crm.sample.population import NONE, Population
from persona_store.crm.sample.statements import (
    ENGLISH_CLOSINGS,
    ENGLISH_OPENINGS,
    ENGLISH_STATEMENTS,
    ENGLISH_SUBJECTS,
    GERMAN_CLOSINGS,
    GERMAN_OPENINGS,
    GERMAN_STATEMENTS,
    GERMAN_SUBJECTS,
    SAYS,
)

NOTED: Final = 0.42  # share of contacts about whom a note says something of the kind
TWICE: Final = 0.4  # of these two things
BACKGROUND: Final = 0.25  # share of what anybody may say, whatever the class
WRITES: Final = 0.3  # messages a contact, expected
ENGLISH_NOTES: Final = 0.04  # by a colleague abroad; notes on people who speak English are in English half of the time
ENGLISH_OF_ENGLISH: Final = 0.5
KINDS: Final = ("email", "call", "chat")
KIND_WEIGHTS: Final = (0.6, 0.25, 0.15)
OFFICE_HOURS: Final = (8, 17)
MINUTES: Final = (4, 18)
DAY: Final = 24 * 60
STATEMENTS: Final = tuple(GERMAN_STATEMENTS)


def with_statements(rng: np.random.Generator, notes: pl.Series, people: Population, language: pl.Series) -> pl.Series:
    """`notes` with what some of the contacts said behind; `language` is the one the contact speaks."""
    n = len(people)
    english = _in_english(rng, language) & ~people.typical
    said = _sentences(rng, people.cls, english, people.typical)
    more = _sentences(rng, people.cls, english, np.zeros(n, dtype=np.bool_))
    twice = (rng.random(n) < TWICE) & ~people.typical
    opening = _either(rng, GERMAN_OPENINGS, ENGLISH_OPENINGS, english)
    closing = _either(rng, GERMAN_CLOSINGS, ENGLISH_CLOSINGS, english)
    plain = people.typical
    frame = pl.DataFrame(
        {
            "note": notes,
            "opening": replace(opening, plain, pl.repeat("", n, eager=True)),
            "said": said,
            "more": replace(pl.repeat("", n, eager=True), twice, " " + more),
            "closing": replace(closing, plain, pl.repeat("", n, eager=True)),
        }
    )
    statement = pl.concat_str("opening", "said", "more", "closing")
    noted = pl.lit(pl.Series((rng.random(n) < NOTED) | people.typical))
    joined = pl.concat_str([pl.col("note"), statement], separator=" ", ignore_nulls=True)
    return frame.select(pl.when(noted).then(joined).otherwise(pl.col("note")).alias("Notizen")).to_series()


def messages(
    rng: np.random.Generator, people: Population, language: pl.Series, last: Ints, ids: Ints, first_number: int
) -> pl.DataFrame:
    """What contacts wrote or said of their own accord, as interactions numbered from `first_number` on."""
    able = ~people.typical & (people.copy_of == NONE)
    contact = np.repeat(np.arange(len(people)), np.where(able, rng.poisson(WRITES, len(people)), 0))
    n = len(contact)
    created = people.created[contact]
    day = weekdays(created + (rng.random(n) * (last[contact] - created + 1)).astype(np.int64))
    at = np.maximum(day, created) * DAY + rng.integers(OFFICE_HOURS[0] * 60, OFFICE_HOURS[1] * 60, n)
    order = np.argsort(at, kind="stable")
    contact, at = contact[order], at[order]
    english = _in_english(rng, language.gather(pl.Series(contact)))
    said = _sentences(rng, people.cls[contact], english, np.zeros(n, dtype=np.bool_))
    kind = choose(rng, KIND_WEIGHTS, n)
    way = 2 * kind + rng.integers(0, 2, n)
    way_said = replace(texts(GERMAN_SUBJECTS, way), english, texts(ENGLISH_SUBJECTS, way))
    channels = [words.CHANNELS[name] for name in ("email", "phone", "chat")]
    return pl.DataFrame(
        {
            "Aktivität-ID": "N" + pl.Series(first_number + np.arange(n)).cast(pl.String),
            "Kontakt-ID": ids[contact],
            "Art": texts([words.KINDS[name] for name in KINDS], kind),
            "Kanal": texts(channels, kind),
            "Richtung": pl.repeat(words.INCOMING, n, dtype=pl.String, eager=True),
            "Beantwortet": pl.repeat(None, n, dtype=pl.String, eager=True),
            "Zeitpunkt": pl.Series(at * 60_000_000).cast(pl.Datetime("us")),
            "Dauer (Min.)": pl.Series(rng.integers(*MINUTES, n)),
            "Thema": pl.DataFrame({"way": way_said, "said": said})
            .select(pl.col("way").str.replace("{}", pl.col("said"), literal=True))
            .to_series(),
        }
    )


def _in_english(rng: np.random.Generator, language: pl.Series) -> Bools:
    speaks = (language == words.ENGLISH).to_numpy()
    english: Bools = rng.random(len(language)) < np.where(speaks, ENGLISH_OF_ENGLISH, ENGLISH_NOTES)
    return english


def _weights() -> Floats:
    weights = np.array([[SAYS[spec.key].get(name, 0.0) for name in STATEMENTS] for spec in CLASSES])
    weights /= weights.sum(axis=1, keepdims=True)
    return (1 - BACKGROUND) * weights + BACKGROUND / len(STATEMENTS)


def _sentences(rng: np.random.Generator, cls: Ints, english: Bools, typical: Bools) -> pl.Series:
    # One sentence each; the typical say what their class says most, in the first of its wordings.
    weights = _weights()
    statement = choose_rows(rng, weights, cls)
    statement[typical] = weights.argmax(axis=1)[cls[typical]]
    draw = rng.random(len(cls))
    draw[typical] = 0.0
    found = []
    for bank in (GERMAN_STATEMENTS, ENGLISH_STATEMENTS):
        pool = [sentence for name in STATEMENTS for sentence in bank[name]]
        counts = np.array([len(bank[name]) for name in STATEMENTS])
        start = np.cumsum(counts) - counts
        found.append(texts(pool, start[statement] + (draw * counts[statement]).astype(np.int64)))
    return replace(found[0], english, found[1])


def _either(
    rng: np.random.Generator, german: tuple[str, ...], english: tuple[str, ...], in_english: Bools
) -> pl.Series:
    draw = rng.random(len(in_english))
    in_german = texts(german, (draw * len(german)).astype(np.int64))
    return replace(in_german, in_english, texts(english, (draw * len(english)).astype(np.int64)))
