"""Who the contacts are: names by region of origin, salutations, academic titles, e-mail addresses and phones."""

import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from faker import Faker

from persona_store.crm.sample.company_words import COMMON_FEMALE, COMMON_MALE, COMMON_SURNAMES
from persona_store.crm.sample.draws import Bools, Ints, blank, choose, replace, texts, within
from persona_store.crm.sample.places import DIALLING_CODES, ENGLISH_SPEAKING, GERMANY, Place

LOCALES: Final = ("de_DE", "en_GB", "tr_TR", "it_IT", "nl_NL", "fr_FR", "es_ES")
LOCALE_WEIGHTS: Final = (91, 1.5, 2.5, 1.5, 1, 1, 1.5)
HOME_LOCALES: Final = {"Großbritannien": "en_GB", "Niederlande": "nl_NL", "Frankreich": "fr_FR", "Italien": "it_IT"}
POOL_DRAWS: Final = 2_500  # enough to meet nearly every name a locale knows
COMMON_REPEATS: Final = 26  # the commonest surname counts this often against one draw of Faker
FEMALE, MALE = 0, 1
ACADEMIC: Final = ("Dr.", "Dipl.-Ing.", "Dr.-Ing.", "Prof. Dr.", "Dipl.-Kfm.", "M.Sc.")
ACADEMIC_WEIGHTS: Final = (52, 20, 9, 4, 6, 9)
FREE_MAIL: Final = ("gmx.de", "web.de", "t-online.de", "gmail.com", "outlook.de", "posteo.de")
FREE_MAIL_WEIGHTS: Final = (28, 24, 12, 24, 8, 4)
# first.last, f.last, last, first_last, flast, first
MAIL_WEIGHTS: Final = (58, 20, 9, 3, 7, 3)
MOBILE_CODES: Final = ("151", "160", "170", "171", "172", "175", "176", "177", "179")


@dataclass(frozen=True, slots=True)
class NamePools:
    """All first and last names in one row each, in cells: first names per locale and sex, last names per locale.

    `first_slugs` and `last_slugs` are the same names as they stand in e-mail addresses.
    """

    first: tuple[str, ...]
    first_slugs: tuple[str, ...]
    first_start: Ints
    first_count: Ints
    last: tuple[str, ...]
    last_slugs: tuple[str, ...]
    last_start: Ints
    last_count: Ints


def name_pools(seed: int) -> NamePools:
    """Names from Faker, each as often as Faker draws it, with the commonest German names on top."""
    first: list[list[str]] = []
    last: list[list[str]] = []
    for locale in LOCALES:
        fake = Faker(locale)
        fake.seed_instance(seed)
        first.append([fake.first_name_female() for _ in range(POOL_DRAWS)])
        first.append([fake.first_name_male() for _ in range(POOL_DRAWS)])
        last.append([fake.last_name() for _ in range(POOL_DRAWS)])
    first[FEMALE] += _repeated(COMMON_FEMALE.split())
    first[MALE] += _repeated(COMMON_MALE.split())
    last[0] += _repeated(COMMON_SURNAMES.split())
    first_names, first_start, first_count = _in_cells(first)
    last_names, last_start, last_count = _in_cells(last)
    return NamePools(
        first_names,
        tuple(slug(name) for name in first_names),
        first_start,
        first_count,
        last_names,
        tuple(slug(name) for name in last_names),
        last_start,
        last_count,
    )


def slug(text: str) -> str:
    """`text` as it stands in an e-mail address or a domain: ASCII, lower case, hyphens between words."""
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "ae"), ("Ö", "oe"), ("Ü", "ue"), ("ß", "ss")):
        text = text.replace(letter, plain)
    text = text.replace("ı", "i").replace("&", " ")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


def draw_names(
    rng: np.random.Generator, pools: NamePools, sex: Ints, country: pl.Series, reserved: tuple[str, ...]
) -> pl.DataFrame:
    """First and last names with their slugs: columns first, last, first_slug, last_slug.

    Some women bear double names. Nobody bears one of the `reserved` full names ("Sabine Meier").
    """
    n = len(sex)
    locale = choose(rng, LOCALE_WEIGHTS, n)
    for name, home in HOME_LOCALES.items():
        local = (country == name).to_numpy() & (rng.random(n) < 0.85)
        locale[local] = LOCALES.index(home)
    first = within(rng, pools.first_start[locale * 2 + sex], pools.first_count[locale * 2 + sex])
    last = within(rng, pools.last_start[locale], pools.last_count[locale])
    second = within(rng, pools.last_start[locale], pools.last_count[locale])
    double = (rng.random(n) < np.where(sex == FEMALE, 0.06, 0.015)) & (locale == 0)
    full = texts(pools.first, first) + " " + texts(pools.last, last)
    taken = full.is_in(reserved).to_numpy()
    last[taken] = pools.last_start[0] + 1 + (last[taken] % 7)
    frame = pl.DataFrame(
        {
            "first": texts(pools.first, first),
            "last": texts(pools.last, last),
            "first_slug": texts(pools.first_slugs, first),
            "last_slug": texts(pools.last_slugs, last),
            "second": texts(pools.last, second),
            "second_slug": texts(pools.last_slugs, second),
            "double": pl.Series(double),
        }
    )
    joined = pl.col("double") & (pl.col("second") != pl.col("last"))
    return frame.select(
        "first",
        pl.when(joined).then(pl.concat_str("last", "second", separator="-")).otherwise("last").alias("last"),
        "first_slug",
        pl.when(joined)
        .then(pl.concat_str("last_slug", "second_slug", separator="-"))
        .otherwise("last_slug")
        .alias("last_slug"),
    )


