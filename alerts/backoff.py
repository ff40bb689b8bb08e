"""How long to wait after a failure: longer each time up to a bound, with a part of it left to chance."""

from dataclasses import dataclass
from typing import Final

MOST_DOUBLINGS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Doubles from `first` to `longest` seconds."""

    first: float
    longest: float

    def after(self, failures: int, chance: float = 1.0) -> float:
        """Seconds to wait after failure number `failures` (from 0); `chance` is 0 to 1.

        Half of the wait is left to chance, so that what failed together does not come back together.
        """
        full = min(self.longest, self.first * 2.0 ** min(failures, MOST_DOUBLINGS))
        return full * (0.5 + chance / 2)
