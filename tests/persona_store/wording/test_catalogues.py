"""Every text exists in German and in English, with the same gaps to fill, and every key in use exists."""

import ast
import re
from pathlib import Path
from string import Formatter
from typing import Any, Literal, get_args

import pytest

from actions.state import Kind
from persona_store.antipersona import Advice, Buy, LeakReason, Stage, WhyNotKnown, Worth
from persona_store.guidance import Basis, Subject
from persona_store.matching import AttributeKind, Confidence
from persona_store.settings import Language
from persona_store.wording import catalogue

ROOT = Path(__file__).parents[3]
LANGUAGES: tuple[Language, ...] = get_args(Language)
CODE = sorted((ROOT / "actions").rglob("*.py"))


# Keys whose last part is a value of the store: every value must have its text.
VALUES = {
    "antipersona.buy": Buy,
    "antipersona.worth": Worth,
    "antipersona.advice": Advice,
    "antipersona.why_not": WhyNotKnown,
    "stage": Stage,
    "reason.leak": LeakReason,
    "match": Confidence,
    "reason.match": Confidence,
    "attribute_kind": AttributeKind,
    "approach.basis": Basis,
    "approach.best": Subject,
    "reason.method": Kind,
    "offer": Literal["match", "approach", "antipersona", "persona"],
    "whom": Kind,
    "market": Literal["b2b", "b2c"],
    "channel": Literal["phone", "email", "chat", "social", "in_person", "post"],
    "channel_by": Literal["phone", "email", "chat", "social", "in_person", "post"],
}


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def used_keys(path: Path) -> list[tuple[str, bool]]:
    """The keys that `say` is called with in a file, as patterns, and whether a count picks the form."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "say":
            continue
        counted = any(keyword.arg == "count" for keyword in node.keywords)
        found += [(pattern, counted) for pattern in patterns(node.args[0])]
    return found


def patterns(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(key)):
            return [re.escape(key)]
        case ast.JoinedStr(values=parts):
            return ["".join(re.escape(p.value) if isinstance(p, ast.Constant) else "[^.]+" for p in parts)]
        case ast.IfExp(body=body, orelse=other):
            return [*patterns(body), *patterns(other)]
    return []


def test_both_languages_have_the_same_keys() -> None:
    german, english = (set(catalogue(language)) for language in LANGUAGES)
    assert german == english


@pytest.mark.parametrize("key", sorted(catalogue("de")))
def test_a_text_has_the_same_gaps_in_both_languages(key: str) -> None:
    assert gaps(catalogue("de")[key]) == gaps(catalogue("en")[key])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_a_misread_word(language: Language) -> None:
    """YAML reads an unquoted yes or no as a truth value, and an empty entry as nothing."""
    bad = [key for key, text in catalogue(language).items() if text.strip() in ("", "None", "True", "False")]
    misread = [key for key in catalogue(language) if re.search(r"(^|\.)(True|False|None)(\.|$)", key)]
    assert bad + misread == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_key_that_actions_use_exists(path: Path) -> None:
    keys = list(catalogue("de"))
    missing = []
    for pattern, counted in used_keys(path):
        forms = [rf"{pattern}\.one", rf"{pattern}\.other"] if counted else [pattern]
        missing += [form for form in forms if not any(re.fullmatch(form, key) for key in keys)]
    assert missing == []


@pytest.mark.parametrize(("prefix", "values"), VALUES.items())
def test_every_value_the_store_may_give_has_a_text(prefix: str, values: Any) -> None:
    assert [value for value in get_args(values) if f"{prefix}.{value}" not in catalogue("de")] == []
