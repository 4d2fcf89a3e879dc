"""That the planted structure is there, noisy, and can be learned again."""

import numpy as np
import polars as pl
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

from persona_store.crm.sample import CLASSES


def features(sample) -> pl.DataFrame:
    """One row a contact: counts of each kind, answers per channel, company size, role, source, truth."""
    events = sample.interactions
    kinds = events["Art"].unique().sort()
    counts = events.group_by("Kontakt-ID").agg(*[(pl.col("Art") == kind).sum().alias(f"n {kind}") for kind in kinds])
    asked = events.drop_nulls("Beantwortet")
    channels = ["Telefon", "E-Mail", "Chat", "LinkedIn", "Persönlich"]
    answered = asked.group_by("Kontakt-ID").agg(
        *[
            (pl.col("Beantwortet") == "ja").filter(pl.col("Kanal") == name).mean().alias(f"r {name}")
            for name in channels
        ]
    )
    frame = sample.contacts.join(sample.truth, on="Kontakt-ID").join(counts, on="Kontakt-ID", how="left")
    return frame.join(answered, on="Kontakt-ID", how="left").with_columns(pl.col("^n .*$").fill_null(0))


def matrix(frame: pl.DataFrame) -> np.ndarray:
    numbers = frame.select("^[nr] .*$").cast(pl.Float64).fill_nan(None)
    known = numbers.select(pl.all().is_not_null().cast(pl.Float64))
    filled = numbers.select(pl.all().fill_null(pl.all().mean()))
    roles = frame.select("function", "level", "Quelle").to_dummies()
    return np.nan_to_num(
        StandardScaler().fit_transform(np.hstack([filled.to_numpy(), known.to_numpy(), roles.to_numpy()]))
    )


def test_outcomes_follow_from_fit_and_behaviour_with_noise(sample) -> None:
    frame = features(sample).filter(pl.col("Kunde").is_not_null() & pl.col("function").is_not_null())
    outcome = (frame["Kunde"] == "ja").to_numpy()
    guess = cross_val_predict(
        LogisticRegression(C=0.05, max_iter=2_000), matrix(frame), outcome, cv=5, method="predict_proba"
    )[:, 1]
    assert 0.76 <= roc_auc_score(outcome, guess) <= 0.88
    assert roc_auc_score(outcome, frame["probability"].to_numpy()) < 0.92, "even the truth leaves chance"
    assert 0.25 <= outcome.mean() <= 0.45


def test_no_single_behaviour_gives_the_outcome_away(sample) -> None:
    frame = features(sample).filter(pl.col("Kunde").is_not_null())
    outcome = (frame["Kunde"] == "ja").to_numpy()
    for name in frame.select("^n .*$").columns:
        auc = roc_auc_score(outcome, frame[name].to_numpy())
        assert 0.3 < auc < 0.7, name


def test_classes_stand_apart_but_not_perfectly(sample) -> None:
    frame = features(sample).filter(pl.col("between").is_null() & pl.col("function").is_not_null())
    truth = frame["class"].to_numpy()
    found = cross_val_predict(LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1), matrix(frame), truth, cv=3)
    assert 0.8 <= (found == truth).mean() <= 0.99


def test_classes_come_in_their_shares(sample) -> None:
    shares = dict(sample.truth["class"].value_counts(normalize=True).iter_rows())
    for spec in CLASSES:
        assert abs(shares[spec.key] - spec.share) < 0.03
    assert 0.03 <= sample.truth["between"].is_not_null().mean() <= 0.09


def test_sales_answers_the_phone_and_it_writes(sample) -> None:
    asked = sample.interactions.drop_nulls("Beantwortet").join(sample.truth, on="Kontakt-ID")
    rate = asked.group_by("function", "Kanal").agg((pl.col("Beantwortet") == "ja").mean().alias("rate"))
    rates = {(function, channel): value for function, channel, value in rate.iter_rows()}
    assert rates["sales", "Telefon"] > rates["sales", "E-Mail"] + 0.2
    assert rates["it", "Chat"] > rates["it", "Telefon"] + 0.3
    assert rates["it", "E-Mail"] > rates["it", "Telefon"] + 0.2
    assert rates["marketing", "LinkedIn"] > rates["marketing", "Telefon"] + 0.2


def test_anti_personas_differ_in_value(sample) -> None:
    frame = features(sample).filter(pl.col("Kunde").is_not_null())
    rates = dict(frame.group_by("class").agg((pl.col("Kunde") == "ja").mean()).iter_rows())
    assert rates["student"] < 0.05
    assert rates["competitor"] < 0.05
    minutes = sample.interactions.group_by("Kontakt-ID").agg(pl.col("Dauer (Min.)").sum().alias("care"))
    won = sample.deals.filter(pl.col("Gewonnen") == "ja").group_by("Kontakt-ID").agg(pl.col("Betrag").sum())
    value = sample.truth.join(minutes, on="Kontakt-ID", how="left").join(won, on="Kontakt-ID", how="left")
    mean = {
        name: (care, money) for name, care, money in value.group_by("class").agg(pl.mean("care", "Betrag")).iter_rows()
    }
    assert mean["complainer"][0] > 2 * mean["gf_kmu"][0], "much care"
    assert mean["complainer"][1] < 0.2 * mean["gf_kmu"][1], "little money"