def salutations(rng: np.random.Generator, sex: Ints) -> pl.Series:
    """Herr or Frau, missing here and there."""
    return blank(texts(("Frau", "Herr"), sex), rng.random(len(sex)) < 0.06)


def academic_titles(rng: np.random.Generator, chance: np.ndarray, sex: Ints) -> pl.Series:
    """Academic titles for some (`chance` per person), missing for the rest."""
    n = len(chance)
    titles = texts(ACADEMIC, choose(rng, ACADEMIC_WEIGHTS, n))
    titles = replace(
        titles, ((titles == "Dipl.-Kfm.") & pl.Series(sex == FEMALE)).to_numpy(), pl.Series(["Dipl.-Kffr."] * n)
    )
    return blank(titles, rng.random(n) >= chance)


def company_mails(names: pl.DataFrame, pattern: Ints, domain: pl.Series) -> pl.Series:
    """Addresses at the company's domain by the company's own pattern; namesakes get a number."""
    first, last, initial = pl.col("first_slug"), pl.col("last_slug"), pl.col("first_slug").str.head(1)
    kind = pl.lit(pl.Series(pattern))
    local = (
        pl.when(kind == 0)
        .then(pl.concat_str(first, last, separator="."))
        .when(kind == 1)
        .then(pl.concat_str(initial, last, separator="."))
        .when(kind == 2)
        .then(last)
        .when(kind == 3)
        .then(pl.concat_str(first, last, separator="_"))
        .when(kind == 4)
        .then(pl.concat_str(initial, last))
        .otherwise(first)
    )
    frame = names.select(local.alias("local"), pl.lit(domain).alias("domain"))
    nth = pl.int_range(pl.len()).over("local", "domain")
    number = pl.when(nth == 0).then(pl.lit("")).otherwise((nth + 1).cast(pl.String))
    return frame.select(pl.concat_str("local", number, pl.lit("@"), "domain")).to_series()


def private_mails(rng: np.random.Generator, names: pl.DataFrame) -> pl.Series:
    """Addresses at a free mail provider, with a number, so that namesakes differ."""
    n = len(names)
    domain = texts(FREE_MAIL, choose(rng, FREE_MAIL_WEIGHTS, n))
    number = pl.Series(rng.integers(1, 9_999, n)).cast(pl.String)
    dotted = pl.Series(rng.random(n) < 0.6)
    separator = pl.when(dotted).then(pl.lit(".")).otherwise(pl.lit(""))
    parts = pl.concat_str("first_slug", separator, "last_slug", pl.lit(number), pl.lit("@"), pl.lit(domain))
    return names.select(parts).to_series()


def phones(rng: np.random.Generator, places: tuple[Place, ...], place: Ints, mobile: Bools) -> pl.Series:
    """Phone numbers in the many spellings people use; missing for a quarter."""
    n = len(place)
    code = texts([DIALLING_CODES[at.country] for at in places], place)
    area = replace(
        texts([at.area for at in places], place), mobile, texts(MOBILE_CODES, rng.integers(0, len(MOBILE_CODES), n))
    )
    number = pl.Series(rng.integers(200_000, 9_999_999, n)).cast(pl.String)
    style = rng.integers(0, 5, n)
    abroad = np.array([at.country != GERMANY for at in places])[place]
    style[abroad] = 0
    frame = pl.DataFrame({"code": code, "area": area, "number": number, "style": style})
    kind = pl.col("style")
    spelled = (
        pl.when(kind == 0)
        .then(pl.format("+{} {} {}", "code", "area", "number"))
        .when(kind == 1)
        .then(pl.format("0{}/{}", "area", "number"))
        .when(kind == 2)
        .then(pl.format("0{} {} {}", "area", pl.col("number").str.head(3), pl.col("number").str.slice(3)))
        .when(kind == 3)
        .then(pl.format("+49 ({}) {}", "area", "number"))
        .otherwise(pl.format("0049{}{}", "area", "number"))
    )
    return blank(frame.select(spelled).to_series(), rng.random(n) < 0.24)


def speaks_english(country: pl.Series) -> Bools:
    """Who is written to in English: people in countries where we have no language of theirs."""
    return country.is_in(ENGLISH_SPEAKING).to_numpy()


def _repeated(names: list[str]) -> list[str]:
    # Zipf-like: the first names of the list are the commonest.
    return [name for rank, name in enumerate(names) for _ in range(max(2, COMMON_REPEATS - rank // 3))]


def _in_cells(lists: list[list[str]]) -> tuple[tuple[str, ...], Ints, Ints]:
    count = np.array([len(cell) for cell in lists], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    return tuple(name for cell in lists for name in cell), start, count
