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
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.benchmarks.nlu_sets import (
    Span,
    Understood,
    accuracy,
    calibration_error,
    hwu64,
    span_rates,
    word_rates,
    write_project,
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
        write_project(folder, learned, pipeline(epochs))
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
        "date": datetime.now(timezone.utc).date().isoformat(),  # noqa: UP017 - Python 3.10 has no datetime.UTC
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    result.write_text(json.dumps({**figures, "understood": [asdict(one) for one in found]}), encoding="utf-8")
    print(json.dumps(figures, indent=1))


def _understood(parsed: dict[str, Any]) -> Understood:
    spans = tuple(Span(entity["start"], entity["end"], entity["entity"]) for entity in parsed["entities"])
    return Understood(parsed["intent"]["name"] or "", float(parsed["intent"]["confidence"]), spans)


if __name__ == "__main__":
    main(sys.argv[1:])
