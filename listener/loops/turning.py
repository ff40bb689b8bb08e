"""How a loop turns: it steps while there is work, waits for a word of more, and waits out a troubled store."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from listener.store.errors import StoreError
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)

IDLE: Final = 1.0
"""Seconds after which a loop looks again by itself, for work that another process has put into the store."""
TROUBLE: Final = 2.0
"""Seconds a loop rests when the store cannot serve it."""


class Turning:
    """One loop: `step` returns how much it worked; whoever turns the loop by hand calls it too.

    `wake` says that there may be work, `end` lets it finish.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[int]], telemetry: Telemetry) -> None:
        self.name = name
        self.step = step
        self._telemetry = telemetry
        self._wanted = asyncio.Event()
        self._ending = False

    def wake(self) -> None:
        self._wanted.set()

    def asked(self) -> bool:
        """Whether somebody has woken it since this was asked last."""
        wanted = self._wanted.is_set()
        self._wanted.clear()
        return wanted

    def end(self) -> None:
        """End after the step under way: a card on its way is then marked, not sent again later."""
        self._ending = True
        self._wanted.set()

    async def run(self) -> None:
        while not self._ending:
            self._wanted.clear()
            try:
                worked = await self.step()
            except StoreError as error:
                log.error("the %s loop waits for the store: %s", self.name, error)  # noqa: TRY400  # as it says
                # It lives: a new start would meet the same store.
                self._telemetry.turned(self.name)
                self._telemetry.store_failed(self.name, error)
                await asyncio.sleep(TROUBLE)
                continue
            self._telemetry.turned(self.name)
            self._telemetry.store_served(self.name)
            if not worked:
                await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(IDLE):
                await self._wanted.wait()
        except TimeoutError:
            return
