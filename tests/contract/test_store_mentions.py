"""Keeping: each mention once, its cursor in the same transaction, whatever the texts are like."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from domain.mention import Author, Deletion
from listener.ports import Batch, Look, SourceError
from listener.store.errors import StoreError
from listener.store.figures import figures
from listener.store.mentions import Kept
from listener.store.stores import Stores
from tests.contract.store_samples import NOW, OpenStore, complaint, keep, later, mention


async def test_a_mention_heard_twice_is_kept_once(store: Stores) -> None:
    assert await keep(store, mention(1), mention(2), cursor="a") == Kept(new=2)
    assert await keep(store, mention(2), mention(3), cursor="b") == Kept(new=1, known=1)
    assert [one.mention.id for one in await store.mentions.undecided(10, NOW)] == ["-1_1", "-1_2", "-1_3"]
    assert await store.mentions.cursor("vk.search:romashka") == "b"


async def test_a_mention_comes_back_as_it_was_kept(store: Stores) -> None:
    one = mention(1, text="Ёжик 🦔 сказал: «связь!»", author=Author(id="-5", name="Клуб"), thread=None, reach=None)
    await keep(store, one)
    (stored,) = await store.mentions.undecided(10, NOW)
    assert stored.mention == one


async def test_the_same_id_on_two_networks_is_two_mentions(store: Stores) -> None:
    assert await keep(store, mention(1), mention(1, network="x")) == Kept(new=2)


async def test_a_mention_twice_in_one_batch_is_kept_once_with_its_last_text(store: Stores) -> None:
    assert await keep(store, mention(1), mention(1, text="исправлено")) == Kept(new=1, known=1)
    (stored,) = await store.mentions.undecided(10, NOW)
    assert stored.mention.text == "исправлено"


async def test_an_edited_text_waits_for_the_judge_again(store: Stores) -> None:
    await keep(store, mention(1))
    (first,) = await store.mentions.undecided(10, NOW)
    await store.decisions.record([complaint(first)], NOW)
    assert await store.mentions.undecided(10, NOW) == []
    assert await keep(store, mention(1, text="Ромашка, уже работает"), now=later(60)) == Kept(edited=1)
    (second,) = await store.mentions.undecided(10, later(60))
    assert (second.row, second.text_version) == (first.row, first.text_version + 1)


@pytest.mark.parametrize(
    ("batch", "began", "is_back"),
    [
        pytest.param(Batch(), 59, False, id="asked before it was deleted"),
        pytest.param(Batch(), 61, True, id="asked after it was deleted"),
        pytest.param(Batch(told=True), 59, True, id="told by the network that it is back"),
        pytest.param(Batch(), -7200, True, id="deleted by a clock that was set back since"),
    ],
)
@pytest.mark.parametrize("text", ["Ромашка, связи нет", "Ромашка, связь есть"])
async def test_only_an_answer_that_may_know_of_a_deletion_takes_it_back(
    store: Stores, batch: Batch, began: float, text: str, *, is_back: bool
) -> None:
    await keep(store, mention(1, text="Ромашка, связи нет"))
    gone = Deletion(network=mention(1).network, id=mention(1).id, at=later(60))
    await store.mentions.keep("other", Batch(deleted=(gone,)), later(60))
    assert await store.mentions.lead("vk.search:romashka")
    look = Look(every=None, began=later(began))
    heard = replace(batch, mentions=(mention(1, text=text),))
    kept = await store.mentions.keep("vk.search:romashka", heard, later(began + 2), look=look)
    assert kept == (Kept(edited=1) if is_back else Kept(known=1))
    (stored,) = await store.mentions.undecided(10, later(70))
    assert stored.is_deleted is not is_back


async def test_a_batch_without_a_cursor_leaves_the_old_one(store: Stores) -> None:
    await keep(store, mention(1), cursor="a")
    await keep(store, mention(2), cursor=None)
    assert await store.mentions.cursor("vk.search:romashka") == "a"
    assert await store.mentions.cursor("vk.search:other") is None


async def test_a_text_with_a_nul_or_half_a_surrogate_is_kept_without_it(store: Stores) -> None:
    await keep(store, mention(1, text="a\x00b"), mention(2, text="c\ud83dd"), cursor="a")
    assert [one.mention.text for one in await store.mentions.undecided(10, NOW)] == ["ab", "c?d"]


async def test_a_mention_that_no_database_holds_does_not_sink_its_batch(store: Stores) -> None:
    giant = mention(3, author=Author(id="1", name="x", followers=2**70))
    kept = await keep(store, mention(1), mention(2), giant, mention(4), cursor="a")
    assert kept == Kept(new=3, skipped=1)
    assert await store.mentions.cursor("vk.search:romashka") == "a"


async def test_thousands_of_mentions_fit_into_one_batch(store: Stores) -> None:
    assert await keep(store, *map(mention, range(1200))) == Kept(new=1200)
    assert await keep(store, *map(mention, range(1200))) == Kept(known=1200)


async def test_what_is_in_hand_is_not_handed_out_again(store: Stores) -> None:
    await keep(store, mention(1), mention(2))
    first = await store.mentions.undecided(1, NOW)
    second = await store.mentions.undecided(10, NOW, skip=[one.row for one in first])
    assert [one.mention.id for one in first + second] == ["-1_1", "-1_2"]


async def test_what_waits_and_what_is_in_hand_is_counted_up_to_a_bound(store: Stores) -> None:
    await keep(store, *(mention(number) for number in range(1, 6)))
    assert await store.mentions.waiting(100) == 5
    in_hand = await store.mentions.undecided(2, NOW)
    assert len(in_hand) == 2
    assert await store.mentions.waiting(100) == 5
    assert await store.mentions.waiting(3) == 3


async def test_judges_share_the_work_and_take_over_from_a_dead_one(open_store: OpenStore) -> None:
    one, other = await open_store(), await open_store()
    if one.database.is_sqlite:
        pytest.skip("SQLite serves one daemon: nothing is leased")
    await keep(one, *map(mention, range(10)))
    mine, theirs = await asyncio.gather(one.mentions.undecided(5, NOW), other.mentions.undecided(5, NOW))
    assert len({stored.row for stored in mine + theirs}) == 10
    assert await one.mentions.undecided(5, NOW) == []
    assert len(await other.mentions.undecided(10, later(31))) == 10


async def test_a_mention_that_breaks_the_judge_three_times_is_left_alone(store: Stores) -> None:
    await keep(store, mention(1), mention(2))
    for attempt in range(3):
        poison = (await store.mentions.undecided(10, later(60 * attempt)))[0]
        assert poison.mention.id == "-1_1"
        await store.mentions.set_aside(poison, "ValueError: \x00\ud800", later(60 * attempt))
    assert [one.mention.id for one in await store.mentions.undecided(10, later(600))] == ["-1_2"]
    assert await store.mentions.poisoned() == 1
    await keep(store, mention(1, text="другой текст"), now=later(600))
    assert await store.mentions.poisoned() == 0


async def test_two_daemons_that_hear_the_same_keep_it_once(open_store: OpenStore) -> None:
    one, other = await open_store(), await open_store()
    batches = [[mention(number) for number in range(start, start + 40)] for start in range(0, 200, 20)]
    await asyncio.gather(
        *(keep(one, *batch, cursor="a") for batch in batches),
        *(keep(other, *reversed(batch), cursor="b") for batch in batches),
    )
    assert (await figures(one.database)).mentions == 220


async def test_a_cancelled_keep_is_whole_or_nothing_and_the_store_goes_on(store: Stores) -> None:
    for number in range(30):
        task = asyncio.create_task(keep(store, *(mention(f"{number}_{i}") for i in range(20)), cursor=str(number)))
        await asyncio.sleep(0.0005 * (number % 10))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        stored = (await figures(store.database)).mentions
        assert stored % 20 == 0
    assert (await keep(store, mention("end"), cursor="end")).new == 1
    assert await store.mentions.cursor("vk.search:romashka") == "end"


class Frozen:
    def __init__(self, now: Any) -> Any:
        self.time = now

    def now(self) -> Any:
        return self.time

    def monotonic(self) -> float:
        return 0.0


async def test_a_daily_quota_holds_across_restarts_and_ends_with_the_day(open_store: OpenStore) -> None:
    clock = Frozen(NOW)
    await (await open_store()).budget(clock).spend("search", limit=3, amount=2)
    store = await open_store()
    budget = store.budget(clock)
    await budget.spend("search", limit=3)
    with pytest.raises(SourceError) as held:
        await budget.spend("search", limit=3)
    assert (held.value.held_back, held.value.retry_after) == (True, 12 * 3600)
    assert await budget.used("search") == 3
    clock.time = later(12 * 3600)
    await budget.spend("search", limit=3)
    assert await budget.used("search") == 1


async def test_a_call_dearer_than_the_whole_quota_is_never_allowed(store: Stores) -> None:
    with pytest.raises(SourceError):
        await store.budget(Frozen(NOW)).spend("search", limit=1, amount=2)
    assert await store.budget(Frozen(NOW)).used("search") == 0


async def test_many_daemons_together_never_pass_the_quota(open_store: OpenStore) -> None:
    stores = [await open_store(), await open_store()]
    calls = [one.budget(Frozen(NOW)).spend("search", limit=7) for one in stores for _ in range(8)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert outcomes.count(None) == 7
    assert await stores[0].budget(Frozen(NOW)).used("search") == 7


async def test_a_fault_of_the_database_is_one_named_error(store: Stores) -> None:
    with pytest.raises(StoreError) as fault:
        await store.mentions.set_aside(replace((await _one(store)), row=2**70), "x", NOW)
    assert not fault.value.transient


async def _one(store: Stores) -> Any:
    await keep(store, mention(1))
    return (await store.mentions.undecided(1, NOW))[0]
