"""What files a sample has, and that they are the same again."""

from pathlib import Path

import polars as pl
import pytest
import yaml

from persona_store.crm.sample import CLASSES, words, write, write_sample
from persona_store.errors import InputError

FILES = {"contacts", "companies", "interactions", "deals"}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, form: write.Form) -> None:
    write_sample(tmp_path / "a", 600, seed=3, form=form)
    write_sample(tmp_path / "b", 600, seed=3, form=form)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert set(contents(tmp_path / "a")) == {f"{name}.{form}" for name in FILES} | {
        str(Path("truth") / "contacts.csv"),
        str(Path("truth") / "classes.yml"),
    }


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    write_sample(tmp_path / "a", 200, seed=3)
    write_sample(tmp_path / "b", 200, seed=4)
    assert contents(tmp_path / "a")["contacts.csv"] != contents(tmp_path / "b")["contacts.csv"]


def test_csv_is_written_as_a_german_crm_does(sample) -> None:
    raw = (sample.folder / "deals.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    header, first = raw.decode("utf-8-sig").splitlines()[:2]
    assert header == ";".join(words.DEAL_HEADERS)
    assert "." not in first.split(";")[5]
    assert sample.deals["Eröffnet am"].str.to_date("%d.%m.%Y").is_not_null().all()
    assert sample.interactions["Zeitpunkt"].str.to_datetime("%d.%m.%Y %H:%M").is_not_null().all()
    assert tuple(sample.contacts.columns) == words.CONTACT_HEADERS
    assert tuple(sample.companies.columns) == words.COMPANY_HEADERS
    assert tuple(sample.interactions.columns) == words.INTERACTION_HEADERS


def test_parquet_holds_the_same_rows_as_csv(tmp_path: Path) -> None:
    write_sample(tmp_path / "csv", 300, seed=5, form="csv")
    write_sample(tmp_path / "parquet", 300, seed=5, form="parquet")
    for name in FILES:
        typed = pl.read_parquet(tmp_path / "parquet" / f"{name}.parquet")
        text = pl.read_csv(tmp_path / "csv" / f"{name}.csv", separator=";", infer_schema=False)
        assert typed.columns == text.columns
        assert typed.to_series().cast(pl.String).to_list() == text.to_series().to_list()


def test_batches_continue_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "BATCH", 200)
    seen: list[float] = []
    report = write_sample(tmp_path, 500, seed=5, form="parquet", progress=lambda _, done: seen.append(done))
    contacts = pl.read_parquet(tmp_path / "contacts.parquet")
    companies = pl.read_parquet(tmp_path / "companies.parquet")
    interactions = pl.read_parquet(tmp_path / "interactions.parquet")
    assert seen == [0.4, 0.8, 1.0]
    assert contacts["Kontakt-ID"].n_unique() == len(contacts) == report.contacts == 500
    assert companies["Firma-ID"].n_unique() == companies["Firma"].n_unique() == report.companies
    assert interactions["Aktivität-ID"].n_unique() == report.interactions
    assert interactions["Kontakt-ID"].is_in(contacts["Kontakt-ID"].to_list()).all()


def test_a_new_sample_replaces_the_old_one(tmp_path: Path) -> None:
    write_sample(tmp_path, 100, seed=1, form="csv")
    write_sample(tmp_path, 100, seed=1, form="parquet")
    assert not list(tmp_path.glob("*.csv"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [*sorted(f"{name}.parquet" for name in FILES), "truth"]


def test_files_of_others_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("precious")
    with pytest.raises(InputError, match="leeren oder neuen Ordner"):
        write_sample(tmp_path, 100, seed=1)
    with pytest.raises(InputError, match="empty or new folder"):
        write_sample(tmp_path, 100, seed=1, language="en")
    assert contents(tmp_path) == {"contacts.csv": b"precious"}


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("precious")
    with pytest.raises(InputError):
        write_sample(tmp_path / "out", 100, seed=1)


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    with pytest.raises(InputError, match="kann ich nicht schreiben"):
        write_sample(tmp_path / "file" / "out", 100, seed=1)


@pytest.mark.parametrize(("contacts", "seed"), [(49, 1), (20_000_001, 1), (100, -1), (100, 2**63)])
def test_sizes_and_seeds_out_of_range_are_refused(tmp_path: Path, contacts: int, seed: int) -> None:
    with pytest.raises(InputError, match=str(contacts if seed == 1 else seed)):
        write_sample(tmp_path / "out", contacts, seed=seed)
    assert not (tmp_path / "out").exists()


def test_a_failure_midway_leaves_the_old_sample(tmp_path: Path) -> None:
    write_sample(tmp_path, 100, seed=1)
    before = contents(tmp_path)

    def fail(_: str, __: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path, 100, seed=2, progress=fail)
    assert contents(tmp_path) == before


def test_the_classes_are_written_apart(sample) -> None:
    written = yaml.safe_load((sample.folder / "truth" / "classes.yml").read_text(encoding="utf-8"))
    assert [each["key"] for each in written] == [spec.key for spec in CLASSES]
    assert written[0]["name_de"] == CLASSES[0].name_de
