"""Tick: deadlines that come ring, and cases whose rest is over come back."""

import logging
from collections.abc import Callable
from typing import Final

from listener.ports import Clock
from listener.store.errors import StoreError
from listener.store.timers import AT_ONCE, TimerStore

log = logging.getLogger(__name__)

EVERY: Final = 1.0
"""Seconds between looks; a look that finds nothing is one indexed read."""


class Tick:
    """`rang` is called when there is something to be told."""

    def __init__(self, timers: TimerStore, clock: Clock, rang: Callable[[], None]) -> None:
        self._timers = timers
        self._clock = clock
        self._rang = rang

    async def step(self) -> int:
        """Ring what is due; a store that cannot now is asked again at the next look."""
        rung = 0
        try:
            while (some := await self._timers.tick(self._clock.now())) > 0:
                rung += some
                self._rang()
                if some < AT_ONCE:
                    break
        except StoreError as error:
            log.error("no bell rings: %s", error)  # noqa: TRY400  # the error says it all
        return rung
