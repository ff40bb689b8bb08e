"""The vault of daemons that share one PostgreSQL: a secret is read, renewed and kept under a lock of its name.

It stands among the cursors, for that is what it is: the newest link of a chain that only goes on.
"""

import contextlib
from collections.abc import AsyncIterator

from listener.ports import Clock, Kept, SourceError
from listener.store import cursors
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.errors import StoreError

NAMED: str = "kept:"
"""Before a secret's name, so that no source has it."""


class _Row:
    """`listener.ports.Kept` in the transaction that holds the lock."""

    def __init__(self, connection: Connection, name: str, value: str | None, clock: Clock) -> None:
        self._connection = connection
        self._name = name
        self._clock = clock
        self.value = value

    async def keep(self, value: str) -> None:
        await cursors.move(self._connection, self._name, value, self._clock.now())
        self.value = value


class DatabaseVault:
    """`listener.ports.Vault` over the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @contextlib.asynccontextmanager
    async def opened(self, name: str) -> AsyncIterator[Kept]:
        row = NAMED + name
        try:
            async with self._database.alone(row) as connection:
                yield _Row(connection, row, await cursors.read(connection, row), self._clock)
        except StoreError as error:
            raise SourceError(
                f"what is kept for all daemons cannot be reached: {error}", unreachable=True
            ) from error
