"""Small writes that come at the same time share a transaction, and fail apart."""

import asyncio
from collections.abc import Sequence

import pytest

from listener.store.errors import StoreError
from listener.store.group_commit import GroupCommit


class Database:
    """Takes a while for each transaction; holds no `bad` items, and nothing at all while it is `locked`."""

    def __init__(self) -> None:
        self.transactions: list[list[int]] = []
        self.bad: set[int] = set()
        self.locked = False

    async def write(self, items: Sequence[int]) -> None:
        await asyncio.sleep(0.01)
        if self.locked:
            raise StoreError("locked", transient=True)
        if self.bad & set(items):
            raise StoreError("cannot be held", transient=False)
        self.transactions.append(list(items))


async def test_what_comes_during_a_commit_shares_the_next_one() -> None:
    database = Database()
    together = GroupCommit(database.write)
    first = asyncio.create_task(together.put(1))
    await asyncio.sleep(0.005)
    await asyncio.gather(first, together.put(2), together.put(3))
    assert database.transactions == [[1], [2, 3]]


async def test_an_item_that_cannot_be_held_fails_alone() -> None:
    database = Database()
    database.bad = {2}
    together = GroupCommit(database.write)
    outcomes = await asyncio.gather(*map(together.put, (1, 2, 3)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [type(None), StoreError, type(None)]
    assert database.transactions == [[1], [3]]


async def test_a_locked_database_fails_them_all_and_takes_the_next() -> None:
    database = Database()
    database.locked = True
    together = GroupCommit(database.write)
    outcomes = await asyncio.gather(*map(together.put, (1, 2)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [StoreError, StoreError]
    database.locked = False
    await together.put(3)
    assert database.transactions == [[3]]


async def test_a_cancelled_caller_does_not_take_the_item_back() -> None:
    database = Database()
    together = GroupCommit(database.write)
    caller = asyncio.create_task(together.put(1))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await together.close()
    assert database.transactions == [[1]]


async def test_a_fault_in_the_code_reaches_every_caller() -> None:
    async def broken(_: Sequence[int]) -> None:
        raise TypeError("a mistake")

    together = GroupCommit(broken)
    outcomes = await asyncio.gather(*map(together.put, (1, 2)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [TypeError, TypeError]
