"""Keys that know a row again in the next export, and the memory of keys seen in this one."""

from collections import Counter
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

DIGEST_BYTES = 12


def content_hash(frame: pl.DataFrame) -> pl.Series:
    """A short stable hash of each row's cells, with null apart from empty text."""
    texts = frame.select(
        pl.concat_str(
            [pl.col(name).cast(pl.String).fill_null("\u0000") for name in frame.columns], separator="\u001f"
        ).alias("text")
    )["text"]
    digests = [blake2b(text.encode("utf-8"), digest_size=DIGEST_BYTES).hexdigest() for text in texts.to_list()]
    return pl.Series("hash", digests, dtype=pl.String)


class Occurrences:
    """Numbers equal contents: the first "h", the second "h.2", so that equal rows of a file stay apart."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def number(self, hashes: pl.Series) -> pl.Series:
        """The hashes, repeated ones with their number."""
        named: list[str | None] = []
        for digest in hashes.to_list():
            if digest is None:
                named.append(None)
                continue
            short = int(digest[:16], 16)
            self._counts[short] += 1
            count = self._counts[short]
            named.append(digest if count == 1 else f"{digest}.{count}")
        return pl.Series(hashes.name, named, dtype=pl.String)


class Seen:
    """Which keys were there before in this import: 8 bytes a key, in sorted runs merged as they grow."""

    def __init__(self) -> None:
        self._runs: list[NDArray[np.uint64]] = []

    def first(self, keys: pl.Series) -> pl.Series:
        """True for each key that was not seen before, within `keys` for its first place only; all are remembered."""
        hashes = keys.hash(seed=7).to_numpy()
        ordered = np.sort(hashes)  # looked up in order, so that what is next to each other in memory is read once
        fresh = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
        for run in self._runs:
            place = np.minimum(np.searchsorted(run, ordered), len(run) - 1)
            fresh &= run[place] != ordered
        if fresh.any():
            self._runs.append(ordered[fresh])
        while len(self._runs) > 1 and len(self._runs[-1]) * 2 > len(self._runs[-2]):
            last, before = self._runs.pop(), self._runs.pop()
            self._runs.append(np.sort(np.concatenate([before, last]), kind="stable"))
        if fresh.all():  # the usual case, and sorting places along with keys takes twenty times as long
            return pl.Series("first", fresh)
        found = np.empty_like(fresh)
        found[np.argsort(hashes, kind="stable")] = fresh
        return pl.Series("first", found)
