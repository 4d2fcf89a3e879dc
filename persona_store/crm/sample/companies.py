"""Companies whose industry, size, revenue, legal form and place fit together, and how many contacts each has."""

from dataclasses import dataclass
from functools import cache
from math import gcd
from typing import Final

import numpy as np
import polars as pl

from persona_store.crm.sample import company_words as words
from persona_store.crm.sample.classes import BACKGROUND, BACKGROUND_SHARE, CLASSES, INDUSTRIES, SIZES, ContactClass
from persona_store.crm.sample.draws import Bools, Floats, Ints, blank, choose, replace, texts
from persona_store.crm.sample.people import MAIL_WEIGHTS, NamePools, slug
from persona_store.crm.sample.places import Place

LARGEST: Final = 60_000
LARGEST_PUBLIC: Final = 6_000
SIZE_EDGES: Final = ((1, 10), (11, 50), (51, 250), (251, 1_000), (1_001, LARGEST))
CONTACTS_PER_COMPANY: Final = (1.35, 1.9, 3.0, 4.5, 7.0)  # buying centres grow with the company
REVENUE_SPREAD: Final = 0.35
FIRST_COMPANY: Final = 10_001
FOUNDER_NAMES: Final = 700
BRANDS: Final = 900
BRANCH_MISSING: Final = 0.09
EMPLOYEES_MISSING: Final = (0.36, 0.26, 0.17, 0.12, 0.08)  # small firms publish less
REVENUE_MISSING: Final = (0.72, 0.55, 0.38, 0.22, 0.1)


@dataclass(frozen=True, slots=True)
class Companies:
    """A batch of companies: `frame` as exported, and per company what contacts are drawn by.

    `cell` is the row of `class_weights()`, `contacts` how many the company has, `pattern` that of its e-mail addresses.
    """

    frame: pl.DataFrame
    domain: pl.Series
    cell: Ints
    place: Ints
    contacts: Ints
    pattern: Ints


