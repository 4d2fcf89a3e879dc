"""Stock Rasa 3.6.21 with TensorFlow in a Python 3.10 environment of its own, and our assistant as its project."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PYTHON_VERSION = "3.10.13"  # the newest line of Python that Rasa declares
PLACE_VARIABLE = (
    "STOCK_RASA"  # where the environment is made, to be used again; default: the folder for temporary files
)
REQUIREMENTS = ("rasa==3.6.21", "setuptools<81")  # later setuptools brings no pkg_resources, which Rasa imports
# `rasa init` writes this pipeline and these policies as comments and fills them in at the first training;
# written out here from rasa/engine/recipes/config_files/default_config.yml of 3.6.21.
CONFIG = """
recipe: default.v1
assistant_id: stock
language: de
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 100
    constrain_similarities: true
  - name: EntitySynonymMapper
  - name: ResponseSelector
    epochs: 100
    constrain_similarities: true
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
  - name: UnexpecTEDIntentPolicy
    max_history: 5
    epochs: 100
  - name: TEDPolicy
    max_history: 5
    epochs: 100
    constrain_similarities: true
"""
ENDPOINTS = """
action_endpoint:
  url: "http://127.0.0.1:{actions_port}/webhook"
tracker_store:
  type: SQL
  dialect: sqlite
  db: {database}
lock_store:
  type: in_memory
"""
CREDENTIALS = "rest:\n"


def stock_python() -> Path:
    """The interpreter of the environment, which is made when it is missing: about 2.7 GB.

    Needs Python 3.10 (found by pyenv or on the path) and takes a minute. Raises SystemExit with a sentence without.
    """
    place = Path(os.environ.get(PLACE_VARIABLE) or Path(tempfile.gettempdir()) / "stockrasa")
    python = place / "bin" / "python"
    if not (place / "bin" / "rasa").exists():
        subprocess.run([_python_310(), "-m", "venv", str(place)], check=True)
        uv = shutil.which("uv") or str(ROOT / ".cache" / "uv" / "bin" / "uv")
        install = [uv, "pip", "install", "--no-config", "--quiet", "--python", str(python)]
        if not Path(uv).exists():
            install = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, *REQUIREMENTS], cwd=place, check=True)  # away from our pyproject.toml
    return python


def _python_310() -> str:
    pyenv = shutil.which("pyenv")
    if pyenv:
        found = subprocess.run([pyenv, "prefix", PYTHON_VERSION], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return str(Path(found.stdout.strip()) / "bin" / "python")
    python = shutil.which("python3.10")
    if python is None:
        raise SystemExit(f"The stock bot needs Python 3.10. Install it with: pyenv install {PYTHON_VERSION}")
    return python


def write_project(folder: Path, actions_port: int) -> None:
    """Writes our domain and training data as a project of stock Rasa, with the pipeline and policies of `rasa init`."""
    folder.mkdir(parents=True, exist_ok=True)
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    # JSON is YAML without aliases: stock Rasa takes the type out of the first slot that shares an entry with others
    (folder / "domain.yml").write_text(json.dumps(domain, ensure_ascii=False, indent=1), encoding="utf-8")
    for kind in ("nlu", "rules", "stories"):
        shutil.copytree(ROOT / "data" / kind, folder / "data" / kind, dirs_exist_ok=True)
    (folder / "config.yml").write_text(CONFIG)
    (folder / "credentials.yml").write_text(CREDENTIALS)
    (folder / "endpoints.yml").write_text(ENDPOINTS.format(actions_port=actions_port, database=folder / "tracker.db"))


def environment() -> dict[str, str]:
    """Environment variables for the stock bot: nothing of ours, no reports to its maker, no GPU messages."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PERSONABOT_", "PYTHON", "VIRTUAL_"))
    }
    return kept | {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
