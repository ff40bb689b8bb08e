"""What X costs, counted against a brand's dollars of the day: reading stops when they are spent, people do not."""

import logging
import sys
from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.brand import Brand
from listener.networks.x.posts import Page
from listener.networks.x.prices import DIRECT_READ, POST_READ, USER_READ
from listener.ports import Budget, Clock, SourceError, money_key

log = logging.getLogger(__name__)

PRICES: Final[Mapping[str, int]] = {"": POST_READ, "message ": DIRECT_READ, "user ": USER_READ}


def bill_of(brand: Brand, budget: Budget, clock: Clock) -> "Bill":
    return Bill(budget, brand.id, brand.usd_per_day.get("x"), clock)


class Bill:
    """Counts what a source reads. X bills a post and a user once a UTC day, so each is counted once a day. What
    people have said is counted there too, and held back by nothing: they were told what it costs.

    What a page costs is known only when it is there: a day's limit can be passed by one page, 1.50 $ at most.
    After a restart posts of the same day may be counted twice, on the safe side.
    """

    def __init__(self, budget: Budget, brand: str, usd_per_day: float | None, clock: Clock) -> None:
        self._budget = budget
        self._key = money_key("x", brand)
        self._limit = sys.maxsize if usd_per_day is None else max(1, round(usd_per_day * 1000))
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
        await self._count({"": page.posts, "user ": page.users})

    async def count_messages(self, messages: frozenset[str], users: frozenset[str]) -> None:
        """The same for a page of private messages."""
        await self._count({"message ": messages, "user ": users})

    async def said(self, mills: int) -> None:
        """Count what was said in an account's name. It is said: what cannot be counted must not bring it again."""
        try:
            await self._budget.spend(self._key, limit=sys.maxsize, amount=mills)
        except SourceError as error:
            log.warning("%d thousandths of a dollar for what was said on X are not counted: %s", mills, error)

    async def looked(
        self,
        *,
        posts: frozenset[str] = frozenset(),
        messages: frozenset[str] = frozenset(),
        users: frozenset[str] = frozenset(),
    ) -> None:
        """Count what was read on the way to saying something; as above."""
        try:
            await self._count({"": posts, "message ": messages, "user ": users})
        except SourceError as error:
            log.warning("what was looked up on X is not counted: %s", error)

    async def _count(self, read: Mapping[str, frozenset[str]]) -> None:
        today = self._clock.now().date()
        if today != self._day:
            self._day, self._read = today, set()
        amount = 0
        for kind, numbers in read.items():
            new = {kind + number for number in numbers} - self._read
            self._read |= new
            amount += PRICES[kind] * len(new)
        if amount:
            await self._budget.spend(self._key, limit=sys.maxsize, amount=amount)
