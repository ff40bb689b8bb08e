"""Usage: calls counted against daily quotas, across restarts and daemons."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from listener.ports import Budget, Clock, SourceError
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.errors import StoreError
from listener.store.tables import usage


class DailyBudget:
    """`listener.ports.Budget` over the store. Days are UTC."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def spend(self, key: str, *, limit: int, amount: int = 1) -> None:
        """Count the call before it is made: one that is not made afterwards costs quota, never passes it."""
        now = self._clock.now()
        try:
            allowed = await self._database.write(lambda c: spend(c, key, limit, amount, now))
        except StoreError as error:
            raise SourceError(f"the quota cannot be counted: {error}") from error
        if not allowed:
            raise SourceError(
                f"the day's quota of {limit} calls is used up",
                held_back=True,
                retry_after=(next_day(now) - now).total_seconds(),
            )

    async def used(self, key: str) -> int:
        now = self._clock.now()
        try:
            return await self._database.read(lambda c: used(c, key, now))
        except StoreError as error:
            raise SourceError(f"the quota cannot be read: {error}") from error


async def is_first_today(budget: Budget, what: str) -> bool:
    """Whether nobody has done it today, however many daemons run: who asks does it. Raises SourceError."""
    try:
        await budget.spend(what, limit=1)
    except SourceError as error:
        if not error.held_back:
            raise
        return False
    return True


async def spend(connection: Connection, key: str, limit: int, amount: int, now: datetime) -> bool:
    """Count `amount`, or leave the count as it is and return False where that would pass the limit."""
    if amount > limit:
        return False
    rows = insert(connection.dialect.name, usage).values(key=key, day=_day(now), used=amount)
    counted = await connection.execute(
        rows.on_conflict_do_update(
            index_elements=[usage.c.key, usage.c.day],
            set_={"used": usage.c.used + amount},
            where=usage.c.used + amount <= limit,
        ).returning(usage.c.used)
    )
    return counted.first() is not None


async def used(connection: Connection, key: str, now: datetime) -> int:
    found = await connection.execute(select(usage.c.used).where(usage.c.key == key, usage.c.day == _day(now)))
    return found.scalar_one_or_none() or 0


def next_day(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()
