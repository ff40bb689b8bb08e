"""Keeps a loop running: one that dies all the same is said, counted and begun again."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from alerts.backoff import Backoff

log = logging.getLogger(__name__)

AGAIN: Final = Backoff(first=1.0, longest=30.0)
LIVED: Final = 60.0
"""Seconds after which a loop that dies counts as having lived: it is begun again as soon as the first time."""


class Noted(Protocol):
    """Told of each death."""

    def loop_died(self, loop: str, fault: BaseException) -> None: ...


class Keeper:
    """Every loop of the daemon runs under it. A loop that returns has ended, and is left alone."""

    def __init__(self, noted: Noted) -> None:
        self._noted = noted

    async def keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        deaths = 0
        while True:
            began = loop.time()
            try:
                await run()
            except Exception as fault:  # whatever it is, the loop is needed
                deaths = 1 if loop.time() - began > LIVED else deaths + 1
                wait = AGAIN.after(deaths - 1)
                log.critical("the loop %s died and begins again in %.0f s", name, wait, exc_info=fault)
                # An error in the telling of errors must not end what it speaks of.
                with contextlib.suppress(Exception):
                    self._noted.loop_died(name, fault)
                await asyncio.sleep(wait)
            else:
                return
