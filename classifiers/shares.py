"""Shares of counted things, with the interval that is right for few of them."""

import numpy as np

from classifiers.bootstrap import Floats, Ranged

_Z = 1.96


def wilson(true: Floats, count: Floats) -> tuple[Floats, Floats]:
    """Wilson's interval of 95 % (1927) for shares of `count` texts; the bootstrap has none where all are alike."""
    middle = (true + _Z * _Z / (2 * count)) / (1 + _Z * _Z / count)
    half = _Z / (1 + _Z * _Z / count) * np.sqrt(true * (1 - true) / count + _Z * _Z / (4 * count * count))
    return middle - half, middle + half


def share(of: int, count: int) -> Ranged:
    """`of` among `count`, which is not nothing."""
    low, high = wilson(np.array([of / count]), np.array([float(count)]))
    return Ranged(of / count, max(0.0, float(low[0])), min(1.0, float(high[0])))
