"""The number of classes: the planted one, and none where there is no structure."""

import numpy as np
import pytest

from persona_store.segmentation.redundancy import repeated
from persona_store.segmentation.selection import choose_classes

CONTACTS, ATTRIBUTES, LEVELS = 1200, 12, 4


def planted(classes: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    tables = generator.dirichlet(np.full(LEVELS, 0.6), size=(classes, ATTRIBUTES))
    truth = generator.integers(0, classes, size=CONTACTS)
    draws = generator.random((CONTACTS, ATTRIBUTES, 1))
    return (draws > tables[truth].cumsum(axis=2)).sum(axis=2).clip(0, LEVELS - 1).astype(np.int8)


@pytest.mark.parametrize("classes", [2, 4, 6])
def test_the_planted_number_is_chosen(classes: int) -> None:
    assert choose_classes(planted(classes, 3), [LEVELS] * ATTRIBUTES, seed=1).classes == classes


@pytest.mark.parametrize("seed", range(8))
def test_permuted_columns_have_no_structure(seed: int) -> None:
    codes = planted(4, seed)
    generator = np.random.default_rng(seed)
    shuffled = np.column_stack([generator.permutation(column) for column in codes.T])
    assert choose_classes(shuffled, [LEVELS] * ATTRIBUTES, seed=1).classes == 1


def test_every_number_tried_is_told_with_its_criterion() -> None:
    choice = choose_classes(planted(3, 1), [LEVELS] * ATTRIBUTES, seed=1)
    assert [candidate.classes for candidate in choice.tried] == list(range(1, len(choice.tried) + 1))
    assert min(choice.tried, key=lambda candidate: candidate.bic).classes == choice.classes


def test_an_attribute_that_repeats_another_is_found() -> None:
    codes = planted(3, 1)
    codes[:, 5] = LEVELS - 1 - codes[:, 2]
    assert repeated(codes, [LEVELS] * ATTRIBUTES, seed=1) == {5}
