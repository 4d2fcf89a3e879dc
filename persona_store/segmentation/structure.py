"""The search for structure: number of classes, dependent attributes and stability, settled with one another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from persona_store.segmentation.dependence import LEAST_RESIDUAL, Pair, dependent_pairs, discounts, shared, thin_pairs
from persona_store.segmentation.latent_classes import LatentClasses, fit_latent_classes
from persona_store.segmentation.observations import Codes, Discount, Observations, observe
from persona_store.segmentation.selection import CHOOSING_TOLERANCE, Choice, choosing_sample, search, with_discounts
from persona_store.segmentation.stability import DISSOLVED, STABLE, Stability, bootstrap, merged

ROUNDS = 4  # of finding dependent pairs and choosing the number of classes anew
SETTLING = 3  # exponents move the classes and the classes the exponents; afterwards both rest
SEARCHED = 0.6  # roughly the time that passes before the bootstrap
MOST_MERGES = 3  # each costs a bootstrap; what is weak beyond is reported as weak


@dataclass(frozen=True, slots=True)
class Structure:
    """The classes that a sample of the contacts bears, and how surely.

    `dependent` are the pairs of attributes that share more than the classes explain; `model.discounts` tells what of
    them counts.
    """

    model: LatentClasses
    dependent: tuple[Pair, ...]
    stability: Stability


def find_structure(
    codes: Codes, sizes: Sequence[int], *, seed: int, progress: Callable[[float], None] | None = None
) -> tuple[Choice, Structure | None]:
    """Classes of at most 10,000 of `codes` that are as few as the data demand, come back in resamples and do not rest
    on a dependent pair of attributes.
    """
    tell = progress or (lambda share: None)
    data = observe(choosing_sample(codes, seed), sizes)
    choice, found, pairs = _settled(data, seed, lambda share: tell(SEARCHED * share))
    tell(SEARCHED)
    if found is None:
        return choice, None
    choice, model, stability = _merged_until_stable(with_discounts(data, found.discounts), choice, found, seed)
    return choice, None if model is None else Structure(model, pairs, stability)


def _settled(
    data: Observations, seed: int, progress: Callable[[float], None]
) -> tuple[Choice, LatentClasses | None, tuple[Pair, ...]]:
    """The number of classes with dependent attributes discounted."""
    codes = data.rows[data.inverse]
    given: dict[tuple[int, int], Pair] = {}
    pairs: tuple[Pair, ...] = ()
    models: Sequence[LatentClasses] = ()
    for turn in range(ROUNDS):
        # The first search tells how far it is; whether another one will be needed nobody knows.
        choice, models = search(data, seed=seed, progress=progress if turn == 0 else None, known=models)
        model = models[choice.classes - 1]
        if choice.classes == 1:
            return (replace(choice, reason="pairs_only") if given else choice), None, tuple(given.values())
        model, pairs = _exponents(codes, data, model, given)
        thin = {(min(pair), max(pair)) for *_, pair in thin_pairs(codes, model)} - given.keys()
        if not thin and (turn > 0 or not model.discounts):
            break
        given |= {(one, other): pair for one, other in thin if (pair := _shared_pair(codes, data, one, other))}
        data = with_discounts(data, _with(model, codes, pairs, given))
        # Classes made by a dependent pair would stay where they are; exponents alone move classes little.
        models = () if thin else models
    return *_without_thin(codes, with_discounts(data, model.discounts), choice, model), _all(given, pairs)


def _shared_pair(codes: Codes, data: Observations, one: int, other: int) -> Pair | None:
    """The pair, if the two share anything at all: noise too can tell two classes apart, which then become one."""
    pair = Pair(one, other, shared(codes, data.sizes, one, other))
    return pair if pair.residual >= LEAST_RESIDUAL else None


def _with(
    model: LatentClasses, codes: Codes, pairs: Sequence[Pair], given: Mapping[tuple[int, int], Pair]
) -> tuple[Discount, ...]:
    """Discounts of the pairs found and of those given, which come first."""
    return discounts(codes, model, _all(given, pairs))


def _all(given: Mapping[tuple[int, int], Pair], pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    return (*given.values(), *(pair for pair in pairs if (pair.one, pair.other) not in given))


def _exponents(
    codes: Codes, data: Observations, model: LatentClasses, given: Mapping[tuple[int, int], Pair]
) -> tuple[LatentClasses, tuple[Pair, ...]]:
    """The model with the exponents that its own classes lead to."""
    for _ in range(SETTLING):
        pairs = dependent_pairs(codes, model)
        found = _with(model, codes, pairs, given)
        if found == model.discounts:
            break
        model = fit_latent_classes(
            with_discounts(data, found),
            data.sizes,
            len(model.weights),
            seed=0,
            tolerance=CHOOSING_TOLERANCE,
            start=model.start(),
        )
    return model, pairs


def _without_thin(
    codes: Codes, data: Observations, choice: Choice, model: LatentClasses
) -> tuple[Choice, LatentClasses | None]:
    """Classes that still only two attributes tell apart become one."""
    while thin := thin_pairs(codes, model):
        if len(model.weights) == 2:
            return replace(choice, classes=1, reason="pairs_only", merged=choice.merged + 1), None
        model = _joined(data, model, thin[0][0], thin[0][1])
        choice = replace(choice, classes=choice.classes - 1, merged=choice.merged + 1)
    return choice, model


def _merged_until_stable(
    data: Observations, choice: Choice, model: LatentClasses, seed: int
) -> tuple[Choice, LatentClasses | None, Stability]:
    """Joins a class that resamples do not bring back to the one it is confused with, where that makes a stable one."""
    stability = bootstrap(data, model, seed=seed)
    for _ in range(MOST_MERGES):
        weakest = int(stability.jaccard.argmin())
        if stability.jaccard[weakest] >= STABLE or len(model.weights) == 2:
            break
        joined = _joined(data, model, weakest, stability.confused[weakest])
        again = bootstrap(data, joined, seed=seed)
        if (again.jaccard < STABLE).sum() >= (stability.jaccard < STABLE).sum():
            break  # nothing won: the class is reported as weak
        model, stability = joined, again
        choice = replace(choice, classes=choice.classes - 1, merged=choice.merged + 1)
    if np.all(stability.jaccard < DISSOLVED):
        return replace(choice, classes=1, reason="unstable"), None, stability
    return choice, model, stability


def _joined(data: Observations, model: LatentClasses, one: int, other: int) -> LatentClasses:
    return fit_latent_classes(
        data,
        data.sizes,
        len(model.weights) - 1,
        seed=0,
        tolerance=CHOOSING_TOLERANCE,
        start=merged(model, one, other),
    )
