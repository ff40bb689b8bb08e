"""The real clock, for the composition root, and two that are not led astray when it is set; all else is given one.

Waits are measured by `monotonic`. A time of day is asked for where a person or a network means one.
"""

import time
from datetime import UTC, datetime, timedelta

from listener.ports import Clock


class SystemClock:
    """The machine's time, aware, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  # the one place where real time enters

    def monotonic(self) -> float:
        return time.monotonic()


class NeverBack:
    """A clock that goes on from where it was when the machine's is set back; set forward, it follows.

    For the sources: a bookmark that went back a day would have a day read again at every look.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last, self._ticks = clock.now(), clock.monotonic()

    def now(self) -> datetime:
        ticks = self._clock.monotonic()
        steady = self._last + timedelta(seconds=ticks - self._ticks)
        self._last, self._ticks = max(self._clock.now(), steady), ticks
        return self._last

    def monotonic(self) -> float:
        return self._clock.monotonic()


class Elapsed:
    """The time at the start and what has passed since, however the machine's clock is set meanwhile.

    For health: an hour that nobody waited is no silence of a source.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began, self._ticks = clock.now(), clock.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._clock.monotonic() - self._ticks)

    def monotonic(self) -> float:
        return self._clock.monotonic()
