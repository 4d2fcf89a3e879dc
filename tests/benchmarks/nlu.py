"""How well the product's own pipeline understands: public data sets, and the product's own held-out sentences.

    python -m tests.benchmarks nlu [hwu64] [xsid] [product] [--folds 1 2 3] [--sets dev test] [--details]

The public sets are read from PERSONABOT_REFERENCE_DATA, else from ../shared/data.
DIET beside it: tests/benchmarks/diet.py.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.assistant.launcher import prepare
from bot.assistant.training import train_if_changed
from persona_store.settings import PROJECT_ROOT
from tests.benchmarks.nlu_sets import (
    Example,
    Span,
    Understood,
    accuracy,
    by_intent,
    calibration_error,
    confusions,
    hwu64,
    span_rates,
    word_rates,
    write_project,
    xsid,
)
from tests.nlu.measure import SETS

ABSTAINED, OUT_OF_SCOPE = "nlu_fallback", "out_of_scope"
LEAST_TAUGHT = 3  # sentences of an intent
PARTS = ("hwu64", "xsid", "product")
NAMES = ("contact", "company", "role", "persona")
MOST_SHOWN = 15  # confusions

Parse = Callable[[str], dict[str, Any]]


def public_pipeline() -> list[dict[str, Any]]:
    """The pipeline of config.yml; all entities are open names, and no names of a CRM are made up."""
    configured = yaml.safe_load((PROJECT_ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    own = [dict(one) for one in configured if not one["name"].endswith("LexiconExtractor")]
    for one in own:
        if one["name"].endswith("NameExtractor"):
            one |= {"entities": [], "variants": 0}
    return own


def loaded(model: Path | str) -> Parse:
    """Text → what the trained model finds in it, as Rasa's HTTP API gives it."""
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    return lambda text: asyncio.run(agent.parse_message(text))


def learned(examples: Sequence[Example], folder: Path) -> tuple[Parse, float]:
    """The pipeline trained on `examples`, and the seconds that took."""
    from rasa.model_training import train_nlu

    write_project(folder, examples, public_pipeline())
    files = {name: str(folder / name) for name in ("config.yml", "nlu.yml", "domain.yml")}
    start = time.perf_counter()
    model = train_nlu(files["config.yml"], files["nlu.yml"], str(folder), domain=files["domain.yml"])
    return loaded(str(model)), time.perf_counter() - start


def guesses(parse: Parse, examples: Sequence[Example]) -> tuple[list[Understood], list[str], list[float]]:
    """The likeliest intent of each example, what is acted upon (`nlu_fallback` included), milliseconds."""
    found, acted, times = [], [], []
    for one in examples:
        start = time.perf_counter()
        parsed = parse(one.text)
        times.append((time.perf_counter() - start) * 1000)
        best = next((entry for entry in parsed["intent_ranking"] if entry["name"] != ABSTAINED), parsed["intent"])
        spans = tuple(Span(entity["start"], entity["end"], entity["entity"]) for entity in parsed["entities"])
        found.append(Understood(best["name"], best["confidence"], spans))
        acted.append(parsed["intent"]["name"])
    return found, acted, times


def report(name: str, parse: Parse, examples: Sequence[Example], details: bool) -> tuple[float, float]:
    """Print the figures of one set; gives intent accuracy and entity F1 (whole spans)."""
    found, acted, times = guesses(parse, examples)
    right, spans = accuracy(examples, found), span_rates(examples, found)
    wrong = np.mean([act not in (one.intent, ABSTAINED) for one, act in zip(examples, acted, strict=True)])
    print(
        f"{name}: n {len(examples)}, intent accuracy {right:.4f}, entity F1 {spans.f1:.4f} "
        f"(precision {spans.precision:.3f}, recall {spans.recall:.3f}; by words {word_rates(examples, found).f1:.4f}), "
        f"calibration error {calibration_error(examples, found):.4f}, "
        f"abstained {acted.count(ABSTAINED) / len(acted):.3f}, wrong and confident {wrong:.4f}, "
        f"ms p50 {np.median(times):.1f} p95 {np.quantile(times, 0.95):.1f}",
        flush=True,
    )
    if details:
        _print_details(examples, found)
    return right, spans.f1


