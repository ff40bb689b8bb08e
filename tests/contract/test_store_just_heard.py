"""What was heard a moment ago: handed out as it would be read, and never by words that stand there no more."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text as sql

from domain.mention import Author, Deletion, Mention, Quote
from listener.ports import Batch
from listener.store import just_heard
from listener.store.just_heard import JustHeard
from listener.store.stores import Stores
from tests.contract.store_samples import NOW, OpenStore, complaint, keep, later, mention

MOSCOW = timezone(timedelta(hours=3))
QUOTE = Quote(id="-1_9", author="Олег", text="А у вас?", url="https://vk.com/wall-1_9")
ODD = (
    mention(1),
    mention(2, author=Author(id="-5", name="Клуб"), thread=None, reach=None, place=None),
    mention(3, text="Ёжик 🦔 сказал: «связь!»\n\nи ушёл"),
    mention(4, text="нет\x00 связи \ud800 совсем \u202e"),
    mention(5, author=Author(id="7", name="И\u202eван", handle="i\x00", city="Тв\x00ерь")),
    mention(6, parent=QUOTE, quoted=Quote(id="x", text="с\ud800"), attached=("ссылка", "с\x00")),
    mention(7, parent=QUOTE, attached=("ссылка",)),
    mention(8, text="ы" * 70_000),
    mention(9, published_at=NOW + timedelta(days=1)),
    mention(10, published_at=datetime(2026, 11, 1, 3, 4, 5, 678_901, tzinfo=MOSCOW), edited_at=NOW),
    mention(11, edited_at=datetime(2026, 11, 1, 3, 4, 5, 1, tzinfo=MOSCOW)),
    mention(12, author=Author(id="8", name="Анна", followers=2**40), kind="comment"),
    mention("13\x00", network="x"),
)


async def words(store: Stores) -> list[tuple[str, str]]:
    """The ids and texts of all that wait, and nothing is decided of them."""
    return [(stored.mention.id, stored.mention.text) for stored in await store.mentions.undecided(10, later(600))]


async def test_it_is_handed_out_as_another_life_of_the_daemon_reads_it(open_store: OpenStore) -> None:
    here, after = await open_store(), await open_store()
    batch = Batch(mentions=ODD)
    await here.mentions.keep("s", batch, NOW, own={("vk", "-1_2")})
    mine = await here.mentions.undecided(100, NOW)
    if not here.database.is_sqlite:
        pytest.skip("there it is leased, and always read")
    read = await after.mentions.undecided(100, NOW)
    assert mine[0].mention is ODD[0], "it comes from memory"
    assert mine == read
    assert len(mine) == len(ODD)
    zones = [stored.mention.published_at.tzinfo for stored in (*mine, *read)]
    assert set(zones) == {UTC}


async def test_what_another_process_has_edited_meanwhile_is_handed_out_by_its_new_words(
    open_store: OpenStore,
) -> None:
    here, there = await open_store(), await open_store()
    await keep(here, mention(1, text="связи нет"), mention(2, text="нет"))
    await keep(there, mention(1, text="уже есть"), now=later(60))
    assert await words(here) == [("-1_1", "уже есть"), ("-1_2", "нет")]


async def test_what_another_process_has_deleted_meanwhile_is_handed_out_as_deleted(open_store: OpenStore) -> None:
    here, there = await open_store(), await open_store()
    await keep(here, mention(1))
    gone = Deletion(network="vk", id="-1_1", at=later(60), deleter="77")  # type: ignore[arg-type]
    await there.mentions.keep("s", Batch(deleted=(gone,)), later(60))
    (stored,) = await here.mentions.undecided(10, later(60))
    assert (stored.is_deleted, stored.deleter) == (True, "77")


@pytest.mark.parametrize("after", [mention(2, text="другое"), mention(1, text="сказано заново")])
async def test_a_number_that_is_given_again_is_never_taken_for_the_erased_one(
    open_store: OpenStore, after: Mention
) -> None:
    here, there = await open_store(), await open_store()
    await keep(here, mention(1, text="стёрто"))
    await there.database.write(lambda c: c.execute(sql("DELETE FROM mentions")))
    await keep(there, after, now=later(60))
    assert await words(here) == [(after.id, after.text)]


async def test_what_the_judge_left_is_handed_out_again(store: Stores) -> None:
    await keep(store, mention(1), mention(2))
    first = await store.mentions.undecided(10, NOW)
    again = await store.mentions.undecided(10, later(60))
    assert first == again
    await store.decisions.record([complaint(first[0])], later(60))
    assert [stored.row for stored in await store.mentions.undecided(10, later(120))] == [first[1].row]


async def test_more_than_is_remembered_is_handed_out_in_order(
    store: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(just_heard, "MOST", 3)
    held: list[int] = []
    put = JustHeard.put

    def noted(memory: JustHeard, heard: Iterable[just_heard.Heard]) -> None:
        put(memory, heard)
        held.append(len(memory))

    monkeypatch.setattr(JustHeard, "put", noted)
    await keep(store, *(mention(number) for number in range(10, 15)))
    await keep(store, *(mention(number) for number in range(15, 20)))
    handed: list[str] = []
    while batch := await store.mentions.undecided(4, NOW):
        await store.decisions.record([complaint(stored) for stored in batch], NOW)
        handed += [stored.mention.id for stored in batch]
        await keep(store, *(mention(number) for number in range(20, 22)))
    assert handed == [f"-1_{number}" for number in range(10, 22)]
    assert max(held) == (3 if store.database.is_sqlite else 0)
    assert held[-1] < max(held, default=0) or not store.database.is_sqlite, "what was handed out is let go"
