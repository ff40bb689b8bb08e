"""When to listen: every source on its own cadence, apart from the others, with backoff, jitter and pauses."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from alerts.backoff import Backoff
from listener.ports import Clock, Source, SourceError

log = logging.getLogger(__name__)

FIRST_BACKOFF: Final = 1.0
LAST_BACKOFF: Final = 300.0
LAST_PROBE: Final = 4.5
"""Seconds between looks at a network that cannot be reached: with jitter it is heard within five of its return."""
PAUSED_PROBE: Final = 900.0
"""Seconds after which a paused source is asked once more: a token may have been renewed on the other side."""
JITTER: Final = 0.1
MOST_JITTERED: Final = 60.0

Hear = Callable[[Source], Awaitable[bool]]
"""Fetch and keep one batch; True asks to go on at once. Raises SourceError."""


class Telemetry(Protocol):
    """Told how each source fares, for metrics and health."""

    def source_ok(self, source: str, now: datetime, every: timedelta | None) -> None: ...

    def source_failed(self, source: str, error: SourceError, now: datetime, wait: float) -> None: ...


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
    if error.retry_after is not None:
        return max(error.retry_after, FIRST_BACKOFF)
    last = LAST_PROBE if error.unreachable else LAST_BACKOFF
    return Backoff(first=FIRST_BACKOFF, longest=last).after(failures - 1)


def jitter(seconds: float, rng: random.Random) -> float:
    """A little earlier or later; never by much, or a wait until midnight would end hours off."""
    return rng.uniform(-JITTER, JITTER) * min(seconds, MOST_JITTERED)


class Polling:
    """Runs every source until stopped; each has a job of its own, so that one that fails stops no other."""

    def __init__(self, hear: Hear, clock: Clock, telemetry: Telemetry, rng: random.Random | None = None) -> None:
        self._hear = hear
        self._clock = clock
        self._telemetry = telemetry
        self._random = rng or random.Random()
        self._streaks: dict[str, _Streak] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self, sources: Sequence[Source]) -> None:
        """Begin to listen; the first look is spread over a second, so that start-up is no burst."""
        self._scheduler.start()
        for number, source in enumerate(sources):
            self._streaks[source.name] = _Streak()
            self._plan(source, min(1.0, 0.05 * number))

    async def stop(self) -> None:
        """Stop at once; a fetch under way is cancelled, what it kept is kept, its cursor with it."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _plan(self, source: Source, seconds: float) -> None:
        self._scheduler.add_job(
            self._begin,
            trigger="date",
            run_date=self._clock.now() + timedelta(seconds=seconds),
            args=[source],
            id=source.name,
            replace_existing=True,
            misfire_grace_time=None,  # late is better than never: without this a busy second would end the source
        )

    async def _begin(self, source: Source) -> None:
        # APScheduler forgets coroutines at shutdown; a task of our own can be cancelled and waited for.
        task = asyncio.create_task(self._turn(source), name=f"hear {source.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _turn(self, source: Source) -> None:
        seconds = LAST_BACKOFF
        try:
            seconds = await self._listen(source)
        except SourceError as error:
            seconds = self._failed(source, error)
        except Exception as fault:  # a bug in one source must not stop the others, nor this one for good
            log.exception("source %s broke", source.name)
            seconds = self._failed(source, SourceError(f"{type(fault).__name__}: see the log"))
        finally:
            if self._scheduler.running:
                self._plan(source, seconds)

    async def _listen(self, source: Source) -> float:
        """Hear until the source has nothing more for now; returns seconds until its next turn."""
        while await self._hear(source):
            self._succeeded(source)
        self._succeeded(source)
        if source.every is None:
            return 0.0
        seconds = source.every.total_seconds()
        return seconds + jitter(seconds, self._random)

    def _succeeded(self, source: Source) -> None:
        streak = self._streaks[source.name]
        if streak.failures:
            log.info("source %s works again after %d failed tries", source.name, streak.failures)
        self._streaks[source.name] = _Streak()
        self._telemetry.source_ok(source.name, self._clock.now(), source.every)

    def _failed(self, source: Source, error: SourceError) -> float:
        streak = self._streaks[source.name]
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
        self._telemetry.source_failed(source.name, error, self._clock.now(), wait)
        return wait + abs(jitter(wait, self._random))


def _severity(error: SourceError) -> tuple[int, str]:
    if error.permanent:
        return logging.CRITICAL, "is paused until somebody acts"
    if error.held_back:
        return logging.WARNING, "is held back"
    return logging.WARNING, "failed"
