"""What a customer, a brand and a stranger do to something published, in the simulated VK and X alike."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from simulator.corpus import load_corpus
from simulator.publishing import VISITORS, Published
from simulator.traffic import plan
from simulator.world import World

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    """Each look at the clock is a second later than the one before."""
    now = [NOON]

    def clock() -> datetime:
        now[0] += timedelta(seconds=1)
        return now[0]

    return World(load_corpus(), clock, rate=0)


def said(world: World, place: str) -> Published:
    if place == "comment":
        return world.publishing.by_hand("vk", "Пётр", "Третий день нет интернета", community="romashka")
    return world.publishing.by_hand("vk" if place == "wall" else "x", "Пётр", "Ромашка, где интернет?")


@pytest.mark.parametrize("place", ["wall", "comment", "tweet"])
def test_the_author_edits(world: World, place: str) -> None:
    item = said(world, place)
    edited = world.customers.edits(item.id, "Всё починили, спасибо")
    assert (edited.text, edited.edited_at is not None) == ("Всё починили, спасибо", True)
    assert world.publishing.find(item.id) == edited
    assert world.publishing.published[-1] == edited
    if place == "tweet":
        assert edited.versions == (item.id,)
        assert edited.id != item.id
    else:
        assert world.vk.world.entries[item.id].text == edited.text


@pytest.mark.parametrize("place", ["wall", "comment", "tweet"])
def test_the_author_deletes_and_what_is_gone_cannot_be_edited(world: World, place: str) -> None:
    item = said(world, place)
    assert world.customers.deletes(item.id).deleted_at is not None
    assert item.id not in world.vk.world.entries
    assert all(item.id != post["id"] for post in world.x.snapshot())
    with pytest.raises(LookupError, match="уже удалено"):
        world.customers.edits(item.id, "x")


def test_a_brand_deletes_on_its_own_page_only(world: World) -> None:
    comment, wall = said(world, "comment"), said(world, "wall")
    world.customers.deletes(comment.id, by_brand=True)
    event = world.vk.channels[201001]._events[-1][1]
    assert (event["type"], event["object"]["deleter_id"]) == ("wall_reply_delete", -201001)
    with pytest.raises(LookupError):
        world.customers.deletes(wall.id, by_brand=True)


def test_a_talk_in_vk_stays_in_one_thread_and_begins_as_vks_client_begins_it(world: World) -> None:
    item = said(world, "comment")
    answer = world.customers.brand_answers(item.id, "Какой договор?")
    again = world.customers.writes_again(item.id, "4451")
    number = int(item.id.partition("_")[2])
    entries = [world.vk.world.entries[one.id] for one in (answer, again)]
    assert [entry.root for entry in entries] == [number, number]
    assert answer.text == f"[id{item.author.number}|Пётр], Какой договор?"
    assert again.text == "[club201001|Ромашка Телеком], 4451"
    assert (again.author, again.under, again.kinds) == (item.author, answer.id, ("thread",))
    assert world.customers.writes_again(again.id, "ау").under == answer.id


def test_a_talk_on_x_hangs_post_on_post(world: World) -> None:
    item = said(world, "tweet")
    answer = world.customers.brand_answers(item.id, "Какой договор?", brand="romashka")
    again = world.customers.writes_again(item.id, "4451")
    posts = {one["id"]: one for one in world.x.snapshot()}
    assert (posts[answer.id]["reply_to"], posts[again.id]["reply_to"]) == (item.id, answer.id)
    assert posts[answer.id]["handle"] == "romashka_ru"


def test_a_customer_goes_on_under_the_own_post_while_nobody_answers(world: World) -> None:
    item = said(world, "wall")
    again = world.customers.writes_again(item.id, "ау")
    assert (again.under, again.place, again.id.partition("_")[0]) == (
        item.id,
        "comment",
        item.id.partition("_")[0],
    )


def test_whose_customer_that_is_must_be_known(world: World) -> None:
    with pytest.raises(LookupError, match="brand"):
        world.customers.brand_answers(said(world, "tweet").id, "x")
    with pytest.raises(LookupError):
        world.customers.edits("1_404", "x")


def test_a_post_is_shared_without_a_word(world: World) -> None:
    item = said(world, "wall")
    shared = world.customers.shares(item.id, "Соседка")
    assert (shared.text, shared.shared) == ("", item.id)
    copied = world.vk.world.entries[shared.id].copied
    assert copied is not None
    assert copied.text == item.text
    with pytest.raises(LookupError):
        world.customers.shares(said(world, "comment").id, "Соседка")


def test_everything_happens_now_and_then_when_it_is_asked_for() -> None:
    now = [NOON]
    lively = World(load_corpus(), lambda: now[0], rate=0, sequels=True)
    before = len(lively.publishing.published)
    for planned in islice(plan(lively.corpus, 0), 300):
        now[0] += timedelta(seconds=1)
        lively._publish(planned)
    seen: Counter[str] = Counter()
    for item in lively.publishing.published[before:]:
        own = "own" in item.kinds
        seen["answered"] += own
        seen["gone on"] += item.kinds == ("thread",) and item.key is None
        seen["edited"] += item.edited_at is not None
        seen["deleted"] += item.deleted_at is not None
        seen["shared"] += item.shared is not None
        seen["signed"] += "signed" in item.kinds
        seen["hung"] += bool(item.words)
    assert all(item.author.number < VISITORS for item in lively.publishing.published), "nobody is a guest"
    assert len(seen) == 7
    assert min(seen.values()) >= 3, seen
    assert sum(seen.values()) <= 80, "now and then, not all the time"