class CompanyMaker:
    """Makes batches of companies; no two of a run bear the same name until the names of an industry are used up."""

    def __init__(self, seed: int, pools: NamePools, places: tuple[Place, ...], reserved: tuple[str, ...]) -> None:
        rng = np.random.default_rng([seed, 1])
        self._places = places
        self._place_weights = np.array([place.weight for place in places])
        heads, towns = _heads(rng, pools, reserved), _towns(rng)
        self._heads = heads + towns
        turned = np.array([name in words.UNINCORPORATED for name in INDUSTRIES])
        self._head_start = np.where(turned, len(heads), 0)
        self._head_count = np.where(turned, len(towns), len(heads))
        self._head_slugs = [slug(head) for head in self._heads]
        self._shift = rng.integers(0, 1 << 30, len(INDUSTRIES))
        self._used = np.zeros(len(INDUSTRIES), dtype=np.int64)
        self._next = FIRST_COMPANY

    def make(self, rng: np.random.Generator, contacts: int) -> Companies:
        """So many companies that they have exactly `contacts` contacts together (at least one)."""
        chance = company_weights()
        drawn = 1 + contacts
        cell = choose(rng, chance, drawn)
        industry, size = cell_industry(cell), cell_size(cell)
        count = 1 + rng.poisson(np.array(CONTACTS_PER_COMPANY)[size] - 1)
        total = np.cumsum(count)
        n = int(np.searchsorted(total, contacts)) + 1
        count = count[:n]
        count[-1] -= total[n - 1] - contacts
        cell, industry, size = cell[:n], industry[:n], size[:n]
        place = choose(rng, self._place_weights, n)
        frame, domain = self._describe(rng, industry, size, place)
        pattern = choose(rng, MAIL_WEIGHTS, n)
        return Companies(frame, domain, cell, place, count.astype(np.int64), pattern)

    def _describe(
        self, rng: np.random.Generator, industry: Ints, size: Ints, place: Ints
    ) -> tuple[pl.DataFrame, pl.Series]:
        n = len(industry)
        employees = _employees(rng, size, np.where(_unincorporated(industry), LARGEST_PUBLIC, LARGEST))
        head = np.array([words.REVENUE_PER_HEAD[name] for name in INDUSTRIES])[industry]
        revenue = employees * head * rng.lognormal(0, REVENUE_SPREAD, n)
        name, domain, branch = self._names(rng, industry, size, place)
        number = np.arange(self._next, self._next + n)
        self._next += n
        frame = pl.DataFrame(
            {
                "Firma-ID": "F" + pl.Series(number).cast(pl.String),
                "Firma": name,
                "Branche": blank(branch, rng.random(n) < BRANCH_MISSING),
                "Mitarbeiter": blank(pl.Series(employees), rng.random(n) < np.array(EMPLOYEES_MISSING)[size]),
                "Umsatz": blank(pl.Series(_rounded(revenue)), rng.random(n) < np.array(REVENUE_MISSING)[size]),
                "Land": texts([at.country for at in self._places], place),
                "Region": blank(texts([at.region for at in self._places], place), rng.random(n) < 0.05),
                "PLZ": postal_codes(rng, self._places, place),
                "Ort": texts([at.city for at in self._places], place),
                "Website": blank("www." + domain, rng.random(n) < 0.28),
            }
        )
        return frame, domain

    def _names(
        self, rng: np.random.Generator, industry: Ints, size: Ints, place: Ints
    ) -> tuple[pl.Series, pl.Series, pl.Series]:
        n = len(industry)
        pool, branches, start, count = name_words()
        heads = self._head_count[industry]
        space = heads * count[industry]
        nth = self._nth(industry)
        tier = nth // space
        # A step coprime to the space walks through all combinations before one comes again.
        step = np.array([_coprime(int(size)) for size in self._head_count * count])[industry]
        at = (nth * step + self._shift[industry]) % space
        head, word = self._head_start[industry] + at % heads, start[industry] + at // heads
        city = (place + tier - 1) % len(self._places)
        cities = [place.city for place in self._places]
        before, behind = texts(self._heads, head), texts(pool, word)
        name = replace(before + " " + behind, _unincorporated(industry), behind + " " + before)
        name = name + _where(tier > 0, " " + texts(cities, city)) + self._forms(rng, industry, size, place)
        domain = texts(self._head_slugs, head) + "-" + texts([slug(text) for text in pool], word)
        domain = domain + _where(tier > 0, "-" + texts([slug(city) for city in cities], city))
        ending = texts(("de", "com", "eu", "net"), choose(rng, (82, 10, 4, 4), n))
        return name, domain + "." + ending, texts(branches, word)

    def _nth(self, industry: Ints) -> Ints:
        # How many companies of the same industry came before each one, over all batches.
        order = np.argsort(industry, kind="stable")
        counts = np.bincount(industry, minlength=len(INDUSTRIES))
        begin = np.concatenate([[0], np.cumsum(counts)[:-1]])
        nth = np.empty(len(industry), dtype=np.int64)
        nth[order] = np.arange(len(industry)) - np.repeat(begin, counts)
        nth += self._used[industry]
        self._used += counts
        return nth

    def _forms(self, rng: np.random.Generator, industry: Ints, size: Ints, place: Ints) -> pl.Series:
        pool: list[str] = []
        start, form = [], np.zeros(len(size), dtype=np.int64)
        for forms in words.LEGAL_FORMS:
            start.append(len(pool))
            pool += [f" {name}" if name else "" for name in forms]
        for number, forms in enumerate(words.LEGAL_FORMS):
            mine = np.flatnonzero(size == number)
            form[mine] = start[number] + choose(rng, list(forms.values()), len(mine))
        country = np.array([at.country for at in self._places])[place]
        for name, foreign in words.FOREIGN_FORMS.items():
            form[country == name] = len(pool)
            pool.append(f" {foreign}")
        form[_unincorporated(industry)] = len(pool)
        pool.append("")
        return texts(pool, form)


@cache
def name_words() -> tuple[tuple[str, ...], tuple[str, ...], Ints, Ints]:
    """All words of company names, the industry wording of each, and per industry where its words start, how many."""
    pool: list[str] = []
    branches: list[str] = []
    start, count = [], []
    for industry in INDUSTRIES:
        start.append(len(pool))
        for line in words.INDUSTRY_WORDS[industry].splitlines():
            branch, _, names = line.strip().partition(":")
            for name in names.split(","):
                pool.append(name.strip())
                branches.append(branch)
        count.append(len(pool) - start[-1])
    return tuple(pool), tuple(branches), np.array(start), np.array(count)


@cache
def class_weights() -> Floats:
    """How likely a contact of a company in each cell is of each class: (cells, classes).

    A cell is (group, industry, size); group 1 holds only competitors, group 0 all others, since a whole company
    competes or does not.
    """
    weights = np.zeros((2, len(INDUSTRIES), len(SIZES), len(CLASSES)))
    for number, spec in enumerate(CLASSES):
        if spec.market == "b2b":
            group = 1 if spec.kind == "competitor" else 0
            sizes = np.array(spec.sizes) / sum(spec.sizes)
            weights[group, :, :, number] = spec.share * industry_weights(spec)[:, None] * sizes[None, :]
    return weights.reshape(-1, len(CLASSES))


