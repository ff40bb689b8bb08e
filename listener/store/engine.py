"""Connections and transactions: one writer and read-only readers on SQLite, a pool on PostgreSQL."""

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from listener.store.errors import FAULTS, ConflictError, StoreError, is_conflict, translated
from listener.store.threads import Threads, Work

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from listener.store.leading import Leading

log = logging.getLogger(__name__)

Result = TypeVar("Result")

BUSY_SECONDS: Final = 5
"""How long SQLite waits for another process's lock; the wait is in the driver's thread, not on the event loop."""
COMMAND_SECONDS: Final = 30
CACHE_KIB: Final = 8_000
READERS: Final = 4
"""Connections that read SQLite at a time, each in a thread of its own."""
READERS_CACHE_KIB: Final = 2_000
"""Each connection fills its own as the database grows, with pages that the system keeps anyhow."""
WRITE_TRIES: Final = 5
ALONE_SECONDS: Final = 120
"""Of silence within a transaction that asks a network something: longer than a network may take to answer."""
CLASS_ALONE: Final = 0x07_4B_11_4D
LOCK_ALONE: Final = text("SELECT pg_advisory_xact_lock(:kind, :name)")
SOUND_SQLITE: Final = (3, 51, 3)
"""From here on two writing connections cannot damage each other's WAL (sqlite.org/wal.html, WAL-reset bug)."""


def driver_url(url: str) -> URL:
    """The staff's plain address with the driver this program uses. Raises StoreError in Russian."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "LISTENER_DATABASE_URL: не адрес базы; нужен вид sqlite:///var/otklik.db или postgresql://…",
            transient=False,
        ) from None
    name = parsed.get_backend_name()
    if name == "sqlite":
        return parsed.set(drivername="sqlite+pysqlite")
    if name in ("postgresql", "postgres"):
        query = {("ssl" if key == "sslmode" else key): value for key, value in parsed.query.items()}
        return parsed.set(drivername="postgresql+asyncpg", query=query)
    raise StoreError(
        f"LISTENER_DATABASE_URL: «{name}» не поддерживается; можно sqlite или postgresql", transient=False
    )


class Database:
    """One database. `write` and `read` are the only ways in; both raise StoreError and nothing of the drivers'."""

    def __init__(self, url: URL) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._engine: AsyncEngine | None = None
        self._leading: Leading | None = None
        self.is_sqlite: Final = url.get_backend_name() == "sqlite"
        self._file: tuple[str, tuple[int, int] | None] | None = None
        if self.is_sqlite:
            warn_of_old_sqlite()
            self._file = str(url.database), _identity(str(url.database))
            self._writer = Threads(sqlite_engine(url, writes=True), 1, COMMAND_SECONDS)
            self._readers = Threads(sqlite_engine(url, writes=False), READERS, COMMAND_SECONDS)
        else:
            from listener.store import leading  # noqa: PLC0415 - as in `postgres_engine`

            self._engine = postgres_engine(url)
            self._leading = leading.Leading(self._engine)

    @property
    def writing(self) -> Engine:
        """Where SQLAlchemy tells of the writer's statements and commits."""
        return self._writer.engine if self._engine is None else self._engine.sync_engine

    async def close(self) -> None:
        """Let what is under way come to its end, then disconnect."""
        if self._running:
            await asyncio.wait(self._running, timeout=COMMAND_SECONDS)
        if self._engine is None:
            await self._readers.close()
            await self._writer.close()
            return
        if self._leading is not None:
            await self._leading.close()
        await self._engine.dispose()

    async def lead(self, name: str) -> bool:
        """Whether this process alone does what is called so; on SQLite it is alone anyhow."""
        return self._leading is None or await self._whole(self._leading.lead(name))

    async def stay(self) -> None:
        """Go on leading what is led, or serving from the file that was opened; to be called every few seconds.

        Raises StoreError. SQLite writes on into a file that somebody has removed or replaced, and says nothing.
        """
        if self._leading is not None:
            await self._whole(self._leading.stay())
        if self._file is not None and _identity(self._file[0]) != self._file[1]:
            raise StoreError(
                f"файл {self._file[0]} удалён или заменён другим: что пишется сейчас, пропадёт, когда Отклик "
                "остановится. Остановите его, верните файл и запустите снова",
                transient=False,
            )

    async def write(self, work: Work[Result], *, led: str | None = None, urgent: bool = False) -> Result:
        """Run the work in one transaction, again from the start when another writer was faster.

        It may wait for nothing but its statements, and on SQLite runs in another thread. What is `led` is written
        only as long as this process leads it, and not at all once it does not. What is `urgent` goes before all
        else that waits for SQLite's one writer: a person waits for its answer.
        """
        return await self._whole(self._write(work, led, urgent=urgent))

    async def read(self, work: Work[Result]) -> Result:
        """Run the work, as `write` does, on one state of the database, which it cannot change on SQLite."""
        return await self._whole(self._read(work))

    @contextlib.asynccontextmanager
    async def alone(self, name: str) -> "AsyncIterator[AsyncConnection]":
        """One transaction of PostgreSQL's, never begun again, in which this process alone does what is called so.

        It may wait for others longer than a transaction should: they hold nothing else. Raises StoreError.
        """
        if self._engine is None:
            raise StoreError("one daemon has an SQLite database to itself", transient=False)
        from listener.store.leading import number_of  # noqa: PLC0415 - as in `postgres_engine`

        try:
            async with self._engine.begin() as connection:
                await connection.execute(
                    text(f"SET LOCAL idle_in_transaction_session_timeout = '{ALONE_SECONDS}s'")
                )
                await connection.execute(LOCK_ALONE, {"kind": CLASS_ALONE, "name": number_of(name)})
                yield connection
        except FAULTS as fault:
            raise translated(fault) from fault

    async def _whole(self, transaction: Coroutine[Any, Any, Result]) -> Result:
        """See a transaction through to its end even when the caller is cancelled.

        The caller stops at once; the transaction is whole or not at all.
        """
        task = asyncio.create_task(transaction)
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # else asyncio complains about a fault that a cancelled caller did not collect

    async def _write(self, work: Work[Result], led: str | None, *, urgent: bool = False) -> Result:
        for tries in range(WRITE_TRIES):
            try:
                if self._engine is None:
                    return await self._writer.run(work, urgent=urgent)
                async with self._begin(self._engine, led) as connection:
                    return await work(connection)
            except ConflictError:
                await asyncio.sleep(0.01 * tries)
            except FAULTS as fault:
                if not is_conflict(fault):
                    raise translated(fault) from fault
                await asyncio.sleep(0.01 * tries)
        raise StoreError("other writers were faster every time", transient=True)

    def _begin(self, engine: "AsyncEngine", led: str | None) -> "AbstractAsyncContextManager[AsyncConnection]":
        return engine.begin() if led is None or self._leading is None else self._leading.begin(led)

    async def _read(self, work: Work[Result]) -> Result:
        try:
            if self._engine is None:
                return await self._readers.run(work)
            async with self._engine.connect() as connection:
                return await work(connection)
        except FAULTS as fault:
            raise translated(fault) from fault


