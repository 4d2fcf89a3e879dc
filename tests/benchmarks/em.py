"""Measures the segmentation: speed against StepMix, growth with the contacts, recovery of planted personas."""

import argparse
import csv
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score
from sqlalchemy import Engine, select

from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Contact, Membership, Persona
from persona_store.segmentation.latent_classes import LatentClasses, fit_latent_classes
from persona_store.segmentation.model import contact_levels, load_model
from persona_store.segmentation.observations import MISSING, Codes
from tests.benchmarks.live import live
from tests.benchmarks.segmentation import methods

ATTRIBUTES, LEVELS, CLASSES = 25, 5, 8
SIZES = [LEVELS] * ATTRIBUTES
MISSING_SHARE = 0.1
SPREADS = {"clear classes": 2.0, "overlapping classes": 4.0}  # concentration of the level probabilities
FEW, MANY = 20_000, 1_000_000
ROUNDS = 3  # the machine has other work to do: the best of some rounds tells what the program takes
SAMPLE_CONTACTS = (5_000, 40_000)
MATCHED = 200


def planted(contacts: int, spread: float, seed: int = 0) -> tuple[Codes, NDArray[np.intp]]:
    """Contacts of equally large classes: codes (contacts, attributes) with a tenth missing, and the true class."""
    generator = np.random.default_rng(seed)
    tables = generator.dirichlet(np.full(LEVELS, spread), size=(CLASSES, ATTRIBUTES)).cumsum(axis=2)
    truth = generator.integers(0, CLASSES, size=contacts)
    codes = np.empty((contacts, ATTRIBUTES), dtype=np.int8)
    for attribute in range(ATTRIBUTES):
        draws = generator.random((contacts, 1))
        codes[:, attribute] = (draws > tables[truth, attribute, :-1]).sum(axis=1)
    codes[generator.random(codes.shape) < MISSING_SHARE] = MISSING
    return codes, truth


def best_time(rounds: int, run: Callable[[], LatentClasses]) -> tuple[float, LatentClasses]:
    """Shortest wall-clock time in seconds, and the result."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    return min(times), result


def speed() -> None:
    """The same data, the same number of classes, the same likelihood, in one process."""
    from stepmix.stepmix import StepMix

    for name, spread in SPREADS.items():
        codes, truth = planted(FEW, spread)
        ours, model = best_time(ROUNDS, lambda codes=codes: fit_latent_classes(codes, SIZES, CLASSES, seed=1))
        values = np.where(codes == MISSING, np.nan, codes.astype(float))
        other = StepMix(CLASSES, measurement="categorical_nan", random_state=1, verbose=0, progress_bar=0)
        start = time.perf_counter()
        other.fit(values)
        theirs = time.perf_counter() - start
        found = model.posterior(codes).argmax(axis=1)
        print(f"{name}, {FEW:,} x {ATTRIBUTES}, {CLASSES} classes")
        print(f"  persona store  {ours:8.3f} s  log-likelihood {model.log_likelihood / FEW:.5f} per contact", end="")
        print(f"  ARI {adjusted_rand_score(truth, found):.3f}  (all starts; best of {ROUNDS} rounds)")
        print(f"  StepMix        {theirs:8.3f} s  log-likelihood {other.lower_bound_:.5f} per contact", end="")
        print(f"  ARI {adjusted_rand_score(truth, other.predict(values)):.3f}  (one start)")
        print(f"  faster by      {theirs / ours:8.1f} x")


def scaling() -> None:
    """Time for a million contacts against that for twenty thousand."""
    for name, spread in SPREADS.items():
        times = {}
        for contacts in (FEW, MANY):
            codes, _ = planted(contacts, spread)
            rounds = ROUNDS if contacts == FEW else 1
            times[contacts], model = best_time(rounds, lambda c=codes: fit_latent_classes(c, SIZES, CLASSES, seed=1))
            print(f"{name}, {contacts:9,} x {ATTRIBUTES}: {times[contacts]:7.2f} s, {len(model.history)} steps")
        print(f"  {MANY // FEW} times the contacts take {times[MANY] / times[FEW]:.1f} times as long")


def sample_store(folder: Path, contacts: int) -> tuple[Engine, dict[str, str]]:
    """A store with the imported sample CRM, and the planted class by CRM id."""
    report = write_sample(folder / "export", contacts, 1)
    engine = connect(f"sqlite:///{folder / 'store.db'}")
    migrate(engine)
    import_files(engine, report.files)
    with (folder / "export" / "truth" / "contacts.csv").open(encoding="utf-8-sig", newline="") as file:
        return engine, {row["Kontakt-ID"]: row["class"] for row in csv.DictReader(file)}


def recovery() -> None:
    """Sample CRM, import, build: are the planted personas found again?"""
    for contacts in SAMPLE_CONTACTS:
        with tempfile.TemporaryDirectory() as folder:
            engine, truth = sample_store(Path(folder), contacts)
            start = time.perf_counter()
            report = build(engine)
            print(f"sample CRM of {contacts:,} contacts: build in {time.perf_counter() - start:.1f} s")
            for market in report.markets:
                planted_classes, found = true_and_found(engine, report.build_id, market.market, truth)
                agreement = adjusted_rand_score(planted_classes, found)
                print(
                    f"  {market.market}: {len(market.personas)} personas, {len(set(planted_classes))} planted", end=""
                )
                print(f", ARI {agreement:.3f}, n {len(found):,}")
                for persona in market.personas:
                    print(f"    {persona.number:2} {persona.share:5.1%}  {persona.name_de} | {persona.name_en}")
            engine.dispose()


def true_and_found(engine: Engine, build_id: int, market: str, truth: dict[str, str]) -> tuple[list[str], list[int]]:
    """The planted class and the persona of each contact of the market."""
    with session_scope(engine) as session:
        rows = session.execute(
            select(Contact.external_id, Membership.persona_id)
            .join(Membership, Membership.contact_id == Contact.id)
            .join(Persona, Persona.id == Membership.persona_id)
            .where(Membership.build_id == build_id, Persona.market == market)
        ).all()
    known = [(truth[row.external_id], row.persona_id) for row in rows if row.external_id in truth]
    return [planted for planted, _ in known], [found for _, found in known]


def matching() -> None:
    """How long the posterior of one contact takes, live from the tables, in stores of two sizes."""
    for contacts in SAMPLE_CONTACTS:
        with tempfile.TemporaryDirectory() as folder:
            engine, _ = sample_store(Path(folder), contacts)
            build(engine)
            with session_scope(engine) as session:
                model = load_model(session, "b2b")
                assert model is not None
                ids = session.scalars(select(Membership.contact_id).limit(MATCHED)).all()
                times = []
                for contact in ids:
                    start = time.perf_counter()
                    model.posterior(contact_levels(session, contact, model))
                    times.append(time.perf_counter() - start)
            print(f"one contact among {contacts:,}: median {np.median(times) * 1000:.1f} ms, ", end="")
            print(f"95 % within {np.quantile(times, 0.95) * 1000:.1f} ms")
            engine.dispose()


PARTS = {
    "speed": speed,
    "scaling": scaling,
    "recovery": recovery,
    "methods": methods,
    "matching": matching,
    "live": live,
}


def main() -> None:
    """Runs the parts named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"what to measure: {', '.join(PARTS)}; else all")
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := set(parts) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    for part in parts:
        print(f"== {part}")
        PARTS[part]()


if __name__ == "__main__":
    main()