@cache
def company_weights() -> Floats:
    """How likely a company is in each cell, such that contacts of each class come out in their shares."""
    weights: Floats = class_weights().sum(axis=1).reshape(-1, len(SIZES)) / np.array(CONTACTS_PER_COMPANY)
    return weights.ravel()


def industry_weights(spec: ContactClass) -> Floats:
    """The industries of a class, the background mixed in (not for classes bound to one industry)."""
    own = np.array([spec.industries.get(name, 0) for name in INDUSTRIES], dtype=np.float64)
    own /= own.sum()
    if len(spec.industries) == 1:
        return own
    mixed: Floats = (1 - BACKGROUND_SHARE) * own + BACKGROUND_SHARE * np.array(BACKGROUND) / sum(BACKGROUND)
    return mixed


def cell_industry(cell: Ints) -> Ints:
    """The industry of each cell."""
    return cell // len(SIZES) % len(INDUSTRIES)


def cell_size(cell: Ints) -> Ints:
    """The size of each cell."""
    return cell % len(SIZES)


def postal_codes(rng: np.random.Generator, places: tuple[Place, ...], place: Ints) -> pl.Series:
    """A postal code of each place: its prefix and as many random digits as the country's codes have."""
    prefix = texts([at.postal for at in places], place)
    missing = np.array([max(0, at.digits - len(at.postal)) for at in places])[place]
    digits = pl.Series(rng.integers(1_000, 9_999, len(place))).cast(pl.String)
    return (
        pl.DataFrame({"p": prefix, "d": digits, "n": missing})
        .select(pl.col("p") + pl.col("d").str.head(pl.col("n")))
        .to_series()
    )


def _employees(rng: np.random.Generator, size: Ints, largest: Ints) -> Ints:
    low, high = np.array(SIZE_EDGES, dtype=np.float64)[size].T
    high = np.minimum(high, largest)
    # Log-uniform, the largest size leaning to its lower end: giants are rare.
    at = rng.random(len(size)) ** np.where(size == len(SIZES) - 1, 1.8, 1.0)
    known = np.floor(np.exp(np.log(low) + at * (np.log(high + 0.99) - np.log(low))))
    # People write round numbers: 120, not 118.
    round_to = np.where(known >= 1_000, 100, np.where(known >= 100, 10, np.where(known >= 40, 5, 1)))
    rounded = np.where(rng.random(len(size)) < 0.6, np.round(known / round_to) * round_to, known)
    count: Ints = np.clip(rounded, low, high).astype(np.int64)
    return count


def _rounded(revenue: Floats) -> Ints:
    # Three figures are as exact as such numbers are ever known.
    unit = 10.0 ** (np.floor(np.log10(revenue)) - 2)
    return (np.round(revenue / unit) * unit).astype(np.int64)


def _unincorporated(industry: Ints) -> Bools:
    return np.isin(industry, [INDUSTRIES.index(name) for name in words.UNINCORPORATED])


def _where(condition: Bools, text: pl.Series) -> pl.Series:
    return pl.select(pl.when(pl.Series(condition)).then(text).otherwise(pl.lit(""))).to_series()


def _coprime(space: int) -> int:
    step = int(space * 0.618) | 1
    while gcd(step, space) > 1:
        step += 2
    return step


def _heads(rng: np.random.Generator, pools: NamePools, reserved: tuple[str, ...]) -> list[str]:
    surnames = sorted({name for name in pools.last[: pools.last_count[0]] if len(name) > 2})
    founders = [str(name) for name in rng.permutation(surnames)[:FOUNDER_NAMES]]
    partners = [str(name) for name in rng.permutation(founders)]
    brands = _compounds(words.BRAND_STARTS, "", words.BRAND_ENDS)
    brands += _compounds(words.BRAND_STARTS, words.BRAND_MIDDLES, words.BRAND_ENDS)
    heads = founders + [str(name) for name in rng.permutation(brands)[:BRANDS]]
    heads += [f"{a} & {b}" for a, b in zip(founders, partners, strict=True) if a != b]
    heads += [f"Gebr. {name}" for name in founders[:90]] + [f"{name} & Söhne" for name in founders[90:180]]
    return [str(head) for head in rng.permutation(heads) if head not in reserved]


def _towns(rng: np.random.Generator) -> list[str]:
    return [str(town) for town in rng.permutation(_compounds(words.TOWN_STARTS, words.TOWN_MIDDLES, words.TOWN_ENDS))]


def _compounds(starts: str, middles: str, ends: str) -> list[str]:
    return [
        start + middle + end for start in starts.split() for middle in middles.split() or [""] for end in ends.split()
    ]
