"""Looks texts up by key: `match.text` is the entry `text` of `match` in the files of the language's folder."""

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from persona_store.settings import Language

FOLDER = Path(__file__).parent


@cache
def catalogue(language: Language) -> MappingProxyType[str, str]:
    """All texts of `language` by dotted key; raises ValueError when two files hold the same key."""
    texts: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.yml")):
        for key, text in _flatten(_read(path)):
            if key in texts:
                raise ValueError(f"{path}: the key {key} stands in another file too")
            texts[key] = text
    return MappingProxyType(texts)


def _read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader) or {}
    return content


def say(key: str, language: Language, *, count: int | None = None, **values: object) -> str:
    """The text `key` in `language` with `{placeholders}` filled; raises KeyError for an unknown key.

    With `count` the entry `key.one` is taken for 1 and `key.other` else, and `{count}` is filled.
    Values are inserted as they are and never read as templates.
    """
    texts = catalogue(language)
    if count is not None:
        key = f"{key}.{'one' if count == 1 else 'other'}"
        values = {"count": count} | values
    return texts[key].format_map(values)


def label(kind: str, name: str, language: Language) -> str:
    """What people call the value `name` of `kind` (attribute, function, channel, ...); custom names are themselves."""
    return catalogue(language).get(f"{kind}.{name}", name)


def _flatten(node: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in node.items():
        key = f"{prefix}{name}"
        pairs += _flatten(value, f"{key}.") if isinstance(value, dict) else [(key, str(value).strip())]
    return pairs
