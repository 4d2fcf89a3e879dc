"""Job titles for contacts: drawn by role, sex and language, then spelled as carelessly as people do."""

from typing import Final

import numpy as np
import polars as pl

from persona_store.crm.sample.classes import CLASSES
from persona_store.crm.sample.draws import Bools, Ints, blank, replace, texts, within
from persona_store.crm.sample.people import MALE
from persona_store.crm.sample.titles import SUFFIXES, roles, title_pool

MISSING: Final = 0.08
SUFFIXED: Final = 0.07
LOWER: Final = 0.03
UPPER: Final = 0.02
MISSPELT: Final = 0.012
ENGLISH_ABROAD: Final = 0.85
FAVOUR_FIRST: Final = 1.5  # the first titles of a role are the usual ones
MALE_FORM_FOR_WOMEN: Final = 0.06


def job_titles(rng: np.random.Generator, cls: Ints, role: Ints, sex: Ints, abroad: Bools) -> pl.Series:
    """A title for each contact with a role (missing for consumers, and for some)."""
    n = len(cls)
    pool = title_pool()
    english_share = np.where(abroad, ENGLISH_ABROAD, np.array([spec.english for spec in CLASSES])[cls])
    form = np.where((sex == MALE) | (rng.random(n) < MALE_FORM_FOR_WOMEN), 0, 1)
    cell = np.maximum(role, 0) * 3 + np.where(rng.random(n) < english_share, 2, form)
    title = texts(pool.texts, within(rng, np.array(pool.start)[cell], np.array(pool.count)[cell], FAVOUR_FIRST))
    title = replace(title, rng.random(n) < SUFFIXED, title + " " + _suffixes(rng, role))
    title = replace(title, rng.random(n) < LOWER, title.str.to_lowercase())
    title = replace(title, rng.random(n) < UPPER, title.str.to_uppercase())
    title = misspelt(rng, title, rng.random(n) < MISSPELT)
    return blank(title, (role < 0) | (rng.random(n) < MISSING))


def misspelt(rng: np.random.Generator, column: pl.Series, where: Bools) -> pl.Series:
    """`column` with one slip of the keyboard in each marked text of more than three letters."""
    rows = np.flatnonzero(where)
    wrong = [_slip(rng, text) for text in column.gather(pl.Series(rows)).to_list()]
    return column.scatter(pl.Series(rows, dtype=pl.UInt32), pl.Series(wrong, dtype=pl.String))


def _slip(rng: np.random.Generator, text: str | None) -> str | None:
    if text is None or len(text) < 4:
        return text
    at = int(rng.integers(1, len(text) - 1))
    kind = rng.integers(0, 3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _suffixes(rng: np.random.Generator, role: Ints) -> pl.Series:
    names = roles()
    pool: list[str] = []
    start, count = [], []
    for function, _ in names:
        start.append(len(pool))
        pool += SUFFIXES.get(function, SUFFIXES[""])
        count.append(len(pool) - start[-1])
    at = np.maximum(role, 0)
    return texts(pool, within(rng, np.array(start)[at], np.array(count)[at]))
