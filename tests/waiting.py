"""Waiting for what a simulator shows, as long as a busy machine needs; how long something took without the waiting
that the machine itself put in.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

TICK: Final = 0.02


async def until(holds: Callable[[], bool], seconds: float = 300.0) -> None:
    """Return as soon as it holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        # What the simulators show has no event to wait for.
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@dataclass(slots=True)
class Watch:
    """`late` are the seconds by which this process was held up: not scheduled, or its loop was busy."""

    began: float
    late: float = 0.0

    @property
    def passed(self) -> float:
        return asyncio.get_running_loop().time() - self.began

    @property
    def took(self) -> float:
        """Seconds of the process's own: what a quiet machine would have needed."""
        return self.passed - self.late


@asynccontextmanager
async def stopwatch() -> AsyncIterator[Watch]:
    loop = asyncio.get_running_loop()
    watch = Watch(began=loop.time())

    async def ticks() -> None:
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            watch.late += loop.time() - due

    ticking = asyncio.create_task(ticks())
    try:
        yield watch
    finally:
        ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticking
