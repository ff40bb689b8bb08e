"""Logistic regression with an offset: its minimum, the same answer in either space, and no overshooting."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from classifiers.logistic import fit


def problem(seed: int, labels: int, features: int) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(labels, features))
    signs = np.where(random.random(labels) < 0.4, 1.0, -1.0)
    return (
        matrix,
        signs,
        random.uniform(0.3, 1, labels),
        random.normal(size=labels),
        random.uniform(0.2, 5, features),
    )


def slope(found: np.ndarray, matrix: np.ndarray, signs: np.ndarray, *rest: np.ndarray) -> np.ndarray:
    weights, offset, precision = rest
    miss = 1 / (1 + np.exp(signs * (offset + matrix @ found)))
    return np.asarray(matrix.T @ (weights * signs * miss) - precision * found)


@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 40))
def test_what_is_found_is_the_minimum_with_more_labels_or_more_features(
    seed: int, labels: int, features: int
) -> None:
    given_problem = problem(seed, labels, features)
    assert np.abs(slope(fit(*given_problem), *given_problem)).max() < 1e-6


def test_without_labels_that_speak_nothing_moves() -> None:
    matrix, signs, weights, offset, precision = problem(1, 20, 3)
    assert np.abs(fit(matrix, signs, weights * 1e-12, offset, precision)).max() < 1e-9


def test_labels_that_are_all_alike_move_no_further_than_the_prior_lets_them() -> None:
    ones, zeros = np.ones(50), np.zeros(50)
    (shift,) = fit(ones[:, None], ones, ones, zeros, np.array([4.0]))
    assert 0 < shift < 3
