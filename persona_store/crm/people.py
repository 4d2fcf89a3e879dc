"""Names, e-mail addresses, phone numbers, companies and countries in the one form the store keeps."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
import polars as pl
from babel import Locale
from email_validator import EmailNotValidError, validate_email

from persona_store.crm.values import as_text, either, map_distinct
from persona_store.crm.words import MOST_WORDS, fold, fold_all, layout_file, word_map, word_set

DEFAULT_REGION = "DE"
EMAIL_LENGTH = 320
SHORTEST_NUMBER = 10_000  # fewer digits are an extension or an emergency call
PLAIN_EMAIL = r"^[a-z0-9](?:[a-z0-9._%+-]{0,62}[a-z0-9_+-])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$"
GERMAN_NUMBER = r"^(?:\+49|0049|0)([1-9]\d{5,11})$"  # the same result as phonenumbers gives, some 50 times faster
COUNTRY_NAMES = ("de", "en")
NAME_PARTICLES = frozenset(
    [
        "von",
        "van",
        "de",
        "der",
        "den",
        "zu",
        "zur",
        "vom",
        "da",
        "di",
        "del",
        "du",
        "le",
        "la",
        "el",
        "bin",
        "ten",
        "ter",
    ]
)
STRONG_TITLES = frozenset(
    ["dr", "prof", "professor", "phd", "mba", "msc", "bsc", "ddr", "doktor"]
)  # without a full stop too
SINGLE_LETTERS = r"\b[a-z] [a-z]\b"
HAS_TITLE = r"(?i)\b(?:dr|prof|professor|dipl|mag|ing|msc|mba|phd|doktor|ddr)\b"
PLAIN_NAME = re.compile(r"^[^\W\d_]+(?:[ '’-]+[^\W\d_]+)*$")
SHOUTED_LENGTH = 3  # "EDV" may be a name as it is, "MUELLER" is shouted


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a person's name; empty where not said."""

    salutation: str = ""
    title: str = ""
    first: str = ""
    last: str = ""


def split_name(text: str) -> Name:
    """The parts of a full name: "Herr Prof. Dr. Max Müller", "Müller, Max, Dr.", "Anna von der Heide"."""
    pieces = [piece.split() for piece in text.split(",") if piece.strip()]
    salutation, titles = "", []
    for piece in pieces:
        while piece and (word := word_map("salutations").get(fold(piece[0]))) and len(fold(piece[0])) > 1:
            salutation = salutation or word
            piece.pop(0)
        while piece and is_title(piece[0]):
            titles.append(piece.pop(0))
        while len(piece) > 1 and is_title(piece[-1]) and not piece[-1].islower():
            titles.append(piece.pop())
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > 1:
        last, first = pieces[0], [word for piece in pieces[1:] for word in piece]
    else:
        words = pieces[0] if pieces else []
        cut = next((i for i, word in enumerate(words) if i and word.lower() in NAME_PARTICLES), len(words) - 1)
        first, last = (words[:cut], words[cut:]) if words else ([], [])
    return Name(salutation, " ".join(titles), calm(" ".join(first)), calm(" ".join(last)))


def is_title(word: str) -> bool:
    """Whether the word is an academic title ("Dr.", "Dipl.-Ing.", "PhD"); single letters and names are not."""
    parts = [part for part in re.split(r"[.\-]", word.lower()) if part]
    known = word_set("academic_titles")
    every = all(part in known for part in parts) or "".join(parts) in known
    return bool(parts) and every and ("." in word or parts[0] in STRONG_TITLES)


def calm(name: str) -> str:
    """A name that is shouted or whispered in usual spelling: "MÜLLER-KRAFT" → "Müller-Kraft"."""
    if PLAIN_NAME.match(name) and ((name.isupper() and len(name) > SHOUTED_LENGTH) or name.islower()):
        words = [w.lower() if w.lower() in NAME_PARTICLES else _capital(w) for w in name.split()]
        return " ".join(words)
    return name


def _capital(word: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda part: part[0][:1].upper() + part[0][1:].lower(), word)


def name_columns(full: pl.Series) -> pl.DataFrame:
    """Columns salutation, title, first_name, last_name from full names; null where not said."""
    distinct = full.drop_nulls().unique()
    names = [split_name(text) for text in distinct.to_list()]
    parts = pl.DataFrame(
        {
            "value": distinct,
            "salutation": [name.salutation or None for name in names],
            "title": [name.title[:60] or None for name in names],
            "first_name": [name.first or None for name in names],
            "last_name": [name.last or None for name in names],
        },
        schema_overrides=dict.fromkeys(("value", "salutation", "title", "first_name", "last_name"), pl.String),
    )
    return full.to_frame("value").join(parts, on="value", how="left", maintain_order="left").drop("value")


