"""The statistics behind the intent classifier: linear scores, probabilities that hold, and when to abstain."""

import hashlib
import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack, vstack
from scipy.special import log_softmax
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_limits

FOLDS = 3
_DIMENSIONS = 192  # of the vectors while weights are learned: the rest says next to nothing and takes half the time
_MANY = 2_000  # examples: fewer are learned sooner than another process starts
_PROCESSES = 2  # that learn side by side, where there are as many processors
_SEED = 1
_CLOSENESS = 1.0  # how closely examples are followed (C); 0.3 did worse on the development sentences
_TOLERANCE = 0.05  # of the solver: closer changes no figure, and takes longer
_BEFORE = np.array([0.5, 0.0, 1.0])  # parameters of Trust before anything is seen: pulls little, keeps them finite
_PULL = 1e-3  # of _BEFORE, in nats a held-out example
_COPY_WEIGHT = 0.5  # of a copy beside its example: two copies weigh as much as what somebody wrote

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trust:
    """How scores become probabilities: sharper where a message is like what was taught, flat where it is foreign.

    logits = e^(sharpness + familiarity · nearest) · (scores + neighbours · similarity by intent)
    """

    sharpness: float
    familiarity: float
    neighbours: float

    def log_probabilities(self, scores: Floats, likeness: Floats) -> Floats:
        """Rows of log probabilities from linear scores and cosine similarities to the nearest example by intent."""
        nearest = likeness.max(axis=1, keepdims=True) - 1  # 0: known word for word
        factor = np.exp(self.sharpness + self.familiarity * nearest)
        return np.asarray(log_softmax(factor * (scores + self.neighbours * likeness), axis=1))


