"""Bootstrap intervals: how far a figure moves when the texts it was counted on are drawn again."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RESAMPLES: Final = 1_000
INTERVAL: Final = (2.5, 97.5)
"""Percentiles: the interval of 95 %, by the percentile method (Efron & Tibshirani 1993, chapter 13)."""

_SEED: Final = 3
_CELLS: Final = 60_000
"""Weights that are worked on at once: few enough to stay in the processor's cache."""


class Ranged(NamedTuple):
    """A figure and its bootstrap interval, shares of one."""

    value: float
    low: float
    high: float


def ranged(figures: Callable[[Floats], Floats], weights: Floats, groups: Ints) -> list[Ranged]:
    """Each of several figures with its interval.

    `figures` takes weights of (draws, texts) and gives (draws, figures), nan where a draw says nothing: such draws
    are left out; all the texts together have to tell each figure. `weights` and `groups` (see `draws`) are of
    (texts,).
    """
    (values,) = figures(weights[None, :])
    drawn = np.concatenate([figures(counts * weights) for counts in draws(groups)])
    return [_ranged(float(value), column) for value, column in zip(values, drawn.T, strict=True)]


def draws(groups: Ints, resamples: int = RESAMPLES) -> Iterator[Floats]:
    """How often each text was drawn, (some draws, texts) at a time; the same each time it is asked.

    `groups` number the texts from 0; those of one number (one post, judged for each of its brands) come together,
    since they would be right or wrong together.
    """
    random = np.random.default_rng(_SEED)
    count = int(groups.max()) + 1
    step = max(1, _CELLS // len(groups))
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        picks = random.integers(0, count, (size, count)) + count * np.arange(size)[:, None]
        counts = np.bincount(picks.ravel(), minlength=size * count).reshape(size, count)
        yield counts[:, groups].astype(np.float64)


def _ranged(value: float, drawn: Floats) -> Ranged:
    low, high = np.percentile(drawn[~np.isnan(drawn)], INTERVAL)
    return Ranged(value, float(low), float(high))
