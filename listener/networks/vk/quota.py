"""The day's searches of one token, shared by every brand's search and spent so that they last the day."""

import logging
from datetime import date, timedelta
from typing import Final

from listener.networks.pace import Reason, next_delay
from listener.ports import Budget, Clock, SourceError

log = logging.getLogger(__name__)

METHOD: Final = "newsfeed.search"


def quota_key(token_name: str) -> str:
    """Under which the searches of a token are counted."""
    return f"vk:{METHOD}:{token_name}"


class Quota:
    """VK counts the searches of a token, not of a brand: whoever joins makes the others' share smaller."""

    def __init__(self, budget: Budget, clock: Clock, token_name: str, *, limit: int) -> None:
        self._budget = budget
        self._clock = clock
        self._key = quota_key(token_name)
        self._limit = limit
        self._queries = 0
        self._today: date | None = None
        self._used = 0
        self._said: Reason = "full speed"

    def join(self, queries: int) -> None:
        """One more source, each of whose rounds costs `queries` calls."""
        self._queries += queries

    async def spend(self) -> None:
        """Count one call before it is made. Raises SourceError when the day has no more."""
        await self._begin_day()
        try:
            await self._budget.spend(self._key, limit=self._limit)
        except SourceError as error:
            if error.held_back:
                self._used = self._limit
            raise
        self._used += 1

    async def give_back(self) -> None:
        """The call that was just counted never reached VK."""
        self._used -= 1
        await self._budget.spend(self._key, limit=self._limit, amount=-1)

    def delay(self, every: timedelta) -> timedelta:
        """Until the next round: `every` while the quota is plentiful, longer as it runs out."""
        now = self._clock.now()
        used = self._used if self._today == now.date() else 0
        pace = next_delay(every=every, used=used, limit=self._limit, now=now, sharers=self._queries)
        if pace.reason != self._said:
            self._said = pace.reason
            level = logging.WARNING if pace.held_back else logging.INFO
            log.log(level, "VK search: %s, %d of %d calls used today", pace.reason, used, self._limit)
        return pace.delay

    async def _begin_day(self) -> None:
        today = self._clock.now().date()
        if self._today != today:
            self._used = await self._budget.used(self._key)
            self._today = today
