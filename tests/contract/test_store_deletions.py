"""What was deleted before it was ever heard is not shown as living by an answer that was asked for before."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.mention import Deletion
from listener.ports import Batch, Look
from listener.store import mentions
from listener.store.mentions import Kept
from listener.store.stores import Stores
from tests.contract.store_samples import NOW, SOURCE, OpenStore, later, mention

PAGE = "vk.community:romashka"
GONE = Deletion(network=mention(1).network, id=mention(1).id, at=NOW, deleter="77")


async def delete(store: Stores, *deleted: Deletion, now: float) -> None:
    await store.mentions.keep(PAGE, Batch(deleted=deleted, told=True), later(now))


async def answer(store: Stores, *numbers: int, began: float, now: float, told: bool = False) -> Kept:
    """What a search brings that was asked at `began`."""
    assert await store.mentions.lead(SOURCE)
    batch = Batch(mentions=tuple(mention(number) for number in numbers), told=told)
    return await store.mentions.keep(SOURCE, batch, later(now), look=Look(every=None, began=later(began)))


async def living(store: Stores, now: float) -> dict[str, bool]:
    return {one.mention.id: not one.is_deleted for one in await store.mentions.undecided(99, later(now))}


@pytest.mark.parametrize(
    ("began", "told", "lives"),
    [
        pytest.param(59, False, False, id="asked before it was deleted"),
        pytest.param(61, False, True, id="asked after it was deleted, and it is back"),
        pytest.param(59, True, True, id="told by the network what happened after it"),
    ],
)
async def test_only_an_answer_that_may_know_of_an_earlier_deletion_shows_the_post_as_living(
    store: Stores, *, began: float, told: bool, lives: bool
) -> None:
    await delete(store, GONE, now=60)
    assert await answer(store, 1, 2, began=began, now=62, told=told) == Kept(new=2)
    assert await living(store, 62) == {mention(1).id: lives, mention(2).id: True}


async def test_who_deleted_it_and_when_is_kept_with_it(store: Stores) -> None:
    await delete(store, GONE, now=60)
    await answer(store, 1, began=59, now=62)
    (stored,) = await store.mentions.undecided(9, later(62))
    assert (stored.is_deleted, stored.deleter) == (True, "77")
    # Whoever asked between the deletion and this answer knows more than the answer.
    assert await answer(store, 1, began=61, now=63) == Kept(edited=1)


async def test_a_deletion_written_before_the_clock_was_set_back_says_nothing(store: Stores) -> None:
    await delete(store, GONE, now=7200)
    await answer(store, 1, began=0, now=2)
    assert await living(store, 7200) == {mention(1).id: True}


async def test_deletions_of_what_nobody_heard_are_remembered_for_a_day(store: Stores) -> None:
    ids = [f"-1_{number}" for number in range(1, 1_203)]
    for hours, day in ((0, ids[:1_200]), (23, ids[1_200:1_201]), (25, ids[1_201:])):
        gone = [Deletion(network=mention(1).network, id=number, at=NOW) for number in day]
        await delete(store, *gone, now=timedelta(hours=hours).total_seconds())
    remembered = await store.database.read(
        lambda c: c.scalar(text("SELECT count(*) || max(external_id) FROM deletions"))
    )
    assert remembered == "2-1_1202"


async def test_a_deletion_of_what_is_kept_is_remembered_with_it_alone(store: Stores) -> None:
    await answer(store, 1, began=0, now=1)
    await delete(store, GONE, now=60)
    await delete(store, GONE, now=61)
    assert await store.database.read(lambda c: c.scalar(text("SELECT count(*) FROM deletions"))) == 0


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_deletion_waits_for_an_answer_that_is_being_kept(open_store: OpenStore) -> None:
    """Where daemons share a store, neither would see what the other has not committed; SQLite has one writer."""
    hearing, told, kept = await open_store(), await open_store(), asyncio.Event()

    async def slowly(connection: mentions.Connection) -> None:
        batch, look = Batch(mentions=(mention(1),)), Look(every=None, began=NOW)
        await mentions.keep(connection, SOURCE, batch, later(2), look=look)
        kept.set()
        await asyncio.sleep(0.3)

    keeping = asyncio.create_task(hearing.database.write(slowly))
    await kept.wait()
    await delete(told, GONE, now=1)
    await keeping
    assert await living(told, 3) == {mention(1).id: False}


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_deletions_of_what_is_kept_hold_nobody_up_who_keeps(open_store: OpenStore) -> None:
    slow, other, deleting = await open_store(), await open_store(), await open_store()
    await answer(other, 1, began=0, now=1)
    kept, done = asyncio.Event(), asyncio.Event()

    async def slowly(connection: mentions.Connection) -> None:
        look = Look(every=None, began=NOW)
        await mentions.keep(connection, "vk.search:other", Batch(mentions=(mention(2),)), later(2), look=look)
        kept.set()
        await done.wait()

    keeping = asyncio.create_task(slow.database.write(slowly))
    await kept.wait()
    async with asyncio.timeout(60):
        await delete(deleting, GONE, now=3)
        await answer(other, 3, began=3, now=4)
    done.set()
    await keeping


async def test_a_look_may_bring_and_delete_what_nobody_heard_at_once(store: Stores) -> None:
    assert await store.mentions.lead(SOURCE)
    other = Deletion(network=mention(2).network, id=mention(2).id, at=NOW)
    for began in (0, 1):
        batch = Batch(mentions=(mention(1),), deleted=(GONE, other))
        await store.mentions.keep(SOURCE, batch, later(2), look=Look(every=None, began=later(began)))
    await answer(store, 2, began=1, now=3)
    assert await living(store, 3) == {mention(1).id: False, mention(2).id: False}
