"""What reading X costs, counted against a brand's dollars of the day."""

import sys
from datetime import date

from listener.networks.x.posts import Page
from listener.networks.x.prices import POST_READ, USER_READ
from listener.ports import Budget, Clock, SourceError


class Bill:
    """Counts what a source reads. X bills a post and a user once a UTC day, so each is counted once a day.

    What a page costs is known only when it is there: a day's limit can be passed by one page, 1.50 $ at most.
    After a restart posts of the same day may be counted twice, on the safe side.
    """

    def __init__(self, budget: Budget, brand: str, usd_per_day: float, clock: Clock) -> None:
        self._budget = budget
        self._key = f"x:mills:{brand}"
        self._limit = max(1, round(usd_per_day * 1000))
        self._clock = clock
        self._day: date | None = None
        self._read: set[str] = set()

    async def allow(self) -> None:
        """Raises SourceError(held_back) when the day's dollars are spent."""
        try:
            await self._budget.spend(self._key, limit=self._limit - 1, amount=0)
        except SourceError as error:
            if not error.held_back:
                raise
            words = f"the day's {self._limit / 1000:.2f} $ for reading X are spent"
            raise SourceError(words, retry_after=error.retry_after, held_back=True) from None

    async def count(self, page: Page) -> None:
        """Count a page that was read. It was paid for, so nothing is refused here."""
        today = self._clock.now().date()
        if today != self._day:
            self._day, self._read = today, set()
        posts, users = page.posts - self._read, {f"user {number}" for number in page.users} - self._read
        self._read |= posts | users
        amount = POST_READ * len(posts) + USER_READ * len(users)
        if amount:
            await self._budget.spend(self._key, limit=sys.maxsize, amount=amount)
