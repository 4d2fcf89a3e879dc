"""Hypothesis personas as YAML: what a workshop wrote down, with the line of each statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from persona_store.errors import InputError
from persona_store.segmentation.registry import MARKETS
from persona_store.settings import settings
from persona_store.wording import say

LARGEST_FILE = 64_000  # bytes; a persona is a page at most
MOST_STATEMENTS = 30
LONGEST = 200  # characters of a name or a statement
NAME_KEYS = ("name", "persona")
MARKET_KEYS = ("market", "markt")
STATEMENT_KEYS = ("statements", "aussagen")


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a hypothesis as it was written; `attribute` where it stood apart from the value."""

    text: str
    attribute: str | None
    line: int

    @property
    def words(self) -> str:
        """The statement as one reads it aloud."""
        return self.text if self.attribute is None else f"{self.attribute}: {self.text}"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A persona as a workshop believes it to be."""

    name: str
    market: str
    statements: tuple[Statement, ...]


def read_hypothesis(path: Path) -> Hypothesis:
    """Reads a hypothesis file.

    Raises InputError with the line and how to mend it, when the file is not there, too large, no YAML or not of this
    form: `name`, `market` (b2b or b2c) and the list `statements`.
    """
    try:
        raw = path.read_bytes()[: LARGEST_FILE + 1] if path.is_file() else None
    except OSError:
        raw = None
    if raw is None:
        raise InputError(_say("no_file", path=path))
    if len(raw) > LARGEST_FILE:
        raise InputError(_say("too_large", path=path))
    try:
        text = raw.decode("utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(_say("no_yaml", path=path, line=mark.line + 1 if mark else 1)) from None
    return _hypothesis(path, root)


def check_new(path: Path) -> None:
    """Raises InputError when a file cannot be made there: one exists, or the folder does not."""
    if path.exists():
        raise InputError(_say("exists", path=path))
    if not path.parent.is_dir():
        raise InputError(_say("not_writable", path=path))


def write_hypothesis(hypothesis: Hypothesis, path: Path) -> None:
    """Writes a hypothesis file; raises InputError when the file is there already or cannot be written."""
    document = {
        "name": hypothesis.name,
        "market": hypothesis.market,
        "statements": [
            one.text if one.attribute is None else {one.attribute: one.text} for one in hypothesis.statements
        ],
    }
    try:
        with path.open("x", encoding="utf-8") as file:
            yaml.safe_dump(document, file, allow_unicode=True, sort_keys=False)
    except FileExistsError:
        raise InputError(_say("exists", path=path)) from None
    except OSError:
        raise InputError(_say("not_writable", path=path)) from None


def _hypothesis(path: Path, root: yaml.Node | None) -> Hypothesis:
    if not isinstance(root, yaml.MappingNode):
        raise InputError(_say("no_mapping", path=path, line=1 if root is None else root.start_mark.line + 1))
    parts: dict[str, yaml.Node] = {}
    for key, node in root.value:
        known = {*NAME_KEYS, *MARKET_KEYS, *STATEMENT_KEYS}
        if not isinstance(key, yaml.ScalarNode) or key.value.casefold() not in known:
            shown = key.value if isinstance(key, yaml.ScalarNode) else "?"
            raise InputError(_say("unknown_key", path=path, line=_line(key), word=str(shown)[:LONGEST]))
        parts[key.value.casefold()] = node
    name = _scalar(path, _part(parts, NAME_KEYS), "name") or path.stem
    market = (_scalar(path, _part(parts, MARKET_KEYS), "market") or MARKETS[0]).casefold()
    if market not in MARKETS:
        node = _part(parts, MARKET_KEYS)
        raise InputError(_say("market", path=path, line=_line(node) if node else 1, market=market))
    listed = _part(parts, STATEMENT_KEYS)
    statements = _statements(path, listed)
    if not statements:
        raise InputError(_say("no_statements", path=path, line=_line(listed) if listed else 1))
    if len(statements) > MOST_STATEMENTS:
        raise InputError(_say("too_many", path=path, line=statements[MOST_STATEMENTS].line, most=MOST_STATEMENTS))
    return Hypothesis(name, market, tuple(statements))


def _statements(path: Path, node: yaml.Node | None) -> list[Statement]:
    if isinstance(node, yaml.MappingNode):
        return [one for pair in node.value for one in _pair(path, pair)]
    if not isinstance(node, yaml.SequenceNode):
        return []
    found: list[Statement] = []
    for item in node.value:
        if isinstance(item, yaml.MappingNode):
            found += [one for pair in item.value for one in _pair(path, pair)]
        else:
            found.append(Statement(_scalar(path, item, "statement") or "", None, _line(item)))
    return found


def _pair(path: Path, pair: tuple[yaml.Node, yaml.Node]) -> list[Statement]:
    key, value = pair
    name = _scalar(path, key, "statement") or ""
    return [Statement(_scalar(path, value, "statement") or "", name, _line(key))]


def _scalar(path: Path, node: yaml.Node | None, what: str) -> str | None:
    if node is None:
        return None
    if not isinstance(node, yaml.ScalarNode):
        raise InputError(_say("no_text", path=path, line=_line(node), what=_say(f"what.{what}")))
    text = " ".join(str(node.value).split())
    if not text or len(text) > LONGEST or not text.isprintable():
        raise InputError(_say("bad_text", path=path, line=_line(node), what=_say(f"what.{what}"), most=LONGEST))
    return text


def _part(parts: dict[str, yaml.Node], keys: Sequence[str]) -> yaml.Node | None:
    return next((parts[key] for key in keys if key in parts), None)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _say(key: str, **values: str | int | Path) -> str:
    return say(f"hypothesis.error.{key}", settings().language, count=None, **values)
