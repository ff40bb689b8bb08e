"""The surge: whether complaints come faster than is usual, by the tail of a negative binomial in several windows.

The count of a window is compared with what the usual rate of that hour foretells on a day like this one (Höhle
2007, as in `alerts.incidents.usual`): a surge is a count that would be reached with a probability below `alpha`.
Several windows, because an outage that brings twenty at once must not wait for an hour to pass, and a slow one
fills none of ten minutes. Which `alpha` brings how many false alarms a week is measured by benchmarks/surges.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import exp, lgamma, log, log1p
from typing import Final, Literal

from alerts.incidents.usual import Usual

WINDOWS: Final = (timedelta(minutes=10), timedelta(minutes=30), timedelta(minutes=60))
LONGEST: Final = max(WINDOWS)
CALM_AT: Final = 0.05
"""From which probability a count is nothing to speak of: the surge is over."""

Sensitivity = Literal["early", "usual", "late"]
ALPHA: Final[Mapping[Sensitivity, float]] = {"early": 1e-4, "usual": 3e-7, "late": 1e-8}
_SMALL: Final = 1e-17

Counts = Mapping[timedelta, int]
"""Cases of a group by the window, from now back, in which they were said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """What is unusual: `count` complaints in `window`, where `expected` are usual; `chance` is how likely that
    is.
    """

    window: timedelta
    count: int
    expected: float
    chance: float


def surge_in(counts: Counts, usual: Usual, *, alpha: float, least: int) -> Surge | None:
    """The least likely window of all, if it is a surge; fewer than `least` complaints never are."""
    looked_at = [
        Surge(window=window, count=counts[window], expected=expected, chance=tail(counts[window], expected, shape))
        for window in WINDOWS
        if counts.get(window, 0) >= least
        for expected, shape in (_in_window(usual, window),)
    ]
    found = min(looked_at, key=lambda each: each.chance, default=None)
    return found if found is not None and found.chance < alpha else None


def is_calm(count: int, window: timedelta, usual: Usual) -> bool:
    """Whether so many in the last `window` are what is usual."""
    return tail(count, *_in_window(usual, window)) >= CALM_AT


def tail(count: int, mean: float, shape: float) -> float:
    """P(X >= count) of the negative binomial with this mean and shape."""
    if count <= 0:
        return 1.0
    if mean <= 0.0:
        return 0.0
    if count <= mean:
        return max(0.0, 1.0 - sum(exp(_log_of(below, mean, shape)) for below in range(count)))
    term = exp(_log_of(count, mean, shape))
    total, number = term, count
    odds = mean / (mean + shape)
    while term > total * _SMALL:
        term *= (number + shape) / (number + 1) * odds
        number += 1
        total += term
    return min(1.0, total)


def _in_window(usual: Usual, window: timedelta) -> tuple[float, float]:
    return usual.per_hour * (window / timedelta(hours=1)), usual.shape


def _log_of(number: int, mean: float, shape: float) -> float:
    ways = lgamma(number + shape) - lgamma(shape) - lgamma(number + 1)
    return ways - shape * log1p(mean / shape) + number * (log(mean) - log(mean + shape))
