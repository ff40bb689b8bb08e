"""The VK search over real sockets against the simulated VK, in good times and bad."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from listener.ports import SourceError
from simulator.faults import Fault
from tests.vk_parts import BRAND, GROUP, HASTY, LIMITS, NOON, OLGA, PAVEL, Shelf, World, simulated
from tests.waiting import stopwatch

SEARCH = "newsfeed.search"


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with simulated(HASTY if request.node.get_closest_marker("hasty") else LIMITS) as one:
        yield one


def an_answer(*items: object, **more: object) -> dict[str, object]:
    return {"response": {"items": list(items), "count": len(items), "total_count": len(items), **more}}


def an_item(number: int, **fields: object) -> dict[str, object]:
    base = {"id": number, "owner_id": 501, "from_id": 501, "date": int(NOON.timestamp()), "text": "ромашка молчит"}
    return base | fields


async def test_a_post_and_a_comment_arrive_with_author_address_and_reach(world: World) -> None:
    post = world.vk.post(OLGA, "Ромашкой недовольна: связи нет третий день")
    wall = world.vk.community_post(GROUP, "Новости")
    comment = world.vk.comment(PAVEL, "И у меня ромашка не ловит", post=wall)
    source, shelf = world.search(), Shelf()
    await shelf.hear(source)
    await source.close()
    heard, answer = shelf.mentions[post], shelf.mentions[comment]
    assert (heard.kind, heard.url, heard.thread) == ("post", f"https://vk.com/wall{post}", None)
    assert (heard.author.name, heard.author.handle, heard.reach) == ("Ольга Панова", "olga_p", 1200)
    assert heard.published_at == NOON
    assert (answer.kind, answer.thread, answer.reach) == ("comment", wall, 5000)
    assert answer.url == f"https://vk.com/wall{wall}?reply={comment.rpartition('_')[2]}"


async def test_an_overlapping_look_stores_nothing_twice_and_misses_nothing(world: World) -> None:
    source, shelf = world.search(), Shelf()
    world.vk.post(OLGA, "ромашка раз")
    assert len(await shelf.hear(source)) == 1
    late = world.vk.post(PAVEL, "ромашка из опоздавшего индекса", at=NOON - timedelta(minutes=9))
    world.clock.move(minutes=2)
    assert [one.id for one in await shelf.hear(source)] == [late]
    assert await shelf.hear(source) == []
    await source.close()


async def test_a_crowded_search_reads_its_whole_overlap_once_a_minute_and_still_misses_nothing(
    world: World,
) -> None:
    for number in range(450):
        world.vk.post(OLGA, f"ромашка {number}", at=NOON - timedelta(seconds=number))
    source, shelf = world.search(limits=replace(LIMITS, body=2_000_000)), Shelf()
    await shelf.hear(source)
    before = sum(world.purse.spent.values())
    world.clock.move(seconds=2)
    new = world.vk.post(PAVEL, "ромашка новое")
    late = world.vk.post(PAVEL, "ромашка из опоздавшего индекса", at=NOON - timedelta(minutes=5))
    assert [one.id for one in await shelf.hear(source)] == [new]
    assert sum(world.purse.spent.values()) == before + 1
    world.clock.move(seconds=60)
    assert [one.id for one in await shelf.hear(source)] == [late]
    await source.close()


async def test_the_first_look_goes_back_an_hour_and_no_further(world: World) -> None:
    world.vk.post(OLGA, "ромашка вчера", at=NOON - timedelta(hours=3))
    recent = world.vk.post(OLGA, "ромашка недавно", at=NOON - timedelta(minutes=50))
    source, shelf = world.search(), Shelf()
    assert [one.id for one in await shelf.hear(source)] == [recent]
    await source.close()


async def test_more_than_a_thousand_results_are_all_fetched_window_by_window(world: World) -> None:
    for number in range(1250):
        world.vk.post(OLGA, f"ромашка {number}", at=NOON - timedelta(seconds=number))
    source, shelf = world.search(limits=replace(LIMITS, body=2_000_000)), Shelf()
    await shelf.hear(source)
    await source.close()
    assert len(shelf.mentions) == 1250
    assert sum(world.purse.spent.values()) < 12


async def test_a_restart_in_the_middle_of_a_long_window_goes_on_where_it_was(world: World) -> None:
    for number in range(1100):
        world.vk.post(OLGA, f"ромашка {number}", at=NOON - timedelta(seconds=number))
    wide = replace(LIMITS, body=2_000_000)
    first, shelf = world.search(limits=wide), Shelf()
    await shelf.hear(first, most=1)
    await first.close()
    second = world.search(limits=wide)
    world.vk.post(PAVEL, "ромашка новая", at=NOON + timedelta(seconds=5))
    world.clock.move(minutes=1)
    await shelf.hear(second)
    await shelf.hear(second)
    await second.close()
    assert len(shelf.mentions) == 1101


async def test_every_query_of_the_brand_has_its_own_progress(world: World) -> None:
    world.vk.post(OLGA, "ромашка не работает")
    world.vk.post(PAVEL, "romashka лежит")
    source, shelf = world.search("ромашка", "romashka"), Shelf()
    await shelf.hear(source)
    await source.close()
    assert len(shelf.mentions) == 2
    assert set(json.loads(shelf.cursor or "")) == {"ромашка", "romashka"}


async def test_the_brands_own_posts_are_not_heard(world: World) -> None:
    world.vk.community_post(GROUP, "Ромашка рада вам")
    source, shelf = world.search(), Shelf()
    assert await shelf.hear(source) == []
    await source.close()


async def test_whom_one_brand_ignores_is_heard_for_the_others(world: World) -> None:
    post = world.vk.post(OLGA, "ромашка не работает")
    brand = replace(BRAND, ignore_authors=("vk:olga_p",))
    source, shelf = world.search(brand=brand), Shelf()
    assert [one.id for one in await shelf.hear(source)] == [post]
    await source.close()


@pytest.mark.parametrize(
    ("code", "permanent_held_back_and_wait"),
    [
        (5, (True, False, None)),
        (28, (True, False, None)),
        (1117, (True, False, None)),
        (9, (False, True, 300)),
        (14, (False, True, 900)),
        (29, (False, True, 3600)),
        (10, (False, False, None)),
    ],
)
async def test_each_error_says_what_to_do(
    world: World,
    code: int,
    permanent_held_back_and_wait: tuple[bool, bool, float | None],
) -> None:
    words = f"broken: {world.vk.service_token}"
    world.vk.faults.add(Fault(path=SEARCH, kind="json", body={"error": {"error_code": code, "error_msg": words}}))
    source = world.search()
    with pytest.raises(SourceError) as caught:
        await source.fetch(None)
    await source.close()
    error = caught.value
    assert (error.permanent, error.held_back, error.retry_after) == permanent_held_back_and_wait
    assert world.vk.service_token not in str(error)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(path=SEARCH, kind="html"),
        Fault(path=SEARCH, kind="html", status=502),
        Fault(path=SEARCH, kind="status", status=500),
        Fault(path=SEARCH, kind="json", body=[1, 2]),
        Fault(path=SEARCH, kind="json", body={"response": None}),
        Fault(path=SEARCH, kind="json", body={"response": {"items": "many"}}),
        Fault(path=SEARCH, kind="json", body={"error": {"error_msg": "no code"}}),
        Fault(path=SEARCH, kind="json", body={"error": {"error_code": 14, "error_msg": "no captcha_sid"}}),
        Fault(path=SEARCH, kind="reset"),
        pytest.param(Fault(path=SEARCH, kind="hang", seconds=1.0), marks=pytest.mark.hasty),
        pytest.param(Fault(path=SEARCH, kind="trickle", seconds=3), marks=pytest.mark.hasty),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status} {str(fault.body)[:30]}",
)
async def test_a_bad_answer_is_a_source_error_and_the_next_look_makes_up_for_it(
    world: World, fault: Fault
) -> None:
    world.vk.post(OLGA, "ромашка")
    world.vk.faults.add(replace(fault))
    source, shelf = world.search(), Shelf()
    with pytest.raises(SourceError):
        await shelf.hear(source)
    while not shelf.mentions:
        try:
            await shelf.hear(source)
        except SourceError:  # the thread may still be busy with the answer that hangs
            await asyncio.sleep(0.1)
    await source.close()
    assert len(shelf.mentions) == 1


async def test_too_many_calls_a_second_are_made_again_but_not_without_end(world: World) -> None:
    body = {"error": {"error_code": 6, "error_msg": "Too many requests per second"}}
    world.vk.faults.add(Fault(path=SEARCH, kind="json", body=body, times=100))
    source = world.search()
    with pytest.raises(SourceError) as caught:
        await source.fetch(None)
    await source.close()
    assert caught.value.held_back
    assert world.vk.faults.met == 3


async def test_an_outage_uses_up_none_of_the_day_s_searches(world: World) -> None:
    world.vk.faults.add(Fault(path=SEARCH, kind="status", status=500, times=20))
    source = world.search()
    for _ in range(20):
        with pytest.raises(SourceError) as caught:
            await source.fetch(None)
        assert caught.value.unreachable
    await source.fetch(None)
    await source.close()
    assert list(world.purse.spent.values()) == [1]


async def test_one_malformed_result_is_skipped_and_the_others_are_kept(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    broken: list[object] = [
        an_item(1, text=None),
        an_item(2, date="вчера"),
        an_item(3, date=10**30),
        an_item(4, owner_id=None, from_id=None),
        {"id": {}},
        None,
        "текст",
    ]
    profiles = [
        {"id": "x"},
        None,
        {"id": 501, "first_name": None, "last_name": "Панова", "followers_count": "много"},
    ]
    body = an_answer(*broken, an_item(9, views=300), profiles=profiles, groups={"id": 1})
    world.vk.faults.add(Fault(path=SEARCH, kind="json", body=body))
    source, shelf = world.search(), Shelf()
    (kept,) = await shelf.hear(source)
    await source.close()
    assert (kept.id, kept.author.name, kept.author.followers, kept.reach) == ("501_9", "Панова", None, 300)
    assert caplog.text.count("skipped") == len(broken)


async def test_an_author_without_a_profile_is_named_by_number(world: World) -> None:
    body = an_answer(an_item(1), an_item(2, from_id=-9, owner_id=-9, views={"count": 7}))
    world.vk.faults.add(Fault(path=SEARCH, kind="json", body=body))
    source, shelf = world.search(), Shelf()
    assert [one.author.name for one in await shelf.hear(source)] == ["club9", "id501"]
    await source.close()


async def test_people_whom_the_answer_does_not_introduce_are_asked_for(world: World) -> None:
    world.vk.post(OLGA, "о другом")
    body = an_answer(an_item(1), an_item(2, from_id=-GROUP, owner_id=-GROUP))
    world.vk.faults.add(Fault(path=SEARCH, kind="json", body=body))
    source, shelf = world.search(), Shelf()
    (heard,) = await shelf.hear(source)  # the other one is the brand's own community
    await source.close()
    assert (heard.author.name, heard.author.handle) == ("Ольга Панова", "olga_p")


async def test_a_monstrous_text_costs_only_its_own_post(world: World) -> None:
    before = world.vk.post(PAVEL, "ромашка до", at=NOON - timedelta(seconds=2))
    world.vk.post(OLGA, "ромашка " + "я" * LIMITS.body)
    after = world.vk.post(PAVEL, "ромашка после")
    source, shelf = world.search(), Shelf()
    assert [one.id for one in await shelf.hear(source)] == [before, after]
    await source.close()
    assert not shelf.gaps


async def test_a_post_that_no_page_can_hold_is_stepped_over_with_a_word_about_it(world: World) -> None:
    world.vk.post(OLGA, "ромашка " + "z" * LIMITS.body)  # no monster, yet more than these limits keep
    source, shelf = world.search(), Shelf()
    assert await shelf.hear(source) == []
    assert shelf.gaps
    world.clock.move(minutes=15)
    later = world.vk.post(PAVEL, "ромашка снова жива")
    assert [one.id for one in await shelf.hear(source)] == [later]
    await source.close()


async def test_large_texts_beside_each_other_come_in_smaller_pages(world: World) -> None:
    for number in range(15):
        world.vk.post(OLGA, f"ромашка {number} " + "я" * 6000, at=NOON - timedelta(seconds=number))
    source, shelf = world.search(), Shelf()
    await shelf.hear(source)
    await source.close()
    assert len(shelf.mentions) == 15
    assert not shelf.gaps


async def test_the_daily_quota_is_counted_before_each_call_and_under_no_token(world: World) -> None:
    source, shelf = world.search(per_day=1), Shelf()
    await shelf.hear(source)
    with pytest.raises(SourceError) as caught:
        await shelf.hear(source)
    await source.close()
    assert caught.value.held_back
    (key,) = world.purse.spent
    assert key.startswith("vk:newsfeed.search:")
    assert world.vk.service_token not in key


async def test_a_query_that_is_refused_does_not_silence_the_others(world: World) -> None:
    heard = world.vk.post(OLGA, "ромашка")
    body = {"error": {"error_code": 100, "error_msg": "q is too long"}}
    world.vk.faults.add(Fault(path=SEARCH, kind="json", body=body))
    source, shelf = world.search("неудобный запрос", "ромашка"), Shelf()
    with pytest.raises(SourceError):
        await shelf.hear(source)
    assert [one.id for one in await shelf.hear(source)] == [heard]
    await source.close()


async def test_a_clock_that_was_a_day_ahead_stalls_nothing(world: World) -> None:
    source, shelf = world.search(), Shelf()
    world.vk.post(OLGA, "ромашка раз")
    world.clock.move(days=1)
    await shelf.hear(source)
    world.clock.time = NOON + timedelta(minutes=1)
    second = world.vk.post(OLGA, "ромашка два")
    assert [one.id for one in await shelf.hear(source)][-1] == second
    await source.close()


async def test_a_redirect_does_not_carry_the_token_away(world: World) -> None:
    world.vk.faults.add(
        Fault(path=SEARCH, kind="status", status=307, headers={"Location": "/vk/method/utils.getServerTime"})
    )
    source = world.search()
    with pytest.raises(SourceError):
        await source.fetch(None)
    await source.close()
    assert world.vk.calls == []


async def test_closing_does_not_wait_for_a_call_that_hangs(world: World) -> None:
    world.vk.faults.add(Fault(path=SEARCH, kind="hang", seconds=2.0))
    source = world.search(limits=LIMITS)
    fetching = asyncio.create_task(source.fetch(None))
    await asyncio.sleep(0.1)
    async with stopwatch() as watch:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)
        await source.close()
    assert watch.took < 0.5


async def test_a_community_is_named_though_the_server_knows_no_users(world: World) -> None:
    unknown = {"error": {"error_code": 3, "error_msg": "Unknown method passed"}}
    world.vk.faults.add(Fault(path="users.get", kind="json", body=unknown, times=9))
    own = an_item(8, owner_id=-GROUP, from_id=-GROUP)
    world.vk.faults.add(Fault(path=SEARCH, kind="json", body=an_answer(an_item(7), own), times=2))
    source, shelf = world.search(), Shelf()
    heard = await shelf.hear(source)
    met = world.vk.faults.met
    await source.fetch(None)
    await source.close()
    assert [one.id for one in heard] == ["501_7"]
    assert heard[0].author.name == "id501"
    # The second look asks for the posts, and not again for the name that is not to be had.
    assert world.vk.faults.met == met + 1
