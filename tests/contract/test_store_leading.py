"""Two daemons on one PostgreSQL: one hears a source, and whoever lost the lead meanwhile can commit nothing."""

import asyncio
import contextlib
import sys

import pytest
from sqlalchemy import text

from listener.ports import SourceError
from listener.store.leading import CLASS, number_of
from listener.store.stores import Stores
from tests.conftest import on_server
from tests.contract.store_samples import OpenStore
from tests.contract.test_store_listening import NAME, Scripted, found, hearing
from tests.fakes import TurnedClock

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]


PAUSED = """
import asyncio, os, signal, sys
import asyncpg

async def lead(url, kind, name):
    connection = await asyncpg.connect(url, server_settings={"idle_in_transaction_session_timeout": "1s"})
    await connection.execute(f"SELECT pg_advisory_lock({kind}, {name})")
    await connection.execute("CREATE TEMP TABLE rows (row text)")
    async with connection.transaction():
        await connection.executemany("INSERT INTO rows VALUES ($1)", rows())

def rows():
    for number in range(100_000):
        if number == 50_000:
            print("leads", flush=True)
            os.kill(os.getpid(), signal.SIGSTOP)
        yield ("x" * 50,)

asyncio.run(lead(*sys.argv[1:]))
"""


async def cut_off_the_leader(url: str) -> None:
    """What a network, a restarted server or an administrator does to the session that holds the lock, until it has
    ended.
    """
    held = (
        "FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    ended = f"DO $$ BEGIN WHILE EXISTS (SELECT 1 {held}) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$"
    await on_server(url, f"SELECT pg_terminate_backend(pid) {held}", ended)


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


async def test_whoever_was_asked_before_a_cut_takes_no_lead_from_those_who_took_theirs_anew(
    database_url: str, open_store: OpenStore
) -> None:
    clock, store = TurnedClock(), await open_store()
    hear, asked, go_on = hearing(store, clock), asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        asked.set()
        await go_on.wait()

    slow = asyncio.create_task(hear(Scripted([found(1)], name="slow", meanwhile=slowly)))
    await asked.wait()
    await cut_off_the_leader(database_url)
    quick = Scripted([found(2)], name="quick")
    while quick.asked == 0:  # it is found out that the session is lost, and the lead taken anew
        with contextlib.suppress(SourceError):
            await hear(quick)

    async def meanwhile() -> None:
        go_on.set()
        with pytest.raises(SourceError, match="does not take mentions"):
            await slow

    await hear(Scripted([found(3)], name="quick", meanwhile=meanwhile))
    assert await store.mentions.cursor("quick") == "3"


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


async def test_a_leader_that_was_paused_amid_many_rows_loses_the_lead(
    database_url: str, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its session is at work, as the server sees it, and waits for the rest of the rows: no time-out ends that."""
    monkeypatch.setattr("listener.store.leading.LOST_AFTER", 1)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PAUSED,
        database_url,
        str(CLASS),
        str(number_of(NAME)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"leads\n"
        clock, store = TurnedClock(), await open_store()
        hear = hearing(store, clock)
        async with asyncio.timeout(300):
            while await cursor(store) is None:
                with contextlib.suppress(SourceError):
                    await hear(Scripted([found(1)]))
                await asyncio.sleep(0.2)
    finally:
        process.kill()
        await process.wait()
    assert await cursor(store) == "1"
