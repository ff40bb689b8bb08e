"""Who hears a source where several daemons share one PostgreSQL: one of them, by a lock of its session.

The lock is held on the very connection that commits the cursor. Both are lost together, so a daemon that was
paused or cut off, and has lost the lead meanwhile, can commit nothing any more.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from listener.store.errors import FAULTS, StoreError, translated

CLASS: Final = 0x07_4B_11_4C
"""The first half of the locks' numbers: those of other programs in the same database differ."""
LOST_AFTER: Final = 20
"""Seconds without a word after which the server ends a leader's session: a paused process leads nothing."""
STOPPED: Final = text("""
    SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = :kind AND l.objid = :name AND l.objsubid = 2
      AND a.datname = current_database() AND a.usename = current_user
      AND a.state = 'active' AND a.wait_event = 'ClientRead'
      AND a.query_start < now() - make_interval(secs => :secs)
""")
"""Ends a leader that was paused amid many rows: the server sees it at work, and no time-out of its own ends it."""
IDLE_SESSIONS_END: Final = 140_000
"""From this version of PostgreSQL on; an older one lets a paused process keep the lead."""


class Leading:
    """The names that this process leads, all on one connection, which works off one transaction at a time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._session: Any = None
        self._led: set[str] = set()
        self._turn = asyncio.Lock()

    async def lead(self, name: str) -> bool:
        """Whether this process leads `name`, which it takes where nobody does. Raises StoreError."""
        async with self._turn:
            try:
                connection = await self._connected()
                if name not in self._led:
                    taken = await connection.scalar(
                        text("SELECT pg_try_advisory_lock(:kind, :name)"), {"kind": CLASS, "name": number_of(name)}
                    )
                    if taken:
                        self._led.add(name)
                    else:
                        held = {"kind": CLASS, "name": number_of(name) & 0xFFFF_FFFF, "secs": LOST_AFTER}
                        await connection.execute(STOPPED, held)
                    await connection.commit()
            except FAULTS as fault:
                await self._let_go()
                raise translated(fault) from fault
            return name in self._led

    @contextlib.asynccontextmanager
    async def begin(self, name: str) -> AsyncIterator[AsyncConnection]:
        """A transaction of whoever leads `name`. Raises StoreError when that is not, or no longer, this one."""
        async with self._turn:
            connection = self._connection
            if connection is not None and not await self._is_same(connection):
                await self._let_go()
            # Who asked before the session was lost has no lead any more; others took theirs anew, and keep it.
            if connection is None or name not in self._led:
                raise StoreError("another daemon may hear this source now", transient=True)
            try:
                async with connection.begin():
                    yield connection
            finally:
                if connection.invalidated or connection.closed:
                    await self._let_go()

    async def stay(self) -> None:
        """Say every few seconds that this process goes on; a session that says nothing loses the lead."""
        async with self._turn:
            connection = self._connection
            if connection is None:
                return
            try:
                if await self._is_same(connection):
                    await connection.execute(text("SELECT 1"))
                    await connection.commit()
                else:
                    await self._let_go()
            except FAULTS as fault:
                await self._let_go()
                raise translated(fault) from fault

    async def close(self) -> None:
        async with self._turn:
            await self._let_go()

    async def _connected(self) -> AsyncConnection:
        if self._connection is None or not await self._is_same(self._connection):
            await self._let_go()
            self._connection = await self._engine.connect()
            self._session = (await self._connection.get_raw_connection()).driver_connection
            # A lock outlives the transaction, and the pool: a session that comes from there must hold none.
            await self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
            version = await self._connection.scalar(text("SELECT current_setting('server_version_num')::int"))
            if version >= IDLE_SESSIONS_END:
                await self._connection.execute(text(f"SET idle_session_timeout = '{LOST_AFTER}s'"))
            await self._connection.commit()
        return self._connection

    async def _is_same(self, connection: AsyncConnection) -> bool:
        """SQLAlchemy mends a lost connection by another one, whose session holds no lock."""
        if connection.invalidated or connection.closed:
            return False
        session = (await connection.get_raw_connection()).driver_connection
        return session is self._session and not session.is_closed()

    async def _let_go(self) -> None:
        """Forget what was led; the session ends, and with it its locks."""
        connection, self._connection, self._session = self._connection, None, None
        self._led.clear()
        if connection is not None:
            with contextlib.suppress(*FAULTS):
                await connection.invalidate()
            with contextlib.suppress(*FAULTS):
                await connection.close()


def number_of(name: str) -> int:
    """PostgreSQL's locks have numbers: thirty-two bits of the name, the same in every process."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)
