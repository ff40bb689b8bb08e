"""When to listen: every source on its own cadence, apart from the others, with backoff, jitter and pauses.

All waits are by the monotonic clock: setting the machine's neither stops nor storms a source.
"""

import asyncio
import logging
import math
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from alerts.backoff import Backoff
from listener.loops.keeping import Keeper
from listener.ports import Clock, Source, SourceError

log = logging.getLogger(__name__)

FIRST_BACKOFF: Final = 1.0
LAST_BACKOFF: Final = 300.0
SHORTEST: Final = 0.5
LAST_PROBE: Final = 4.5
"""Seconds between looks at a network that cannot be reached: with jitter it is heard within five of its return."""
PAUSED_PROBE: Final = 900.0
"""Seconds after which a paused source is asked once more: a token may have been renewed on the other side."""
LONGEST_WAIT: Final = 86_400.0
"""Whatever an error asks for: every quota there is begins anew after a day."""
JITTER: Final = 0.1
MOST_JITTERED: Final = 60.0
ASK_AGAIN: Final = 60.0
"""Seconds after which a waiting source is asked how often it wants its turn: the day of its quota may be over."""

Hear = Callable[[Source], Awaitable[bool]]
"""Fetch and keep one batch; True asks to go on at once. Raises SourceError."""


class Telemetry(Protocol):
    """Told how each source fares, for metrics and health."""

    def source_ok(self, source: str, every: timedelta | None) -> None: ...

    def source_failed(self, source: str, error: SourceError, wait: float) -> None: ...


@dataclass(slots=True)
class _Streak:
    """How often in a row a source has failed, and the last error logged about it."""

    failures: int = 0
    logged: str = ""


def backoff(failures: int, error: SourceError) -> float:
    """Seconds until the next try after `failures` in a row: the network's own word, else doubling.

    A network that answers with an error is left alone for up to five minutes; one that cannot be reached is looked
    at every few seconds, which costs it and us nothing.
    """
    if error.permanent:
        return PAUSED_PROBE
    if error.retry_after is not None and math.isfinite(error.retry_after):
        return min(max(error.retry_after, FIRST_BACKOFF), LONGEST_WAIT)
    last = LAST_PROBE if error.unreachable else LAST_BACKOFF
    return Backoff(first=FIRST_BACKOFF, longest=last).after(failures - 1)


def jitter(seconds: float) -> float:
    """By so much may a turn come earlier or later; never by much, or a wait until midnight would end hours off."""
    return JITTER * min(seconds, MOST_JITTERED)


class Polling:
    """Runs every source until stopped; each in a task of its own, so that one that fails stops no other."""

    def __init__(
        self,
        hear: Hear,
        clock: Clock,
        telemetry: Telemetry,
        keeper: Keeper,
        rng: random.Random | None = None,
    ) -> None:
        self._hear = hear
        self._clock = clock
        self._telemetry = telemetry
        self._keeper = keeper
        self._random = rng or random.Random()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, sources: Sequence[Source]) -> None:
        """Begin to listen; the first look is spread over a second, so that start-up is no burst."""
        for number, source in enumerate(sources):
            name = f"hear {source.name}"
            run = partial(self._run, source, min(1.0, 0.05 * number))
            self._tasks.append(asyncio.create_task(self._keeper.keep(name, run), name=name))

    async def stop(self) -> None:
        """Stop at once; a fetch under way is cancelled, what it kept is kept, its cursor with it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _run(self, source: Source, first: float) -> None:
        """Turn after turn, until cancelled."""
        streak = _Streak()
        await asyncio.sleep(first)
        while True:
            began = self._clock.monotonic()
            try:
                await self._listen(source, streak)
            except SourceError as error:
                wait = self._failed(source, streak, error)
                # A network that was silent for a while was waited for already.
                waited = self._clock.monotonic() - began if error.unreachable else 0.0
                await asyncio.sleep(max(SHORTEST, wait - waited))
            except Exception as fault:  # a bug in one source must not stop the others, nor this one for good
                log.exception("source %s broke", source.name)
                broken = SourceError(f"{type(fault).__name__}: see the log")
                await asyncio.sleep(self._failed(source, streak, broken))
            else:
                await self._rest(source)

    async def _listen(self, source: Source, streak: _Streak) -> None:
        """Hear until the source has nothing more for now."""
        more = True
        while more:
            more = await self._hear(source)
            if streak.failures:
                log.info("source %s works again after %d failed tries", source.name, streak.failures)
            streak.failures, streak.logged = 0, ""
            self._telemetry.source_ok(source.name, source.every)

    async def _rest(self, source: Source) -> None:
        """Until its next turn. How often that comes is asked again meanwhile: a quota's new day may have begun."""
        began, share = self._clock.monotonic(), self._random.uniform(-1, 1)
        while source.every is not None:
            every = source.every.total_seconds()
            left = began + every + share * jitter(every) - self._clock.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(left, ASK_AGAIN))
        await asyncio.sleep(0)

    def _failed(self, source: Source, streak: _Streak, error: SourceError) -> float:
        """Note it and return how long to wait."""
        streak.failures += 1
        wait = backoff(streak.failures, error)
        level, what = _severity(error)
        # The same complaint a hundred times hides the others: repeated ones go to DEBUG.
        repeated = streak.logged == str(error)
        log.log(
            logging.DEBUG if repeated else level,
            "source %s %s: %s; next try in %.0f s",
            source.name,
            what,
            error,
            wait,
        )
        streak.logged = str(error)
        self._telemetry.source_failed(source.name, error, wait)
        return wait + self._random.random() * jitter(wait)


def _severity(error: SourceError) -> tuple[int, str]:
    if error.advice is not None:
        return logging.WARNING, "has no right to what it asks for"
    if error.permanent:
        return logging.CRITICAL, "is paused until somebody acts"
    if error.held_back:
        return logging.WARNING, "is held back"
    return logging.WARNING, "failed"
