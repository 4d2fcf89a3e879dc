"""Inert stand-ins for packages that Rasa imports but this assistant never uses, there only while Rasa is imported.

Rasa imports the clients of every channel, broker and cloud, and TensorFlow, at module level. A stand-in lets such
an import, a subclass or a decorator pass; calling one later is a clear error. When Rasa is loaded the stand-ins are
taken out again, so that other libraries do not mistake them for the real packages.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

ABSENT_PACKAGES = frozenset(
    {
        # deep learning
        "keras",
        "tensorflow",
        # channels
        "aiogram",
        "cachecontrol",
        "fbmessenger",
        "google",
        "mattermostwrapper",
        "rocketchat_API",
        "slack_sdk",
        "socketio",
        "twilio",
        "webexteamssdk",
        # brokers, clouds, databases
        "aio_pika",
        "aiormq",
        "boto3",
        "botocore",
        "confluent_kafka",
        "pymongo",
        # error reports, plots
        "matplotlib",
        "sentry_sdk",
        "structlog_sentry",
    }
)

_loading_rasa = False


class AbsentPackageError(RuntimeError):
    """Something of Rasa was used that needs a package this assistant does not bring."""


class _StandInType(type):
    """Type of all stand-ins: any attribute is a stand-in again, so that `a.b.C` can be named and subclassed."""

    def __getattr__(cls, name: str) -> "_StandInType":
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{cls.__name__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if _loading_rasa:  # a decorator or a constant at module level; its result is never used
            return _stand_in(cls.__name__)
        raise AbsentPackageError(
            f"{cls.__name__} belongs to a package that Persona Bot does not install. "
            "Take the component that needs it out of config.yml, credentials.yml or endpoints.yml."
        )

    def __getitem__(cls, item: object) -> "_StandInType":
        return cls

    def __or__(cls, other: Any) -> Any:
        return cls

    __ror__ = __or__


def _stand_in(name: str) -> _StandInType:
    return _StandInType(name, (), {})


class StandInModule(ModuleType):
    """A module of an absent package: every name in it is a stand-in."""

    def __getattr__(self, name: str) -> _StandInType:
        if name.startswith("__"):
            raise AttributeError(name)
        stand_in = _stand_in(f"{self.__name__}.{name}")
        setattr(self, name, stand_in)  # the same class each time
        return stand_in


class _StandInFinder(MetaPathFinder, Loader):
    """Answers for absent packages; last on `sys.meta_path`, so an installed package comes first."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in ABSENT_PACKAGES:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: a stand-in has no code."""


@contextmanager
def standing_in() -> Iterator[None]:
    """Let imports of absent packages succeed inside the block; afterwards nothing of them is importable."""
    global _loading_rasa
    finder = _StandInFinder()
    sys.meta_path.append(finder)
    _loading_rasa = True
    try:
        yield
    finally:
        _loading_rasa = False
        sys.meta_path.remove(finder)
        _remove_stand_ins()


def _remove_stand_ins() -> None:
    names = [name for name, module in sys.modules.items() if isinstance(module, StandInModule)]
    for name in names:
        parent, _, child = name.rpartition(".")
        if parent in sys.modules:  # an installed namespace package such as `google` keeps its real parts only
            vars(sys.modules[parent]).pop(child, None)
        del sys.modules[name]
