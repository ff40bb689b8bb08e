"""The benchmark's day and flood: what the shipped pace reads twice on a clock of numbers."""

import numpy as np
import pytest

from benchmarks.cascade import read_twice
from classifiers.pace import PATIENCE


def test_where_few_come_all_is_read_twice() -> None:
    twice, share = read_twice(np.zeros(500), np.linspace(0, 100, 500), 0.01)
    assert share == 1.0
    assert twice.all()


def test_in_a_flood_the_likeliest_are_read_as_far_as_the_time_affords() -> None:
    odds = np.random.default_rng(1).normal(size=20_000)
    twice, share = read_twice(odds, np.linspace(0, 20, 20_000), 0.01)
    assert share == pytest.approx(0.1, abs=0.05), "a hundred of a thousand a second"
    assert odds[twice].mean() > odds[~twice].mean() + 0.5
    assert twice.sum() * 0.01 <= 20 + 2 * PATIENCE + 20_000 / 25_000
