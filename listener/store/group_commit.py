"""Small writes together: those that arrive while a transaction is under way share the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from listener.store.errors import StoreError

Item = TypeVar("Item")


class GroupCommit(Generic[Item]):
    """Gathers items for `write`, which takes them all or none and raises StoreError.

    Nothing waits for company: the first item is written at once, and only what comes during its commit is
    gathered. An item that the database cannot hold fails alone.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> None:
        """Return when the item is written; raises StoreError when it is not."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        await done

    async def close(self) -> None:
        """Let what was put be written."""
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting, []
                await self._write_some(some)
        finally:
            self._writing = None

    async def _write_some(self, some: Sequence[tuple[Item, asyncio.Future[None]]]) -> None:
        try:
            await self._write([item for item, _ in some])
        except StoreError as error:
            if error.transient or len(some) == 1:
                _settle(some, error)
                return
        except Exception as fault:  # noqa: BLE001  # a mistake in the code: each caller raises it
            _settle(some, fault)
            return
        else:
            _settle(some, None)
            return
        for entry in some:
            await self._write_some([entry])


def _settle(some: Sequence[tuple[object, "asyncio.Future[None]"]], fault: Exception | None) -> None:
    """Those whose caller was cancelled want no answer any more."""
    for _, done in some:
        if done.done():
            continue
        if fault is None:
            done.set_result(None)
        else:
            done.set_exception(fault)
