"""Words of CRM exports and what they mean, from the YAML files of `layouts/`; all compared in a folded form."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import yaml

LAYOUTS = Path(__file__).parent / "layouts"
CAMEL = re.compile(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])")
MOST_WORDS = 1 << 16  # remembered; names of millions of people and companies would fill the memory
NO_WORD = re.compile(r"[^a-z0-9]+")
DIGRAPHS = (("ae", "a"), ("oe", "o"), ("ue", "u"))  # "Zuständig" = "Zustaendig" = "Zustandig"


@lru_cache(MOST_WORDS)
def fold(text: str) -> str:
    """`text` without case, accents, umlaut spellings and punctuation, camel case split: "E-MailAdresse" and alike."""
    plain = unicodedata.normalize("NFKD", CAMEL.sub(" ", text).replace("ß", "ss").lower())
    words = NO_WORD.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()
    for pair, single in DIGRAPHS:
        words = words.replace(pair, single)
    return words


def fold_all(texts: pl.Series) -> pl.Series:
    """`fold` of texts in lower case, all at once."""
    words = texts.str.replace_all("ß", "ss", literal=True).str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    words = words.str.replace_all(NO_WORD.pattern, " ").str.strip_chars(" ")
    for pair, single in DIGRAPHS:
        words = words.str.replace_all(pair, single, literal=True)
    return words


@cache
def layout_file(name: str) -> MappingProxyType[str, Any]:
    """The content of `layouts/<name>.yml`."""
    return MappingProxyType(yaml.safe_load((LAYOUTS / f"{name}.yml").read_text(encoding="utf-8")))


@cache
def word_set(group: str) -> frozenset[str]:
    """The folded words of a list in words.yml."""
    return frozenset(fold(str(word)) for word in layout_file("words")[group])


@cache
def word_map(group: str) -> MappingProxyType[str, str]:
    """Folded word → normal value, of a group of lists in words.yml."""
    groups: dict[str, list[str]] = layout_file("words")[group]
    return MappingProxyType({fold(str(word)): value for value, words in groups.items() for word in words})


@cache
def missing_markers() -> tuple[str, ...]:
    """Cells that mean "nothing", lower case."""
    return tuple(str(word).lower() for word in layout_file("words")["missing"])
