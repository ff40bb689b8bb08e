"""A database that had no incidents knows what was usual in the weeks before."""

from datetime import timedelta
from typing import Any

from alembic import command
from sqlalchemy import select

from domain.mention import Author
from listener.clock import SystemClock
from listener.store.stores import open_stores
from listener.store.tables import case_hours
from tests.contract.store_samples import complain, mention
from tests.integration.test_migrations_store import by_alembic, on_database

HOUR = timedelta(hours=1)


async def hours(url: str) -> set[tuple[Any, ...]]:
    store = await open_stores(url)

    async def read(connection: Any) -> set[tuple[Any, ...]]:
        return {tuple(row) for row in await connection.execute(select(case_hours))}

    found = await store.database.read(read)
    await store.close()
    return found


async def test_the_hours_of_the_last_weeks_are_counted_when_incidents_come(own_database_url: str) -> None:
    now = SystemClock().now().replace(minute=30, second=0, microsecond=0) - HOUR
    store = await open_stores(own_database_url)
    for number, ago in enumerate((timedelta(), timedelta(minutes=5), timedelta(days=3), timedelta(weeks=9)), 1):
        person = Author(id=str(number), name=f"Автор {number}")
        said = mention(number, thread=f"t{number}", author=person, published_at=now - ago)
        await complain(store, said, now=now - ago)
    await store.close()
    counted = await hours(own_database_url)
    await on_database(own_database_url, by_alembic(command.downgrade, "0008"))
    recent = {row for row in counted if row[2] > now - timedelta(weeks=8)}
    assert await hours(own_database_url) == recent
    assert {row[1:] for row in recent if row[1] == "связь"} == {
        ("связь", now - timedelta(minutes=30), 2),
        ("связь", now - timedelta(minutes=30, days=3), 1),
    }
