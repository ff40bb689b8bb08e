"""How long to wait for a network that did not answer: less, until it does, so that its return is soon noticed.

A request that was sent into the silence is never answered, and as long as it is waited for nobody asks again.
"""

import contextlib
from collections.abc import Iterator
from typing import Final

PROBE: Final = 4.0
"""Seconds for an answer of a network in doubt; with the pause between two looks it is heard within five."""
PATIENT_EVERY: Final = 10
"""Every so many tries it gets its usual time all the same: it may be slow, and not gone."""


class Doubt:
    """What one client knows of its network."""

    def __init__(self) -> None:
        self._silent = 0

    @contextlib.contextmanager
    def settled(self, *silences: type[Exception]) -> Iterator[None]:
        """Around one request: which errors mean that nobody answered; anything else is an answer."""
        try:
            yield
        except silences:
            self._silent += 1
            raise
        except Exception:
            self._silent = 0
            raise
        self._silent = 0

    def at_most(self, usual: float) -> float:
        """Seconds to wait for the next answer."""
        if self._silent % PATIENT_EVERY == 0:
            return usual
        return min(usual, PROBE)
