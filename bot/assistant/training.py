"""Trains the assistant when something it learns from has changed, and only then."""

import fcntl
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.assistant.launcher import MODELS, prepare
from persona_store.errors import InputError
from persona_store.settings import PROJECT_ROOT

# What the trained model depends on, below the project's root: what is taught, how, and by which code.
_INPUTS = ("config.yml", "domain.yml", "data", "bot/assistant/nlu", "persona_store/lexicon", "requirements.lock")
_SUFFIXES = frozenset({".yml", ".yaml", ".py", ".lock"})
_NAME_LENGTH = 16  # hexadecimal digits: more than enough never to meet the same name twice
# The second for processes that training starts: their warnings come before compat.quiet_library_warnings is heard.
_QUIET = {"LOG_LEVEL": "WARNING", "PYTHONWARNINGS": "ignore"}

logger = logging.getLogger(__name__)


def train_if_changed(root: Path = PROJECT_ROOT, models: Path = MODELS, *, force: bool = False) -> Path:
    """The model for what is in `root` now, trained unless `models` holds it already (or `force`).

    Raises InputError when the training data cannot be read or hold too little; `models` then stays as it was.
    """
    model = models / f"personabot-{fingerprint(root)[:_NAME_LENGTH]}.tar.gz"
    with _alone(models):
        if force or not model.exists():
            _train(root, model)
    model.touch()  # Rasa serves the newest
    return model


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    """Of several who want the same model one trains, and the others wait for it."""
    models.mkdir(parents=True, exist_ok=True)
    folder = os.open(models, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def fingerprint(root: Path) -> str:
    """Hash of all files that training depends on, by their paths and contents."""
    digest = hashlib.sha256()
    for path in _input_files(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _input_files(root: Path) -> Iterator[Path]:
    for name in _INPUTS:
        path = root / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in files if file.suffix in _SUFFIXES and file.is_file())


def _train(root: Path, model: Path) -> None:
    prepare()
    from rasa.engine.exceptions import GraphComponentException, GraphSchemaValidationException
    from rasa.model_training import train
    from rasa.shared.exceptions import RasaException

    with tempfile.TemporaryDirectory(dir=model.parent, prefix=".training-") as folder, _silence():
        try:
            result = train(
                domain=str(root / "domain.yml"),
                config=str(root / "config.yml"),
                training_files=[str(root / "data" / kind) for kind in ("nlu", "rules", "stories")],
                output=folder,
                fixed_model_name=model.name.removesuffix(".tar.gz"),
                force_training=True,
            )
        except (RasaException, GraphComponentException, GraphSchemaValidationException) as error:
            raise InputError(f"The assistant cannot be trained: {error.__cause__ or error}") from error
        if result.model is None:
            raise InputError(f"The assistant cannot be trained: there are no examples and rules in {root / 'data'}.")
        Path(result.model).replace(model)


@contextmanager
def _silence() -> Iterator[None]:
    """Without Rasa's progress bars and congratulations; whoever trains has a progress display of their own."""
    from rasa.shared.utils import cli

    before, print_success = {name: os.environ.get(name) for name in _QUIET}, cli.print_success
    os.environ.update(_QUIET)
    cli.print_success = logger.info
    try:
        yield
    finally:
        cli.print_success = print_success
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