@dataclass(frozen=True, slots=True)
class Copies:
    """Examples said once more (copies.py): their features, and the row of the example that each is a copy of."""

    sparse: csr_matrix
    vectors: Floats
    of: NDArray[np.intp]

    def among(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """The copies of the examples `rows`."""
        return np.flatnonzero(np.isin(self.of, rows))


@dataclass(frozen=True, slots=True)
class Heldout:
    """Every example as judged by a model that has not seen it (examples × intents).

    `scores` from all features, `sparse_scores` from all but the vectors, `likeness` to the nearest examples.
    """

    scores: Floats
    sparse_scores: Floats
    likeness: Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """Linear scores: features · weights + intercepts (intents in columns); sparse features first, then vectors."""

    weights: Floats
    intercepts: Floats

    def scores(self, sparse: csr_matrix, vectors: Floats) -> Floats:
        """Scores of messages by intent; without vectors (no columns) from the sparse features alone."""
        width = sparse.shape[1]
        scores = sparse @ self.weights[:width] + self.intercepts
        return np.asarray(scores + vectors @ self.weights[width:] if vectors.shape[1] else scores, dtype=np.float32)


def learned(
    sparse: csr_matrix, vectors: Floats, copies: Copies, labels: NDArray[np.intp], rows: NDArray[np.intp]
) -> Weights:
    """The weights that the examples `rows` and their copies teach.

    Those of a one-against-rest linear support vector machine (Fan et al. 2008), rare intents weighed up. It sees the
    vectors along their main directions.
    """
    more = copies.among(rows)
    all_labels = np.concatenate([labels[rows], labels[copies.of[more]]])
    weights = np.concatenate([np.ones(len(rows)), np.full(len(more), _COPY_WEIGHT)])
    machine = LinearSVC(C=_CLOSENESS, class_weight="balanced", tol=_TOLERANCE, random_state=_SEED)
    with threadpool_limits(1):  # several add up in another order each time
        directions = _main_directions(vectors)
        near = np.concatenate([vectors[rows], copies.vectors[more]]) @ directions
        features = hstack([vstack([sparse[rows], copies.sparse[more]]), csr_matrix(near)], format="csr")
        machine.fit(features, all_labels, sample_weight=weights)
        found, width = machine.coef_.T.astype(np.float32), sparse.shape[1]
        all_weights = np.concatenate([found[:width], directions @ found[width:]])
    return Weights(all_weights, machine.intercept_.astype(np.float32))


def _main_directions(vectors: Floats) -> Floats:
    """The directions in which `vectors` differ most from 0, the first first (columns)."""
    return np.asarray(np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :_DIMENSIONS], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Taught:
    """The vectors of all examples, those of one intent together; `starts` is the first row of each intent."""

    vectors: Floats
    starts: NDArray[np.intp]

    def likeness(self, vectors: Floats) -> Floats:
        """Cosine similarity of each vector to the nearest taught one of each intent (vectors × intents)."""
        if not self.vectors.shape[1]:
            return np.zeros((len(vectors), len(self.starts)), dtype=np.float32)
        return np.asarray(np.maximum.reduceat(vectors @ self.vectors.T, self.starts, axis=1))


def taught(vectors: Floats, labels: NDArray[np.intp]) -> Taught:
    """The examples as neighbours; every intent up to the highest label needs one."""
    order = np.argsort(labels, kind="stable")
    return Taught(vectors[order], np.searchsorted(labels[order], np.arange(int(labels.max()) + 1)))


@dataclass(frozen=True, slots=True)
class Lesson:
    """What all examples teach, and how each is judged without itself."""

    weights: Weights
    neighbours: Taught
    seen: Heldout


def lesson(sparse: csr_matrix, vectors: Floats, copies: Copies, labels: NDArray[np.intp]) -> Lesson:
    """Weights and neighbours, and scores of all examples by cross-validation on FOLDS parts.

    Each intent needs FOLDS examples. Copies are learned where their example is, so that none is judged by a copy of
    itself. The last result is kept, as the classifier and the name extractor ask for the same one after the other.
    """
    digest = hashlib.blake2b(digest_size=16)
    for array in (sparse.data, sparse.indices, vectors, labels, copies.sparse.data, copies.vectors, copies.of):
        digest.update(np.ascontiguousarray(array).tobytes())
    key = digest.digest()
    if key not in _kept:
        _kept.clear()
        _kept[key] = _lesson(sparse, vectors, copies, labels)
    return _kept[key]


def _lesson(sparse: csr_matrix, vectors: Floats, copies: Copies, labels: NDArray[np.intp]) -> Lesson:
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED).split(labels, labels))
    everything = np.arange(len(labels))
    learn = delayed(learned)
    processes = min(_PROCESSES, os.cpu_count() or 1) if len(labels) >= _MANY else 1
    whole, *parts = Parallel(processes)(
        learn(sparse, vectors, copies, labels, rows) for rows in (everything, *(rows for rows, _ in folds))
    )
    count = int(labels.max()) + 1
    scores, sparse_scores, near = (np.zeros((len(labels), count), dtype=np.float32) for _ in range(3))
    with threadpool_limits(1):
        for weights, (rows, judge) in zip(parts, folds, strict=True):
            scores[judge] = weights.scores(sparse[judge], vectors[judge])
            sparse_scores[judge] = weights.scores(sparse[judge], vectors[judge][:, :0])
            near[judge] = taught(vectors[rows], labels[rows]).likeness(vectors[judge])
    return Lesson(whole, taught(vectors, labels), Heldout(scores, sparse_scores, near))


def trust(scores: Floats, likeness: Floats, labels: NDArray[np.intp]) -> Trust:
    """The parameters under which the held-out examples are likeliest (temperature scaling, Guo et al. 2017, extended).

    Without likeness (all 0) only the sharpness counts.
    """
    dense = bool(likeness.any())

    def loss(parameters: NDArray[np.float64]) -> float:
        logs = _trust(parameters, dense).log_probabilities(scores, likeness)
        pull = _PULL * float(((parameters - _BEFORE) ** 2).sum())
        return pull - float(logs[np.arange(len(labels)), labels].mean())

    return _trust(minimize(loss, _BEFORE, method="Nelder-Mead", options={"xatol": 0.01, "fatol": 1e-5}).x, dense)


def judged(sparse: csr_matrix, vectors: Floats, copies: Copies, labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each example the label that a model gives which has not seen it."""
    seen = lesson(sparse, vectors, copies, labels).seen
    return np.asarray(
        trust(seen.scores, seen.likeness, labels).log_probabilities(seen.scores, seen.likeness).argmax(axis=1)
    )


def _trust(parameters: NDArray[np.float64], dense: bool) -> Trust:
    sharpness, familiarity, neighbours = (float(value) for value in parameters)
    return Trust(sharpness, familiarity, neighbours) if dense else Trust(sharpness, 0.0, 0.0)


_kept: dict[bytes, Lesson] = {}
