"""Tick: deadlines that come ring, and cases whose rest is over come back."""

from collections.abc import Callable

from listener.ports import Clock
from listener.rules import Rules
from listener.store.timers import AT_ONCE, TimerStore


class Tick:
    """`rang` is called when there is something to be told."""

    def __init__(
        self, timers: TimerStore, rules: Callable[[], Rules], clock: Clock, rang: Callable[[], None]
    ) -> None:
        self._timers = timers
        self._rules = rules
        self._clock = clock
        self._rang = rang

    async def step(self) -> int:
        """Ring what is due and return how many bells that was. Raises StoreError."""
        rung = 0
        while (some := await self._timers.tick(self._clock.now(), self._rules().elsewhere)) > 0:
            rung += some
            self._rang()
            if some < AT_ONCE:
                break
        return rung
