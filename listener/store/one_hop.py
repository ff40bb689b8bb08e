"""A connection to SQLite that takes each statement to its thread and back once.

aiosqlite goes there four times for a statement: for a cursor, to run it, for its rows, to close it. Each way costs
more than most of our statements, and a mention has some twenty.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple, Self

import aiosqlite

CHUNK: Final = 64
"""aiosqlite's own; rows are never taken by chunks here."""


class Ran(NamedTuple):
    """What is left of a statement when its cursor is closed."""

    description: Any
    rowcount: int
    lastrowid: int | None
    rows: list[Any]


class Cursor:
    """What SQLAlchemy asks of a cursor, over rows that are here already."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._ran = Ran(None, -1, None, [])
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        return self._ran.description

    @property
    def rowcount(self) -> int:
        return self._ran.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._ran.lastrowid

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        self._ran = await self._connection.ran(statement, parameters)

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> None:
        self._ran = await self._connection.ran(statement, parameters, many=True)

    async def fetchall(self) -> list[Any]:
        return self._ran.rows

    async def close(self) -> None:
        pass


class Connection(aiosqlite.Connection):
    """aiosqlite's thread and queue, with cursors of our own."""

    def cursor(self) -> Cursor:  # type: ignore[override]  # what is asked of a cursor is what SQLAlchemy asks
        return Cursor(self)

    async def ran(self, statement: str, parameters: Any, *, many: bool = False) -> Ran:
        ran: Ran = await self._execute(_run, self._conn, statement, parameters, many=many)  # type: ignore[no-untyped-call]  # aiosqlite types its own words only
        return ran


async def connect(file: str, patience: float) -> Connection:
    """SQLAlchemy's `async_creator`; `patience` is how many seconds a lock of another process is waited for."""
    opened = partial(sqlite3.connect, file, timeout=patience, check_same_thread=False)
    connection = Connection(opened, CHUNK)
    # A connection that nobody closed must not keep the process alive; SQLAlchemy does so with those it makes.
    thread = connection._thread  # noqa: SLF001  # aiosqlite has no word for it
    thread.daemon = True
    try:
        await connection
    except sqlite3.Error:
        # Its last word is for this loop; were that closed by then, the thread would end in a traceback.
        await asyncio.to_thread(thread.join)
        raise
    return connection


def _run(connection: sqlite3.Connection, statement: str, parameters: Any, *, many: bool) -> Ran:
    """In the connection's thread."""
    cursor = connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(statement, parameters)
        rows = cursor.fetchall() if cursor.description else []
        return Ran(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
    finally:
        cursor.close()
