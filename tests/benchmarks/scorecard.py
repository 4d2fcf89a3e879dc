"""Measures the scorecard beside gradient boosting: the same public data, the same columns, the same folds."""

import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from persona_store.antipersona.learning import folds, learn
from persona_store.antipersona.quality import auc_interval, calibration_error
from persona_store.antipersona.scorecard import LearnedScorecard
from persona_store.crm import import_files
from persona_store.database import connect, migrate, session_scope
from persona_store.segmentation.aggregation import outcomes
from persona_store.segmentation.attributes import attribute_frame, recognise_attributes
from persona_store.segmentation.registry import Attribute

DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = {
    "customer-personality": ("customer-personality/marketing_campaign.csv", "AcceptedCmp"),
    "bank-marketing": ("bank-marketing/bank-full.csv", "\0"),
}
MOST_NAMES = 250  # more levels than this the boosting does not take as names


def prepared(path: Path, without: str) -> tuple[pl.DataFrame, np.ndarray, tuple[Attribute, ...]]:
    """The imported contacts as attributes, their outcomes, and the attributes (columns named `without`... left out)."""
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/store.db")
        migrate(engine)
        import_files(engine, [path])
        with session_scope(engine) as session:
            market = "b2c"
            known, _ = recognise_attributes(session, market)
            known = tuple(one for one in known if not one.key.startswith(without))
            frame = attribute_frame(session, market, known=known, until_outcome=True)
            outcome = frame.select("contact_id").join(outcomes(session, market), on="contact_id", how="left")["outcome"]
        engine.dispose()
    return frame, outcome.cast(pl.Float64).fill_null(np.nan).to_numpy(), known


def boosted(frame: pl.DataFrame, bought: np.ndarray, names: list[Attribute], seed: int) -> np.ndarray:
    """Out-of-fold probabilities of gradient boosting as it comes, on raw numbers and names."""
    columns, categorical = [], []
    for one in names:
        column = frame[one.key]
        if one.numeric:
            columns.append(column.cast(pl.Float64).fill_null(np.nan).to_numpy())
        else:
            columns.append(column.cast(pl.String).rank("dense").cast(pl.Float64).fill_null(np.nan).to_numpy())
        categorical.append(not one.numeric and column.n_unique() < MOST_NAMES)
    matrix = np.column_stack(columns)
    stated = np.empty(bought.size)
    for learn_rows, judge_rows in folds(bought, seed):
        model = HistGradientBoostingClassifier(categorical_features=categorical, random_state=seed)
        stated[judge_rows] = model.fit(matrix[learn_rows], bought[learn_rows]).predict_proba(matrix[judge_rows])[:, 1]
    return stated


def scorecard(seed: int = 1) -> None:
    """AUC, calibration error and time of both, and which columns the leak guard refused."""
    for name, (path, without) in SETS.items():
        frame, outcome, attributes = prepared(DATA / path, without)
        start = time.perf_counter()
        card = learn(frame, outcome, attributes, seed)
        ours = time.perf_counter() - start
        used = list(card.attributes)
        bought = outcome == 1
        start = time.perf_counter()
        theirs = boosted(frame, bought, used, seed)
        seconds = time.perf_counter() - start
        _print(name, card, ours, roc_auc_score(bought, theirs), auc_interval(bought, theirs), seconds)
        errors = (card.quality.calibration_error, calibration_error(bought, theirs))
        print(f"  calibration error  ours {errors[0]:.4f}, theirs {errors[1]:.4f}")


def _print(
    name: str, card: LearnedScorecard, ours: float, auc: float, theirs: tuple[float, float, float], seconds: float
) -> None:
    quality = card.quality
    pairs = sorted({f"{one.attribute} x {one.beside[0]}" for one in card.points if one.beside})
    print(f"{name}, n {quality.n:,}, bought {quality.positives:,}, left out {card.left_out}, pairs {pairs}")
    print(f"  scorecard          AUC {quality.auc:.4f} ({quality.auc_low:.4f} to {quality.auc_high:.4f})  {ours:.1f} s")
    print(f"  gradient boosting  AUC {theirs[0]:.4f} ({theirs[1]:.4f} to {theirs[2]:.4f})  {seconds:.1f} s")
    print(f"  difference         {(quality.auc or 0) - auc:+.4f}")


if __name__ == "__main__":
    scorecard()
