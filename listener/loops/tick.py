"""Tick: deadlines that come ring, and cases whose rest is over come back."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from listener.ports import Clock
from listener.rules import Rules
from listener.store.timers import AT_ONCE, TimerStore
from listener.telemetry import Telemetry

ASIDE: Final = timedelta(minutes=10)
"""For so long a case that broke the work is left alone; then it is tried again, as after a new start."""


class Tick:
    """`rang` is called when there is something to be told; `assign` gives what lies about to whoever can take it
    by now: somebody came, or closed a case; `look` follows incidents.
    """

    def __init__(
        self,
        timers: TimerStore,
        rules: Callable[[], Rules],
        clock: Clock,
        telemetry: Telemetry,
        rang: Callable[[], None],
        assign: Callable[[], Awaitable[int]] | None = None,
        look: Callable[[], Awaitable[int]] | None = None,
    ) -> None:
        self._timers = timers
        self._rules = rules
        self._clock = clock
        self._telemetry = telemetry
        self._rang = rang
        self._assign = assign
        self._look = look
        self._aside: dict[int, datetime] = {}

    async def step(self) -> int:
        """Ring what is due and return how many bells that was. Raises StoreError."""
        rung = 0
        while True:
            now = self._clock.now()
            # What was set aside later than now was so before the clock was set back.
            self._aside = {case: at for case, at in self._aside.items() if timedelta() <= now - at < ASIDE}
            ticked = await self._timers.tick(now, self._rules().elsewhere, without=self._aside)
            rung += ticked.changed
            if ticked.changed:
                self._rang()
            if ticked.broken:
                self._aside |= dict.fromkeys(ticked.broken, now)
                self._telemetry.clock_broke(len(ticked.broken))
            self._telemetry.out_of_time(sorted(self._aside))
            if ticked.looked < AT_ONCE or not (ticked.changed or ticked.broken):
                rung += await self._look() if self._look is not None else 0
                return rung + (await self._assign() if self._assign is not None else 0)
