"""Annotated sentences of public data sets, and how well a pipeline understood them; knows neither Rasa nor the product.

Also runs in the environment of the stock pipeline (Python 3.10), so that both are read and judged by the same code.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

_ANNOTATED = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_WORD = re.compile(r"\w+|[^\w\s]")
_BINS = 10  # of stated confidence, equally full: equally wide ones would hold hardly anything at the lower end


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` (exclusive) are an `entity`."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True)
class Example:
    """A sentence, what is wanted with it, and what it names."""

    text: str
    intent: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Understood:
    """What a pipeline made of a sentence; an abstention has the intent `nlu_fallback`."""

    intent: str
    confidence: float
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Rates:
    """Precision, recall and F1 (harmonic mean) of spans, and how many were wanted."""

    precision: float
    recall: float
    f1: float
    wanted: int


def reference_data() -> Path:
    """The folder of public data sets: PERSONABOT_REFERENCE_DATA, else ../shared/data beside the project."""
    return Path(os.environ.get("PERSONABOT_REFERENCE_DATA", Path(__file__).parents[3] / "shared" / "data"))


def hwu64(fold: int, part: str) -> list[Example]:
    """NLU-Evaluation-Data (Liu et al. 2019), fold 1 to 3, `part` train or test; 64 intents, 54 entities."""
    path = reference_data() / "nlu-hwu64" / f"KFold_{fold}" / f"{part}.md"
    found, intent = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            intent = line[10:] if line.startswith("## intent:") else ""
        elif line.startswith("- ") and intent:
            found.append(_from_markdown(line[2:], intent))
    return found


def xsid(language: str, part: str) -> list[Example]:
    """xSID 0.6 (van der Goot et al. 2021), `part` valid or test; tokens are put together with single blanks."""
    text = (reference_data() / "nlu-xsid" / f"{language}.{part}.conll").read_text(encoding="utf-8")
    return [_from_conll(block) for block in text.split("\n\n") if "\t" in block]


def _from_markdown(line: str, intent: str) -> Example:
    text, spans, end = "", [], 0
    for match in _ANNOTATED.finditer(line):
        text += line[end : match.start()]
        spans.append(Span(len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        end = match.end()
    return Example(text + line[end:], intent, tuple(spans))


def _from_conll(block: str) -> Example:
    text, intent, spans = "", "", []
    for line in block.splitlines():
        if line.startswith("# intent"):
            intent = line.split("=", 1)[1].strip().replace("/", ".")  # to Rasa a slash parts intent and response
        if line.startswith("#") or "\t" not in line:
            continue
        _, word, _, tag = line.split("\t")[:4]
        start = len(text) + bool(text)
        text = f"{text} {word}" if text else word
        if tag.startswith("B-"):
            spans.append(Span(start, len(text), tag[2:]))
        elif tag.startswith("I-") and spans:
            spans[-1] = Span(spans[-1].start, len(text), spans[-1].entity)
    return Example(text, intent, tuple(spans))


def write_project(folder: Path, examples: Sequence[Example], pipeline: Sequence[dict[str, Any]]) -> None:
    """config.yml, domain.yml and nlu.yml for Rasa to learn `examples` with `pipeline`."""
    intents: dict[str, list[str]] = {}
    for one in examples:
        intents.setdefault(one.intent, []).append(f"- {_annotated(one)}\n")
    nlu = [{"intent": intent, "examples": "".join(lines)} for intent, lines in intents.items()]
    entities = sorted({span.entity for one in examples for span in one.spans})
    files = {
        "config.yml": {"recipe": "default.v1", "language": "en", "pipeline": list(pipeline), "policies": []},
        "domain.yml": {"version": "3.1", "intents": sorted(intents), "entities": entities},
        "nlu.yml": {"version": "3.1", "nlu": nlu},
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, width=10_000), encoding="utf-8")


def _annotated(one: Example) -> str:
    text, end = "", 0
    for span in sorted(one.spans, key=lambda span: span.start):
        text += f"{one.text[end : span.start]}[{one.text[span.start : span.end]}]({span.entity})"
        end = span.end
    return text + one.text[end:]


def accuracy(examples: Sequence[Example], found: Sequence[Understood]) -> float:
    """Share of sentences with the right intent; an abstention is not right."""
    return float(np.mean([one.intent == other.intent for one, other in zip(examples, found, strict=True)]))


def span_rates(examples: Sequence[Example], found: Sequence[Understood], only: Sequence[str] = ()) -> Rates:
    """Micro-averaged over all spans (of the entities `only`): both ends and the entity must be the same."""
    wanted = {(n, span) for n, one in enumerate(examples) for span in one.spans if not only or span.entity in only}
    given = {(n, span) for n, one in enumerate(found) for span in one.spans if not only or span.entity in only}
    return _rates(len(wanted & given), len(wanted), len(given))


def word_rates(examples: Sequence[Example], found: Sequence[Understood]) -> Rates:
    """Micro-averaged over all words inside of spans, as `rasa test` counts: kinder than whole spans."""
    wanted = {(n, *word) for n, one in enumerate(examples) for word in _words(one.text, one.spans)}
    given = {
        (n, *word)
        for n, (one, other) in enumerate(zip(examples, found, strict=True))
        for word in _words(one.text, other.spans)
    }
    return _rates(len(wanted & given), len(wanted), len(given))


def calibration_error(examples: Sequence[Example], found: Sequence[Understood]) -> float:
    """Expected calibration error (Naeini et al. 2015): mean distance of stated confidence and accuracy over bins."""
    stated = np.array([one.confidence for one in found])
    right = np.array([one.intent == other.intent for one, other in zip(examples, found, strict=True)], dtype=float)
    order = np.argsort(stated, kind="stable")
    bins = [rows for rows in np.array_split(order, _BINS) if rows.size]
    return float(sum(rows.size * abs(stated[rows].mean() - right[rows].mean()) for rows in bins) / stated.size)


def confusions(examples: Sequence[Example], found: Sequence[Understood]) -> list[tuple[str, str, int]]:
    """Wanted intent, found intent and how often, the most frequent mistakes first."""
    pairs = Counter(
        (one.intent, other.intent) for one, other in zip(examples, found, strict=True) if one.intent != other.intent
    )
    return [(wanted, given, count) for (wanted, given), count in pairs.most_common()]


def by_intent(examples: Sequence[Example], found: Sequence[Understood]) -> dict[str, Rates]:
    """Precision, recall and F1 of each intent."""
    rates = {}
    for intent in sorted({one.intent for one in examples}):
        wanted = [one.intent == intent for one in examples]
        given = [one.intent == intent for one in found]
        both = sum(a and b for a, b in zip(wanted, given, strict=True))
        rates[intent] = _rates(both, sum(wanted), sum(given))
    return rates


def _words(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, str]]:
    for match in _WORD.finditer(text):
        for span in spans:
            if span.start <= match.start() and match.end() <= span.end:
                yield match.start(), span.entity


def _rates(both: int, wanted: int, given: int) -> Rates:
    precision, recall = both / given if given else 0.0, both / wanted if wanted else 0.0
    f1 = 2 * both / (wanted + given) if wanted + given else 0.0
    return Rates(precision, recall, f1, wanted)
