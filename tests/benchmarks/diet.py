"""The stock pipeline of `rasa init` (DIET, TensorFlow) on one fold of HWU64, to be run with the stock environment.

    STOCK/bin/python -m tests.benchmarks.diet FOLD RESULT.json [EPOCHS]

STOCK is an environment of Python 3.10 with `rasa==3.6.21` and nothing of this project. RESULT.json takes the figures,
the date, the machine and what was understood of every test sentence. 100 epochs (Rasa's default) take over an hour.
"""

import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.nlu_sets import (
    Example,
    Span,
    Understood,
    accuracy,
    calibration_error,
    hwu64,
    span_rates,
    word_rates,
)

DEFAULT_EPOCHS = 100


def pipeline(epochs: int) -> list[dict[str, Any]]:
    """What `rasa init` of Rasa 3.6.21 suggests, without the response selector, for which there is nothing to learn."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "random_seed": 1},
        {"name": "EntitySynonymMapper"},
    ]


def write_project(folder: Path, examples: Sequence[Example], epochs: int) -> None:
    """config.yml, domain.yml and nlu.yml for `rasa train nlu`."""
    intents: dict[str, list[str]] = {}
    for one in examples:
        intents.setdefault(one.intent, []).append(f"- {_annotated(one)}\n")
    nlu = [{"intent": intent, "examples": "".join(lines)} for intent, lines in intents.items()]
    entities = sorted({span.entity for one in examples for span in one.spans})
    files = {
        "config.yml": {"recipe": "default.v1", "language": "en", "pipeline": pipeline(epochs), "policies": []},
        "domain.yml": {"version": "3.1", "intents": sorted(intents), "entities": entities},
        "nlu.yml": {"version": "3.1", "nlu": nlu},
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, width=10_000), encoding="utf-8")


def understand(model: str, texts: Sequence[str]) -> list[Understood]:
    """What the trained pipeline makes of each text."""
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    return [_understood(asyncio.run(agent.parse_message(text))) for text in texts]


def main(argv: Sequence[str]) -> None:
    """Train, understand the test part, write the result and print its figures."""
    from rasa.model_training import train_nlu

    fold, result, epochs = int(argv[0]), Path(argv[1]).resolve(), int(argv[2]) if len(argv) > 2 else DEFAULT_EPOCHS
    learned, test = hwu64(fold, "train"), hwu64(fold, "test")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_project(folder, learned, epochs)
        start = time.perf_counter()
        model = train_nlu(
            str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), domain=str(folder / "domain.yml")
        )
        seconds = time.perf_counter() - start
        found = understand(str(model), [one.text for one in test])
    figures = {
        "data": f"HWU64 fold {fold}",
        "epochs": epochs,
        "intent_accuracy": accuracy(test, found),
        "entity_f1": span_rates(test, found).f1,
        "word_f1": word_rates(test, found).f1,
        "calibration_error": calibration_error(test, found),
        "training_seconds": round(seconds),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    result.write_text(json.dumps({**figures, "understood": [asdict(one) for one in found]}), encoding="utf-8")
    print(json.dumps(figures, indent=1))


def _annotated(one: Example) -> str:
    text, end = "", 0
    for span in sorted(one.spans, key=lambda span: span.start):
        text += f"{one.text[end : span.start]}[{one.text[span.start : span.end]}]({span.entity})"
        end = span.end
    return text + one.text[end:]


def _understood(parsed: dict[str, Any]) -> Understood:
    spans = tuple(Span(entity["start"], entity["end"], entity["entity"]) for entity in parsed["entities"])
    return Understood(parsed["intent"]["name"] or "", float(parsed["intent"]["confidence"]), spans)


if __name__ == "__main__":
    main(sys.argv[1:])