def insert(dialect: str, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, which the two engines spell alike and SQLAlchemy keeps per dialect."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def sqlite_engine(url: URL, *, writes: bool) -> Engine:
    """One connection that writes, or those that SQLite itself keeps from writing."""
    if writes and url.database:
        _for_us_alone(Path(url.database))
    engine = create_engine(
        url,
        # The driver must not open transactions by itself: BEGIN is sent below, IMMEDIATE for the writer.
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None},
        poolclass=QueuePool,
        pool_size=1 if writes else READERS,
        max_overflow=0,
        pool_timeout=COMMAND_SECONDS,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB if writes else READERS_CACHE_KIB}")
        if not writes:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns to writing fails at once when somebody wrote meanwhile.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _for_us_alone(file: Path) -> None:
    """A new database and its folder are for nobody else to read: they hold customers' words."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # what cannot be made, SQLite will say better
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))  # its -wal and -shm get the same mode


def postgres_engine(url: URL) -> "AsyncEngine":
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - brings the ORM, which SQLite needs not

    return create_async_engine(
        url,
        pool_size=5,
        max_overflow=5,
        pool_timeout=COMMAND_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "timeout": 10,
            "command_timeout": COMMAND_SECONDS,
            # Planning short statements with JIT takes longer than running them.
            "server_settings": {
                "jit": "off",
                "application_name": "otklik",
                # A machine that is gone holds nobody up: what it led is free half a minute later.
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
                "idle_in_transaction_session_timeout": "30s",
            },
        },
    )


def _identity(file: str) -> tuple[int, int] | None:
    """Which file of the machine's it is; None where there is none."""
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def warn_of_old_sqlite() -> None:
    if sqlite3.sqlite_version_info < SOUND_SQLITE:
        log.info(
            "SQLite %s: run one daemon per database file; two writers are safe from SQLite %s on",
            sqlite3.sqlite_version,
            ".".join(map(str, SOUND_SQLITE)),
        )
