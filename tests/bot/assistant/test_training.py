"""Training only what has changed."""

import os
import shutil
from pathlib import Path

import pytest

from bot.assistant.training import fingerprint, train_if_changed
from persona_store.errors import InputError

SMALL = Path(__file__).parent / "small"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder laid out as the project, with the small assistant in it."""
    shutil.copy(ROOT / "config.yml", tmp_path)
    shutil.copy(SMALL / "domain.yml", tmp_path)
    for kind in ("nlu", "rules"):
        folder = tmp_path / "data" / kind
        folder.mkdir(parents=True)
        shutil.copy(SMALL / "data" / f"{kind}.yml", folder)
    return tmp_path


def test_unchanged_is_not_trained_again(project: Path) -> None:
    first = train_if_changed(project, project / "models")
    content = first.read_bytes()
    assert train_if_changed(project, project / "models") == first
    assert first.read_bytes() == content
    assert [path.name for path in (project / "models").iterdir()] == [first.name]


def test_changed_is_trained_and_changed_back_is_found_again(project: Path) -> None:
    from rasa.model import get_latest_model

    models = project / "models"
    first = train_if_changed(project, models)
    rules = project / "data" / "rules" / "rules.yml"
    before = rules.read_text()
    rules.write_text(before.replace("utter_unknown", "utter_hello"))
    second = train_if_changed(project, models)
    assert second != first
    rules.write_text(before)
    content = first.read_bytes()
    assert train_if_changed(project, models) == first
    assert first.read_bytes() == content
    assert Path(get_latest_model(models)) == first


def test_force_trains_again(project: Path) -> None:
    first = train_if_changed(project, project / "models").read_bytes()
    assert train_if_changed(project, project / "models", force=True).read_bytes() != first


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "data/nlu/nlu.yml", "data/rules/rules.yml"])
def test_every_input_counts(project: Path, name: str) -> None:
    before = fingerprint(project)
    path = project / name
    path.write_text(path.read_text() + "\n")
    assert fingerprint(project) != before


def test_times_and_byproducts_do_not_count(project: Path) -> None:
    before = fingerprint(project)
    os.utime(project / "domain.yml", (1, 1))
    (project / "data" / "nlu" / "nlu.pyc").write_bytes(b"x")
    assert fingerprint(project) == before


DIET = "recipe: default.v1\nlanguage: de\npipeline:\n- name: WhitespaceTokenizer\n"
DIET += "- name: CountVectorsFeaturizer\n- name: DIETClassifier\n"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("domain.yml", "intents: [a\n", "YAML"),
        ("data/nlu/nlu.yml", "nlu:\n- intent: [\n", "YAML"),
        ("config.yml", DIET, "not install.*config.yml"),
    ],
)
def test_broken_input_is_said_and_leaves_the_models(project: Path, name: str, content: str, sentence: str) -> None:
    models = project / "models"
    kept = train_if_changed(project, models)
    (project / name).write_text(content)
    with pytest.raises(InputError, match=f"(?s)cannot be trained: .*{sentence}"):
        train_if_changed(project, models)
    assert [path.name for path in models.iterdir()] == [kept.name]
