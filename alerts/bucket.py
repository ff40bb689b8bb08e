"""A token bucket without a clock of its own: how much may go out now, and when the next may."""

from dataclasses import dataclass
from typing import Final

ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`burst` at once, then one every `every` seconds: in any t seconds never more than burst + t / every."""

    burst: int
    every: float


def spread(most: int, seconds: float) -> Limit:
    """Never more than `most` in so many seconds: a quarter of them at once, the others evenly."""
    burst = max(1, most // 4)
    return Limit(burst=burst, every=seconds / max(1, most - burst))


class Bucket:
    """What is left of one limit. `now` are seconds of any clock that never goes back."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._full_at = float("-inf")

    def free(self, now: float) -> int:
        """How many may go out now."""
        owed = max(0.0, self._full_at - now) / self._limit.every
        return max(0, int(self._limit.burst - owed + ROUNDING))

    def take(self, now: float) -> None:
        """One goes out; what goes out although nothing is free is owed."""
        self._full_at = max(self._full_at, now) + self._limit.every
