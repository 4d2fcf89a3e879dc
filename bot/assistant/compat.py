"""Lets Rasa 3.6.21, declared for Python < 3.11 and libraries of 2022, run on current Python and libraries.

`install()` comes before anything of Rasa is imported. Upstream will not change any more, so each mend is tied to
this one version; the mends of single Rasa functions are in `patches`.
"""

import importlib
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import jwt.algorithms
import numpy as np
import packaging.version

from bot.assistant.graph import run_graph
from bot.assistant.logs import configure_structlog
from bot.assistant.standins import standing_in

RASA_VERSION = "3.6.21"

# Modules that import an absent package, or lead to one that does. Imported at once, because the stand-ins are
# there only for the time of `install`.
_RASA_MODULES = (
    "rasa.__main__",
    "rasa.model_training",
    "rasa.model_testing",
    "rasa.core.run",
    "rasa.core.test",
    "rasa.nlu.test",
    "rasa.engine.recipes.default_components",
    "rasa.graph_components.validators.default_recipe_validator",
    "rasa.core.training.interactive",
)

# Set before Rasa reads them; a person who sets them keeps their own value.
_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    # Rasa's cache of training steps is a folder `.rasa` wherever one stands; training takes seconds without it.
    "RASA_MAX_CACHE_SIZE": "0",
    # Where matplotlib is installed, importing it writes a folder below $HOME.
    "MPLCONFIGDIR": str(Path(tempfile.gettempdir()) / "personabot-matplotlib"),
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


class WrongRasaVersionError(RuntimeError):
    """The installed Rasa is not the one that the compatibility layer was made for."""


def check_version(installed: str) -> None:
    """Raise WrongRasaVersionError unless `installed` is the version all mends were made for."""
    if installed != RASA_VERSION:
        raise WrongRasaVersionError(
            f"Persona Bot works with Rasa {RASA_VERSION}, but {installed} is installed. "
            "Install the locked environment again: pip install --require-hashes -r requirements.lock"
        )


@cache
def install() -> None:
    """Import Rasa with everything it misses in place and mend it; further calls do nothing.

    Raises WrongRasaVersionError for another Rasa, RuntimeError when Rasa was imported before.
    """
    check_version(version("rasa"))
    if "rasa" in sys.modules:
        raise RuntimeError("Rasa was imported before bot.assistant.compat.install(): call install() first.")
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    quiet_library_warnings()
    configure_structlog()
    with standing_in(), _old_names():
        for module in _RASA_MODULES:
            importlib.import_module(module)
    from bot.assistant import patches

    patches.apply_all()


def quiet_library_warnings() -> None:
    """Deprecations of libraries that Rasa uses the old way: nobody who runs the assistant can act on them."""
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category, module=r"(rasa|sanic|sanic_jwt|pykwalify|randomname)\b")
    for message in (
        "pkg_resources is deprecated",
        "Slot auto-fill has been removed",  # advice for those who come from Rasa 2
        "Passing the loop argument to listeners is deprecated",
        "Failed to parse arguments in line",  # it quotes what somebody wrote
        "does not include an entity extractor trained on your training data",  # Rasa looks for its own only
    ):
        warnings.filterwarnings("ignore", message=rf"[\s\S]*{message}")
    with suppress(ImportError):
        from sqlalchemy.exc import MovedIn20Warning

        warnings.filterwarnings("ignore", category=MovedIn20Warning)
    logging.getLogger("matplotlib").setLevel(logging.WARNING)


@contextmanager
def _old_names() -> Iterator[None]:
    """Names that were removed from libraries since 2022 and that Rasa reads while it is imported."""
    dask = ModuleType("dask")
    vars(dask)["get"] = run_graph
    sys.modules["dask"] = dask
    vars(np)["VisibleDeprecationWarning"] = np.exceptions.VisibleDeprecationWarning
    vars(packaging.version)["LegacyVersion"] = type("LegacyVersion", (), {})
    # PyJWT has RSA only together with `cryptography`; the channel that wants it is not used.
    without_rsa = not hasattr(jwt.algorithms, "RSAAlgorithm")
    if without_rsa:
        vars(jwt.algorithms)["RSAAlgorithm"] = type("RSAAlgorithm", (), {})
    try:
        yield
    finally:
        del sys.modules["dask"]
        del vars(np)["VisibleDeprecationWarning"]
        del vars(packaging.version)["LegacyVersion"]
        if without_rsa:
            del vars(jwt.algorithms)["RSAAlgorithm"]
