"""SQLite's threads: transactions run whole, the urgent ones first, and never wait for anything but statements."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from listener.store.engine import Database, driver_url
from listener.store.errors import StoreError

PATIENCE = 60.0


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(driver_url(f"sqlite:///{tmp_path}/otklik.db"))
    await database.write(_run("CREATE TABLE said (word TEXT)"))
    yield database
    await database.close()


def _run(statement: str) -> Callable[[Any], Any]:
    async def work(connection: Any) -> list[Any]:
        done = await connection.execute(text(statement))
        return list(done) if done.returns_rows else []

    return work


async def _said(database: Database) -> list[str]:
    return [row[0] for row in await database.read(_run("SELECT word FROM said ORDER BY rowid"))]


class Held:
    """A transaction that holds the writer until it is let go."""

    def __init__(self, database: Database) -> None:
        self._began, self._free = asyncio.Event(), threading.Event()
        self._loop = asyncio.get_running_loop()
        self._running = asyncio.create_task(database.write(self._work))

    async def _work(self, connection: Any) -> None:
        await connection.execute(text("INSERT INTO said VALUES ('held')"))
        self._loop.call_soon_threadsafe(self._began.set)
        assert self._free.wait(PATIENCE)

    async def begun(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._began.wait()

    async def let_go(self) -> None:
        self._free.set()
        await self._running


async def test_what_is_urgent_goes_before_what_waits_longer(database: Database) -> None:
    held = Held(database)
    await held.begun()
    words = [("first", False), ("second", False), ("pressed", True)]
    waiting = []
    for word, urgent in words:
        waiting.append(
            asyncio.create_task(database.write(_run(f"INSERT INTO said VALUES ('{word}')"), urgent=urgent))
        )
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await held.let_go()
    await asyncio.gather(*waiting)
    assert await _said(database) == ["held", "pressed", "first", "second"]


async def test_a_cancelled_caller_leaves_a_whole_transaction(database: Database) -> None:
    held = Held(database)
    await held.begun()
    asked = asyncio.create_task(database.write(_run("INSERT INTO said VALUES ('cancelled')")))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await held.let_go()
    await database.write(_run("INSERT INTO said VALUES ('next')"))
    assert await _said(database) == ["held", "cancelled", "next"]


async def test_what_breaks_leaves_nothing_behind(database: Database) -> None:
    async def work(connection: Any) -> None:
        await connection.execute(text("INSERT INTO said VALUES ('half')"))
        raise KeyError("a mistake")

    with pytest.raises(KeyError):
        await database.write(work)
    assert await _said(database) == []


async def test_a_transaction_that_waits_for_something_else_is_refused_and_undone(database: Database) -> None:
    async def work(connection: Any) -> None:
        await connection.execute(text("INSERT INTO said VALUES ('half')"))
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="statements alone"):
        await database.write(work)
    assert await _said(database) == []


async def test_who_finds_no_free_writer_in_time_is_told_that_it_may_pass(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(database)
    await held.begun()
    monkeypatch.setattr(database._writer, "_patience", 0.05)
    with pytest.raises(StoreError) as refused:
        await database.write(_run("INSERT INTO said VALUES ('late')"))
    monkeypatch.undo()
    assert refused.value.transient
    await held.let_go()
    assert await _said(database) == ["held"]


async def test_work_has_its_caller_s_context(database: Database) -> None:
    asked: contextvars.ContextVar[str] = contextvars.ContextVar("asked")
    asked.set("who")

    async def work(_connection: Any) -> str:
        return asked.get()

    assert await database.read(work) == "who"


def test_a_database_that_nobody_closed_keeps_no_process_alive(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    asyncio.run(Database(driver_url(f"sqlite:///{tmp_path}/otklik.db")).read(_run("SELECT 1")))
    left = set(threading.enumerate()) - before
    assert left
    assert all(thread.daemon for thread in left)
