"""Words grouped by meaning, coarsely and finely, so that words never seen are treated like those seen."""

from collections.abc import Iterable, Mapping
from typing import cast

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from bot.assistant.nlu.encoder import Encoder, Vectors

_SIZES = (50, 200, 800)  # clusters: word classes, topics, near synonyms
_LEAST_WORDS = 4  # a cluster, else there are fewer clusters
_SEED = 1

Clusters = dict[str, tuple[str, ...]]


class WordClusters:
    """Centres of clusters at several grains (k-means, Lloyd 1982; Sculley 2010)."""

    def __init__(self, centres: Mapping[str, Vectors]) -> None:
        self._centres = dict(centres)

    @classmethod
    def learned(cls, words: Iterable[str], encoder: Encoder | None) -> "WordClusters":
        """Clusters of `words`; none without an encoder. The same words give the same clusters."""
        vocabulary = sorted(set(words))
        if encoder is None or not vocabulary:
            return cls({})
        vectors = encoder.encode(vocabulary)
        counts = sorted({min(size, max(1, len(vocabulary) // _LEAST_WORDS)) for size in _SIZES})
        return cls({str(count): _centres(vectors, count) for count in counts})

    def of(self, words: Iterable[str], encoder: Encoder | None) -> Clusters:
        """The names of the clusters of each word, coarse ones first; nothing without an encoder or clusters."""
        wanted = list(dict.fromkeys(words))
        if encoder is None or not self._centres or not wanted:
            return {}
        vectors = encoder.encode(wanted)
        columns = []
        for grain, centres in sorted(self._centres.items(), key=lambda item: int(item[0])):
            nearest = (vectors @ centres.T - (centres**2).sum(axis=1) / 2).argmax(axis=1)
            columns.append([f"{grain}.{number}" for number in nearest])
        return dict(zip(wanted, zip(*columns, strict=True), strict=True))

    def arrays(self) -> dict[str, Vectors]:
        """The centres by grain, to be stored."""
        return dict(self._centres)


def _centres(vectors: Vectors, count: int) -> Vectors:
    machine = MiniBatchKMeans(count, random_state=_SEED, n_init=3, batch_size=1024)
    return cast(Vectors, machine.fit(vectors).cluster_centers_.astype(np.float32))
