"""Intervals: the same each time, as wide as theory says, and posts stay whole."""

import numpy as np
import pytest

from classifiers.bootstrap import Floats, draws, ranged
from classifiers.figures import Truths


def test_an_interval_of_a_share_is_as_wide_as_theory_says() -> None:
    truths = np.arange(400) % 4 == 0
    (share,) = ranged(lambda weights: _share(weights, truths), np.ones(400), np.arange(400))
    half = 1.96 * (0.25 * 0.75 / 400) ** 0.5
    assert share.value == 0.25
    assert share.high - share.value == pytest.approx(half, rel=0.15)
    assert share.value - share.low == pytest.approx(half, rel=0.15)


def test_the_same_texts_give_the_same_interval() -> None:
    truths = np.random.default_rng(1).random(50) < 0.4
    first, second = (ranged(lambda weights: _share(weights, truths), np.ones(50), np.arange(50)) for _ in range(2))
    assert first == second


def test_each_draw_is_as_large_as_what_it_was_drawn_from() -> None:
    drawn = np.concatenate(list(draws(np.arange(30), 70)))
    assert drawn.shape == (70, 30)
    assert (drawn.sum(axis=1) == 30).all()


def test_brands_of_one_post_are_drawn_together() -> None:
    for drawn in draws(np.array([0, 1, 0, 2, 1]), 50):
        assert (drawn[:, 0] == drawn[:, 2]).all()
        assert (drawn[:, 1] == drawn[:, 4]).all()


def test_posts_that_stand_together_widen_the_interval() -> None:
    truths = np.repeat(np.arange(40) % 2 == 0, 5)
    apart, together = (
        ranged(lambda weights: _share(weights, truths), np.ones(200), groups)[0]
        for groups in (np.arange(200), np.repeat(np.arange(40), 5))
    )
    assert together.high - together.low > 1.8 * (apart.high - apart.low)


def test_draws_that_tell_nothing_are_left_out() -> None:
    def first_place(weights: Floats) -> Floats:
        return np.where(weights[:, :1] > 0, 1.0, np.nan)

    assert ranged(first_place, np.ones(10), np.arange(10)) == [(1.0, 1.0, 1.0)]


def _share(weights: Floats, truths: Truths) -> Floats:
    share: Floats = (weights @ truths / weights.sum(axis=1))[:, None]
    return share
