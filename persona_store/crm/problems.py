"""What can be wrong with a file or a mapping, as sentences for people in the language of the installation."""

from pathlib import Path
from typing import Any

from persona_store.errors import InputError
from persona_store.settings import settings
from persona_store.wording import number, say


def problem(key: str, path: Path | str, **values: Any) -> InputError:
    """The error `import.<key>`; of `path` only the file's name is said."""
    return InputError(sentence(key, file=path.name if isinstance(path, Path) else path, **values))


def sentence(key: str, **values: Any) -> str:
    """The text `import.<key>` in the language of the installation; the count `n` is written as people do."""
    language = settings().language
    if isinstance(n := values.get("n"), int):
        values["n"] = number(n, language)
    return say(f"import.{key}", language, **values)