def public_hwu64(folds: Sequence[int], details: bool) -> None:
    """HWU64 by folds, and the means."""
    figures = []
    for fold in folds:
        with tempfile.TemporaryDirectory() as folder:
            parse, seconds = learned(hwu64(fold, "train"), Path(folder))
            print(f"HWU64 fold {fold}: trained in {seconds:.0f} s")
            figures.append(report(f"HWU64 fold {fold}", parse, hwu64(fold, "test"), details))
    means = np.mean(figures, axis=0)
    print(f"HWU64 mean of folds {', '.join(map(str, folds))}: intent accuracy {means[0]:.4f}, entity F1 {means[1]:.4f}")


def public_xsid(details: bool) -> None:
    """xSID: learned from the 600 German and English sentences of its validation part, judged on its test part.

    Intents with fewer sentences than can be learned from are not taught; whoever says one is misunderstood.
    """
    said = [*xsid("de", "valid"), *xsid("en", "valid")]
    counts = Counter(one.intent for one in said)
    with tempfile.TemporaryDirectory() as folder:
        parse, seconds = learned([one for one in said if counts[one.intent] >= LEAST_TAUGHT], Path(folder))
        print(f"xSID: trained in {seconds:.0f} s")
        for language in ("de", "en"):
            report(f"xSID {language}", parse, xsid(language, "test"), details)


def product(sets: Sequence[str], details: bool) -> None:
    """The assistant as it is trained, on its own sentences."""
    parse = loaded(train_if_changed())
    for part in sets:
        for language in ("de", "en"):
            examples = own_examples(PROJECT_ROOT / "tests" / "nlu" / part / f"{language}.yml")
            report(f"product {part} {language}", parse, examples, details)
            found, acted, _ = guesses(parse, examples)
            foreign = [act for one, act in zip(examples, acted, strict=True) if one.intent == OUT_OF_SCOPE]
            recall = np.mean([act in (OUT_OF_SCOPE, ABSTAINED) for act in foreign])
            names = ", ".join(f"{name} {span_rates(examples, found, [name]).f1:.3f}" for name in NAMES)
            print(f"  out-of-scope recall {recall:.3f}; F1 of {names}")


def own_examples(path: Path) -> list[Example]:
    """The annotated sentences of a Rasa file."""
    from rasa.shared.nlu.training_data.loading import load_data

    return [
        Example(
            one.get("text"),
            one.get("intent"),
            tuple(Span(each["start"], each["end"], each["entity"]) for each in one.get("entities", [])),
        )
        for one in load_data(str(path)).nlu_examples
    ]


def main(argv: Sequence[str]) -> None:
    """Print the tables asked for; all without any."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks nlu")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all without any")
    parser.add_argument("--folds", nargs="+", type=int, choices=(1, 2, 3), default=[1, 2, 3])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--details", action="store_true", help="by intent, and what is taken for what")
    chosen = parser.parse_args(argv)
    prepare()
    parts = chosen.parts or PARTS
    if "hwu64" in parts:
        public_hwu64(chosen.folds, chosen.details)
    if "xsid" in parts:
        public_xsid(chosen.details)
    if "product" in parts:
        product(chosen.sets, chosen.details)


def _print_details(examples: Sequence[Example], found: Sequence[Understood]) -> None:
    for intent, rates in by_intent(examples, found).items():
        print(f"  {intent:28} n {rates.wanted:4} precision {rates.precision:.3f} recall {rates.recall:.3f}")
    for wanted, given, count in confusions(examples, found)[:MOST_SHOWN]:
        print(f"  {count:3} × {wanted} taken for {given}")


if __name__ == "__main__":
    main(sys.argv[1:])
