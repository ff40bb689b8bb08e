"""The formulas against scikit-learn's own, for any weights and ties; the budget by table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from classifiers.bootstrap import Floats
from classifiers.figures import (
    Found,
    Ranking,
    Truths,
    at_budget,
    average_precision,
    by_class,
    calibration_error,
    cells,
    gaps,
    level_at_budget,
    precision_at_recall,
)

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 200), st.integers(1, 100))
def test_average_precision_is_scikit_learns_with_ties_and_weights(seed: int, count: int, levels: int) -> None:
    random = np.random.default_rng(seed)
    truths, said = random.random(count) < 0.3, random.integers(0, levels + 1, count) / levels
    truths[0] = True
    weights = random.integers(0, 4, (3, count)).astype(float)
    weights[:, 0] += 0.5
    mine = average_precision(Ranking.of(truths, said).found(weights))
    expected = [average_precision_score(truths, said, sample_weight=one) for one in weights]
    assert mine == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 100))
def test_figures_of_the_classes_that_a_draw_has_are_scikit_learns(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    gold, guesses = random.integers(0, 3, (2, count))
    weights = random.integers(0, 3, (2, count)).astype(float)
    weights[:, 0] += 1
    mine = by_class(cells(gold, guesses, 3), 3, weights)
    for draw, one in zip(mine, weights, strict=True):
        expected = precision_recall_fscore_support(
            gold, guesses, labels=[0, 1, 2], sample_weight=one, zero_division=0.0
        )
        there = expected[3] > 0
        assert draw[:, there] == pytest.approx(np.array(expected[:3])[:, there])
        assert np.isnan(draw[:, ~there]).all()


@pytest.mark.parametrize(
    ("cards", "complaints"),
    [
        (0.5, 0.5),  # half a card
        (1, 1),
        (2, 1),
        (3, 2),
        (4, 2.5),  # one of two that tie, one of which complains
        (5, 3),
        (10, 4),
    ],
)
def test_the_budget_takes_the_likeliest(cards: float, complaints: float) -> None:
    truths = np.array([1, 0, 1, 1, 0, 0, 0, 0, 1, 0], bool)
    said = np.array([0.9, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    precision, recall = at_budget(_found(truths, said), cards / 10)
    assert precision == pytest.approx(complaints / cards)
    assert recall == pytest.approx(complaints / 4)


def test_the_level_is_the_probability_of_the_last_card() -> None:
    said = np.array([0.2, 0.9, 0.5, 0.7])
    ranking = Ranking.of(np.array([True, True, False, False]), said)
    levels = [level_at_budget(ranking, ranking.found(np.ones((1, 4))), part) for part in (0.25, 0.5, 0.6, 1.0)]
    assert levels == [0.9, 0.7, 0.5, 0.2]


@settings(max_examples=50, deadline=None)
@given(SEEDS, st.integers(2, 60), st.integers(1, 60))
def test_a_budget_of_whole_cards_is_the_share_among_the_first(seed: int, count: int, cards: int) -> None:
    random = np.random.default_rng(seed)
    truths, said = random.random(count) < 0.5, random.permutation(count) / count
    truths[0] = True
    cards = min(cards, count)
    first = truths[np.argsort(-said)][:cards]
    precision, recall = at_budget(_found(truths, said), cards / count)
    assert precision == pytest.approx(first.mean())
    assert recall == pytest.approx(first.sum() / truths.sum())


def test_precision_is_taken_where_four_fifths_are_found() -> None:
    truths = np.array([True, True, False, True, True, False, False, True])
    assert precision_at_recall(_found(truths, np.linspace(1, 0, 8))) == pytest.approx(4 / 5)


def test_a_draw_without_a_complaint_tells_nothing() -> None:
    found = Ranking.of(np.array([True, False]), np.array([0.3, 0.6])).found(np.array([[0.0, 2.0]]))
    figures = [average_precision(found), precision_at_recall(found), at_budget(found, 0.5)[1]]
    assert np.isnan(figures).all()


def test_calibration_error_is_the_gap_between_said_and_true() -> None:
    three_of_four = gaps(np.array([True, True, True, False]), np.full(4, 0.75))
    assert calibration_error(three_of_four, np.ones((1, 4))) == pytest.approx(0)
    assert calibration_error(three_of_four, np.array([[1.0, 1, 1, 0]])) == pytest.approx(0.25)
    two_bins = gaps(np.array([False, True]), np.array([0.85, 1.0]))
    assert calibration_error(two_bins, np.ones((1, 2))) == pytest.approx(0.85 / 2)


def _found(truths: Truths, said: Floats) -> Found:
    return Ranking.of(truths, said).found(np.ones((1, len(truths))))