def without_titles(values: pl.Series) -> pl.DataFrame:
    """Columns name and title of a first or last name that carries academic titles ("Dr. Müller")."""
    frame = values.to_frame("name").with_columns(title=pl.lit(None, dtype=pl.String))
    odd = pl.col("name").str.contains(HAS_TITLE) | pl.col("name").str.contains(r"^[^\p{Ll}]{4,}$|^[^\p{Lu}]+$")
    if not frame.select(odd.any()).item():
        return frame
    distinct = frame.filter(odd)["name"].unique()
    split = [_take_titles(text) for text in distinct.to_list()]
    lookup = pl.DataFrame(
        {"name": distinct, "plain": [plain or None for plain, _ in split], "found": [t or None for _, t in split]},
        schema={"name": pl.String, "plain": pl.String, "found": pl.String},
    ).with_columns(known=pl.lit(True))
    joined = frame.join(lookup, on="name", how="left", maintain_order="left")
    return joined.select(pl.when("known").then("plain").otherwise("name").alias("name"), pl.col("found").alias("title"))


def _take_titles(text: str) -> tuple[str, str]:
    words = text.replace(",", " ").split()
    titles = [word for word in words if is_title(word)]
    return calm(" ".join(word for word in words if word not in titles)), " ".join(titles)[:60]


def as_emails(values: pl.Series) -> pl.Series:
    """Addresses in lower case; what is none by its form is null. Nothing is looked up in the network."""
    text = as_text(values, EMAIL_LENGTH)
    text = text.str.strip_chars_start("<").str.strip_chars_end(">,;").str.replace("(?i)^mailto:", "").str.to_lowercase()
    plain = text.str.contains(PLAIN_EMAIL) & ~text.str.contains("..", literal=True)
    if plain.fill_null(True).all():
        return text
    rest = map_distinct(text.set(plain.fill_null(False), None), _email, pl.String)
    return either(plain, text, rest)


def _email(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def as_phones(values: pl.Series, region: str = DEFAULT_REGION) -> pl.Series:
    """Numbers in E.164 ("+4930123456"); what can be no number is null. Numbers without country are of `region`."""
    text = as_text(values, 60)
    bare = text.str.replace("(0)", "", literal=True).str.replace_all(r"[\s()/.\-–]", "")
    german = bare.str.extract(GERMAN_NUMBER)
    if region != DEFAULT_REGION:
        german = german.set(~bare.str.contains(r"^(?:\+|00)").fill_null(False), None)
    quick = "+49" + german
    rest = map_distinct(text.set(german.is_not_null(), None), lambda number: _phone(number, region), pl.String)
    return either(quick.is_not_null(), quick, rest)


def _phone(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(re.sub(r"^00", "+", text.replace("(0)", "")), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or (number.national_number or 0) < SHORTEST_NUMBER:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(MOST_WORDS)
def company_key(name: str) -> str:
    """A company's name without legal form, case and punctuation: "Müller & Söhne GmbH & Co. KG" → "muller sohne"."""
    words = re.sub(r"\b([a-z]) (?=[a-z]\b)", r"\1", fold(name.lower().replace("&", " und "))).split()
    while len(words) > 1 and (words[-1] in word_set("legal_forms") or words[-1] == "und"):
        words.pop()
    return " ".join(word for word in words if word not in ("und", "and")) or " ".join(words) or name.strip().lower()


def company_keys(names: pl.Series) -> pl.Series:
    """`company_key` of each name; the same steps for all names at once, but for the few that need single letters."""
    distinct = names.drop_nulls().unique()
    text = fold_all(distinct.str.to_lowercase().str.replace_all("&", " und ", literal=True))
    plain = ~text.str.contains(SINGLE_LETTERS)
    endings = "|".join(map(re.escape, sorted(word_set("legal_forms") | {"und"})))
    text = text.str.replace(f"(?: (?:{endings}))+$", "")
    text = text.str.replace_all(r"\b(?:und|and)\b", "").str.replace_all(" +", " ").str.strip_chars(" ")
    plain &= text != ""
    keys = either(plain, text, map_distinct(distinct.set(plain, None), company_key, pl.String))
    lookup = pl.DataFrame({"name": distinct, "key": keys})
    return names.to_frame("name").join(lookup, on="name", how="left", maintain_order="left")["key"]


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in COUNTRY_NAMES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names[fold(name)] = code
                names[code.lower()] = code
    extra = {"usa": "US", "u s a": "US", "uk": "GB", "england": "GB", "holland": "NL", "d": "DE", "a": "AT", "ch": "CH"}
    return names | extra | {"deu": "DE", "aut": "AT", "che": "CH", "gbr": "GB", "fra": "FR", "brd": "DE", "korea": "KR"}


def country_code(text: str) -> str | None:
    """The ISO 3166 code of a country by its German or English name or code; None where it is unknown."""
    return _countries().get(fold(text))


def country_names() -> frozenset[str]:
    """The folded names of all countries, to find misspelt ones by."""
    return frozenset(name for name in _countries() if len(name) > 3)


def as_salutations(values: pl.Series) -> pl.Series:
    """ "Herr", "Frau" or "Divers"; other salutations stay as they are."""
    return map_distinct(as_text(values, 60), lambda text: word_map("salutations").get(fold(text), text), pl.String)


def vocabulary() -> frozenset[str]:
    """Frequent business words, folded, to find misspelt ones by."""
    return frozenset(fold(word) for word in layout_file("words")["vocabulary"])
