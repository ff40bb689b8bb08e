"""Two daemons on one PostgreSQL: one hears a source, and whoever lost the lead meanwhile can commit nothing."""

import asyncio

import pytest
from sqlalchemy import text

from listener.ports import SourceError
from listener.store.stores import Stores
from tests.conftest import on_server
from tests.contract.store_samples import OpenStore
from tests.contract.test_store_listening import NAME, Scripted, found, hearing
from tests.fakes import TurnedClock

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]


async def cut_off_the_leader(url: str) -> None:
    """What a network, a restarted server or an administrator does to the session that holds the lock."""
    await on_server(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )


async def cursor(store: Stores) -> str | None:
    return await store.mentions.cursor(NAME)


async def test_a_source_is_asked_by_one_of_two_and_by_the_other_once_the_first_is_gone(
    open_store: OpenStore,
) -> None:
    clock, first, second = TurnedClock(), await open_store(), await open_store()
    one, other = Scripted([found(1), found(2)]), Scripted([found(3)])
    hear_one, hear_other = hearing(first, clock), hearing(second, clock)
    await hear_one(one)
    for _ in range(3):
        with pytest.raises(SourceError, match="слушает другой Отклик") as error:
            await hear_other(other)
        assert error.value.held_back, "no trouble"
    await hear_one(one)
    assert (one.asked, other.asked) == (2, 0)
    await first.close()
    await hear_other(other)
    assert await cursor(second) == "3"


async def test_one_that_was_paused_while_the_lead_went_on_commits_nothing(
    database_url: str, open_store: OpenStore
) -> None:
    clock, first, second = TurnedClock(), await open_store(), await open_store()
    await hearing(first, clock)(Scripted([found(1)]))
    hear_one, hear_other = hearing(first, clock), hearing(second, clock)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def paused() -> None:
        asked.set()
        await go_on.wait()

    slow = asyncio.create_task(hear_one(Scripted([found(2)], meanwhile=paused)))
    await asked.wait()
    await cut_off_the_leader(database_url)
    await hear_other(Scripted([found(2, 3, 4)]))
    go_on.set()
    with pytest.raises(SourceError, match="does not take mentions"):
        await slow
    assert await cursor(second) == "4", "never back"
    with pytest.raises(SourceError, match="слушает другой Отклик"):
        await hear_one(Scripted([found(9)]))


async def test_a_lead_that_was_cut_off_is_taken_again_where_nobody_else_has_it(
    database_url: str, open_store: OpenStore
) -> None:
    clock, store = TurnedClock(), await open_store()
    hear = hearing(store, clock)
    await hear(Scripted([found(1)]))
    await cut_off_the_leader(database_url)
    for _ in range(3):
        try:
            await hear(Scripted([found(2)]))
        except SourceError:
            continue
        break
    assert await cursor(store) == "2"


async def test_sources_are_led_one_by_one_and_their_keeping_does_not_mix(open_store: OpenStore) -> None:
    clock, first, second = TurnedClock(), await open_store(), await open_store()
    hear_one, hear_other = hearing(first, clock), hearing(second, clock)
    await hear_one(Scripted([found(1)], name="a"))
    await hear_other(Scripted([found(2)], name="b"))
    await asyncio.gather(
        *(hear_one(Scripted([found(10 + n)], name="a")) for n in range(5)),
        *(hear_other(Scripted([found(20 + n)], name="b")) for n in range(5)),
    )
    with pytest.raises(SourceError):
        await hear_one(Scripted([found(3)], name="b"))
    assert await first.database.read(lambda c: c.scalar(text("SELECT count(*) FROM mentions"))) == 12
