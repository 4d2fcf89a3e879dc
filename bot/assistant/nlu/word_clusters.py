"""Words grouped by meaning, coarsely and finely, so that words never seen are treated like those seen."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from threadpoolctl import threadpool_limits

from bot.assistant.nlu.encoder import Encoder, Vectors

_SIZES = (50, 200, 800)  # clusters: word classes, topics, near synonyms
_LEAST_WORDS = 4  # a cluster, else there are fewer clusters
_SEED = 1

Clusters = dict[str, tuple[str, ...]]


class WordClusters:
    """Centres of clusters at several grains (k-means, Lloyd 1982; Sculley 2010), and those of the words taught."""

    def __init__(self, centres: Mapping[str, Vectors], taught: Mapping[str, Sequence[str]] | None = None) -> None:
        self._centres = dict(centres)
        self.taught: Clusters = {word: tuple(names) for word, names in (taught or {}).items()}

    @classmethod
    def learned(cls, words: Iterable[str], encoder: Encoder | None) -> "WordClusters":
        """Clusters of `words`; none without an encoder. The same words give the same clusters."""
        vocabulary = sorted(set(words))
        if encoder is None or not vocabulary:
            return cls({})
        vectors = encoder.encode(vocabulary)
        counts = sorted({min(size, max(1, len(vocabulary) // _LEAST_WORDS)) for size in _SIZES})
        with threadpool_limits(1):  # several add up in another order each time
            clusters = cls({str(count): _centres(vectors, count) for count in counts})
        clusters.taught = clusters._nearest(vocabulary, vectors)
        return clusters

    def of(self, words: Iterable[str], encoder: Encoder | None) -> Clusters:
        """The names of the clusters of each word, coarse ones first; nothing without an encoder or clusters."""
        if encoder is None or not self._centres:
            return {}
        wanted = dict.fromkeys(words)
        new = [word for word in wanted if word not in self.taught]
        found = {word: self.taught[word] for word in wanted if word in self.taught}
        return found | (self._nearest(new, encoder.encode(new)) if new else {})

    def arrays(self) -> dict[str, Vectors]:
        """The centres by grain, to be stored."""
        return dict(self._centres)

    def _nearest(self, words: Sequence[str], vectors: Vectors) -> Clusters:
        columns = []
        for grain, centres in sorted(self._centres.items(), key=lambda item: int(item[0])):
            nearest = (vectors @ centres.T - (centres**2).sum(axis=1) / 2).argmax(axis=1)
            columns.append([f"{grain}.{number}" for number in nearest])
        return dict(zip(words, zip(*columns, strict=True), strict=True))


def _centres(vectors: Vectors, count: int) -> Vectors:
    machine = MiniBatchKMeans(count, random_state=_SEED, n_init=1, batch_size=1024)
    return cast(Vectors, machine.fit(vectors).cluster_centers_.astype(np.float32))
