"""A VK community heard by Bots Long Poll over real sockets, in good times and bad."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.mention import Quote
from listener.networks.accounts import is_own_account
from listener.networks.vk.client import VkClient
from listener.networks.vk.community import VkCommunity
from listener.ports import SourceError
from simulator.faults import Fault
from tests.vk_parts import BRAND, GROUP, GROUP_TOKEN, HASTY, LIMITS, NOON, OLGA, PAVEL, Shelf, World, simulated
from tests.waiting import stopwatch

CHECK = "/longpoll/"


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with simulated(HASTY if request.node.get_closest_marker("hasty") else LIMITS) as one:
        yield one


@pytest.fixture
async def source(world: World) -> AsyncIterator[VkCommunity]:
    one = world.community()
    yield one
    await one.close()


async def test_posts_comments_and_topics_arrive_in_order_with_names(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    post = world.vk.post(OLGA, "Почему нет связи?", owner=-GROUP)
    comment = world.vk.comment(PAVEL, "Тоже нет", post=post)
    topic = world.vk.topic_comment(OLGA, "Жду ответа неделю", group_id=GROUP, topic=3)
    assert [one.id for one in await shelf.hear(source)] == [post, comment, topic]
    heard, answer, talk = (shelf.mentions[one] for one in (post, comment, topic))
    assert (heard.kind, heard.author.name, heard.author.handle, heard.reach) == (
        "post",
        "Ольга Панова",
        "olga_p",
        5000,
    )
    assert (heard.author.city, answer.author.city) == ("Омск", None)
    assert (answer.kind, answer.thread) == ("comment", post)
    assert {one.place for one in (heard, answer, talk)} == {"vk:romashka_help"}
    assert answer.url == f"https://vk.com/wall{post}?reply={comment.rpartition('_')[2]}"
    assert (talk.kind, talk.thread, talk.url) == ("topic", "topic-77_3", "https://vk.com/topic-77_3?post=1")


async def test_an_edit_replaces_the_text_of_the_same_mention(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    comment = world.vk.comment(PAVEL, "Хорошо", post=wall)
    await shelf.hear(source)
    world.vk.edit(comment, "Плохо")
    (edited,) = await shelf.hear(source)
    assert (edited.id, edited.text, edited.edited_at) == (comment, "Плохо", NOON)


async def test_the_communitys_own_words_are_heard_and_known_as_its_own(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    post = world.vk.community_post(GROUP, "Мы починили связь")
    answer = world.vk.community_comment(GROUP, "Спасибо за терпение", post=post)
    assert await shelf.hear(source) == []  # the shelf keeps what others say
    own = shelf.batches[-1].mentions
    assert [mention.id for mention in own] == [post, answer]
    assert all(is_own_account(mention, (BRAND,)) for mention in own)
    assert json.loads(shelf.cursor or "")["ts"] == "2"


async def test_a_comment_brings_the_words_that_it_answers(world: World, source: VkCommunity) -> None:
    before = world.vk.community_post(GROUP, "К утру будет связь")
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.comment(PAVEL, "Какое к утру? Уже час дня", post=before)
    (question,) = await shelf.hear(source)
    assert question.parent == Quote(
        id=before, author="Ромашка Телеком", text="К утру будет связь", url=f"https://vk.com/wall{before}"
    )
    world.vk.comment(OLGA, "И у нас", post=before, reply_to=question.id)
    (answer,) = await shelf.hear(source)
    assert answer.parent is not None
    assert (answer.parent.author, answer.parent.text) == ("Павел Жук", "Какое к утру? Уже час дня")


async def test_a_post_that_never_passed_is_asked_for_once(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    old = world.vk.community_post(GROUP, "Тариф «Поле»", at=NOON - timedelta(days=30))
    await shelf.hear(source)
    again = world.community()  # restarted: it has seen nothing pass
    await shelf.hear(again)
    world.vk.comment(PAVEL, "не работает", post=old)
    await shelf.hear(again)
    world.vk.comment(OLGA, "и у меня", post=old)
    (second,) = await shelf.hear(again)
    await again.close()
    assert second.parent is not None
    assert second.parent.text == "Тариф «Поле»"
    assert [call.method for call in world.vk.calls].count("wall.getById") == 1


async def test_an_answered_post_that_cannot_be_read_costs_no_mention(world: World) -> None:
    wall = world.vk.community_post(GROUP, "Новости", at=NOON - timedelta(days=30))
    first, source, shelf = world.community(), world.community(), Shelf()
    await shelf.hear(first)
    await first.close()
    world.vk.faults.add(Fault(path="wall.getById", kind="status", status=500))
    world.vk.comment(PAVEL, "Плохо", post=wall)
    (heard,) = await shelf.hear(source)
    assert heard.parent == Quote(id=wall, url=f"https://vk.com/wall{wall}")
    await source.close()


async def test_a_comment_does_not_wait_long_for_the_words_that_it_answers(world: World) -> None:
    wall = world.vk.community_post(GROUP, "Новости", at=NOON - timedelta(days=30))
    first, source, shelf = world.community(), world.community(), Shelf()
    await shelf.hear(first)
    await first.close()
    world.vk.faults.add(Fault(path="wall.getById", kind="hang", seconds=2))
    world.vk.comment(PAVEL, "Плохо", post=wall)
    async with stopwatch() as watch:
        (early,) = await shelf.hear(source)
    assert watch.took < 1.8
    assert early.parent == Quote(id=wall, url=f"https://vk.com/wall{wall}")
    await asyncio.sleep(1.5)
    world.vk.comment(OLGA, "И у меня", post=wall)
    (late,) = await shelf.hear(source)
    assert late.parent is not None
    assert late.parent.text == "Новости"
    assert world.vk.faults.met == 1
    await source.close()


async def test_a_deleted_comment_is_said_to_be_gone(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    comment = world.vk.comment(PAVEL, "Плохо", post=wall)
    await shelf.hear(source)
    world.vk.delete(comment)
    await shelf.hear(source)
    (gone,) = shelf.batches[-1].deleted
    assert (gone.network, gone.id, gone.deleter) == ("vk", comment, "502")


async def test_a_topic_s_comment_brings_the_topic_s_title_and_its_beginning(
    world: World, source: VkCommunity
) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    topics = [{"id": 3, "title": "Отзывы", "first_comment": "Пишите &quot;сюда&quot;"}, {"id": "x"}, None]
    answer = {"count": 1, "items": topics, "default_order": 1, "can_add_topics": 0}
    world.vk.faults.add(Fault(path="board.getTopics", kind="json", body={"response": answer}, times=2))
    for text in ("Жду ответа неделю", "И я"):
        world.vk.topic_comment(OLGA, text, group_id=GROUP, topic=3)
        (heard,) = await shelf.hear(source)
        assert heard.parent == Quote(
            id="topic-77_3", text='Отзывы\nПишите "сюда"', url="https://vk.com/topic-77_3"
        )
    assert world.vk.faults.met == 1


async def test_an_answer_in_a_topic_brings_the_comment_that_it_answers(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    first = world.vk.topic_comment(OLGA, "Жду ответа неделю", group_id=GROUP, topic=3)
    number = first.rpartition("_")[2]
    world.vk.topic_comment(PAVEL, f"[id501:bp-77_{number}|Ольга], и я", group_id=GROUP, topic=3)
    world.vk.topic_comment(PAVEL, "[id501:bp-77_9|Ольга], и давно", group_id=GROUP, topic=3)
    _, known, unknown = await shelf.hear(source)
    assert known.parent is not None
    assert (known.parent.id, known.parent.author, known.parent.text) == (
        first,
        "Ольга Панова",
        "Жду ответа неделю",
    )
    assert unknown.parent == Quote(id="-77_3_9", author="Ольга", url="https://vk.com/topic-77_3?post=9")


async def test_a_wall_that_may_not_be_read_is_not_asked_at_every_answer(world: World) -> None:
    wall = world.vk.community_post(GROUP, "Новости", at=NOON - timedelta(days=30))
    first, source, shelf = world.community(), world.community(), Shelf()
    await shelf.hear(first)
    await first.close()
    denied = {"error": {"error_code": 15, "error_msg": "Access denied"}}
    world.vk.faults.add(Fault(path="wall.getById", kind="json", body=denied, times=2))
    for _ in range(2):
        world.vk.comment(PAVEL, "Плохо", post=wall)
        await shelf.hear(source)
    await source.close()
    assert world.vk.faults.met == 1


async def test_an_answered_post_that_vk_says_is_deleted_is_said_to_be_gone(world: World) -> None:
    wall = world.vk.community_post(GROUP, "Новости", at=NOON - timedelta(days=30))
    first, source, shelf = world.community(), world.community(), Shelf()
    await shelf.hear(first)
    await first.close()
    number = int(wall.rpartition("_")[2])
    row = {
        "id": number,
        "owner_id": -GROUP,
        "from_id": -GROUP,
        "date": 1_795_000_000,
        "text": "",
        "is_deleted": True,
    }
    world.vk.faults.add(Fault(path="wall.getById", kind="json", body={"response": {"items": [row]}}))
    world.vk.comment(PAVEL, "куда делась запись?", post=wall)
    (heard,) = await shelf.hear(source)
    assert heard.parent == Quote(id=wall, url=f"https://vk.com/wall{wall}")
    assert [gone.id for gone in shelf.batches[-1].deleted] == [wall]
    await source.close()


async def test_the_long_poll_s_address_is_not_asked_for_at_every_fault(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.faults.add(Fault(path=CHECK, kind="status", status=500, times=5))
    for _ in range(5):
        with pytest.raises(SourceError):
            await shelf.hear(source)
    post = world.vk.post(OLGA, "Не слышно", owner=-GROUP)
    assert [mention.id for mention in await shelf.hear(source)] == [post]
    assert [call.method for call in world.vk.calls].count("groups.getLongPollServer") == 1


async def test_a_long_poll_that_has_moved_is_found_again(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    source._server_at -= 1000  # a quarter of an hour ago
    world.vk.faults.add(Fault(path=CHECK, kind="status", status=404))
    with pytest.raises(SourceError):
        await shelf.hear(source)
    await shelf.hear(source)
    assert [call.method for call in world.vk.calls].count("groups.getLongPollServer") == 2


async def test_words_that_were_taken_back_are_not_quoted_again(world: World, source: VkCommunity) -> None:
    shelf, channel = Shelf(), world.vk.channels[GROUP]
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    comment = world.vk.comment(PAVEL, "мой телефон +7 900 000-00-00", post=wall)
    await shelf.hear(source)
    world.vk.delete(comment)
    await shelf.hear(source)
    owner, number = (int(part) for part in comment.split("_"))
    row = {"id": 99, "from_id": 501, "post_id": 1, "owner_id": owner, "date": 1_795_348_800, "text": "и мой"}
    channel.tell_raw({"type": "wall_reply_new", "event_id": "z", "object": row | {"reply_to_comment": number}})
    (heard,) = await shelf.hear(source)
    assert heard.parent is not None
    assert (heard.parent.id, heard.parent.text) == (comment, "")


async def test_a_wall_that_is_down_for_a_while_is_read_when_it_is_back(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    missed = world.vk.post(OLGA, "Не слышно", owner=-GROUP)
    world.vk.channels[GROUP].lose_history()
    world.vk.faults.add(Fault(path="wall.get", kind="status", status=502, times=10))
    for _ in range(10):
        with pytest.raises(SourceError):
            await shelf.hear(source)
    assert [mention.id for mention in await shelf.hear(source)] == [missed]


async def test_what_was_deleted_and_brought_back_is_there(world: World, source: VkCommunity) -> None:
    shelf, channel = Shelf(), world.vk.channels[GROUP]
    await shelf.hear(source)
    row = {"id": 5, "from_id": 501, "topic_id": 3, "topic_owner_id": -GROUP, "date": 1_795_348_800, "text": "ужас"}
    gone = {"id": 5, "topic_id": 3, "topic_owner_id": -GROUP}
    channel.tell_raw({"type": "board_post_delete", "event_id": "a", "object": gone})
    channel.tell_raw({"type": "board_post_restore", "event_id": "b", "object": row})
    await shelf.hear(source)
    assert shelf.batches[-1].deleted == ()
    assert [mention.id for mention in shelf.batches[-1].mentions] == [f"-{GROUP}_3_5"]


async def test_a_gap_finds_more_comments_than_a_few_pages_hold(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    missed = {world.vk.comment(PAVEL, f"плохо {number}", post=wall) for number in range(730)}
    world.vk.channels[GROUP].lose_history()
    await shelf.hear(source)
    assert set(shelf.mentions) == missed
    (gap,) = shelf.batches[-1].gaps
    assert gap.filled


async def test_fifteen_hundred_missed_comments_on_three_posts_are_all_found_beside_one_that_refuses(
    world: World, source: VkCommunity
) -> None:
    shelf = Shelf()
    walls = [world.vk.community_post(GROUP, f"Новости {number}") for number in range(4)]
    await shelf.hear(source)
    missed = {world.vk.comment(PAVEL, f"плохо {number}", post=walls[number % 3]) for number in range(1_500)}
    world.vk.comment(PAVEL, "не видно", post=walls[3])
    world.vk.channels[GROUP].lose_history()
    refused = {"error": {"error_code": 212, "error_msg": "Access to post comments denied"}}
    # The newest post is read first.
    world.vk.faults.add(Fault(path="wall.getComments", kind="json", body=refused))
    await shelf.hear(source)
    assert set(shelf.mentions) == missed
    (gap,) = shelf.batches[-1].gaps
    assert not gap.filled
    assert "найдено записей: 1504; не прочитаны комментарии под записями: 1" in gap.cause


async def test_comments_that_vk_refuses_cost_themselves_and_are_counted(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    walls = [world.vk.community_post(GROUP, f"Новости {number}") for number in range(2)]
    await shelf.hear(source)
    for wall in walls:
        world.vk.comment(PAVEL, "плохо", post=wall)
    world.vk.channels[GROUP].lose_history()
    refused = {"error": {"error_code": 212, "error_msg": "Access to post comments denied"}}
    world.vk.faults.add(Fault(path="wall.getComments", kind="json", body=refused))
    await shelf.hear(source)
    assert len(shelf.mentions) == 1
    (gap,) = shelf.batches[-1].gaps
    assert not gap.filled
    assert "не прочитаны комментарии под записями: 1" in gap.cause


@pytest.mark.parametrize("answer", [{}, [], None, {"count": 5}, {"count": 5, "items": None}])
async def test_comments_that_vk_answers_without_a_list_are_asked_for_again_and_then_counted_as_unread(
    world: World, source: VkCommunity, answer: object
) -> None:
    shelf = Shelf()
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    missed = world.vk.comment(PAVEL, "плохо", post=wall)
    for times in (2, 1):  # it stays so, then it was for a moment
        world.vk.channels[GROUP].lose_history()
        body = {"response": answer}
        world.vk.faults.add(Fault(path="wall.getComments", kind="json", body=body, times=times))
        await shelf.hear(source)
        (gap,) = shelf.batches[-1].gaps
        assert gap.filled == (times == 1), gap.cause
    assert missed in shelf.mentions


async def test_a_later_page_without_a_list_costs_no_page_before_it(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    posts = [world.vk.post(OLGA, f"Не слышно {number}", owner=-GROUP) for number in range(130)]
    world.vk.channels[GROUP].lose_history()
    odd = {"response": {"count": 130}}
    world.vk.faults.add(Fault(path="wall.get", kind="json", body=odd, times=2, after=1))
    await shelf.hear(source)
    (gap,) = shelf.batches[-1].gaps
    assert not gap.filled
    assert set(posts[-100:]) <= set(shelf.mentions)


async def test_answers_under_a_comment_without_a_list_cost_no_other_comment(
    world: World, source: VkCommunity
) -> None:
    shelf = Shelf()
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    first = world.vk.comment(PAVEL, "плохо", post=wall)
    talked = world.vk.comment(PAVEL, "очень плохо", post=wall)
    for number in range(12):
        world.vk.comment(OLGA, f"и у меня {number}", post=wall, reply_to=talked)
    world.vk.channels[GROUP].lose_history()
    odd = {"response": {"count": 12}}
    world.vk.faults.add(Fault(path="wall.getComments", kind="json", body=odd, times=2, after=1))
    await shelf.hear(source)
    (gap,) = shelf.batches[-1].gaps
    assert not gap.filled
    assert {first, talked} <= set(shelf.mentions)


async def test_a_wall_that_vk_answers_without_a_list_is_not_said_to_be_read(
    world: World, source: VkCommunity
) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    missed = world.vk.post(OLGA, "Не слышно", owner=-GROUP)
    world.vk.channels[GROUP].lose_history()
    world.vk.faults.add(Fault(path="wall.get", kind="json", body={"response": {"count": 5}}, times=2))
    with pytest.raises(SourceError):
        await shelf.hear(source)
    assert [one.id for one in await shelf.hear(source)] == [missed]


async def test_a_broken_an_unknown_and_a_repeated_event_lose_nothing_of_the_batch(
    world: World, source: VkCommunity, caplog: pytest.LogCaptureFixture
) -> None:
    shelf, channel = Shelf(), world.vk.channels[GROUP]
    await shelf.hear(source)
    channel.tell_raw({"type": "wall_reply_new", "event_id": "a", "object": {"id": 1, "text": None}})
    channel.tell_raw({"type": "wall_post_new", "event_id": "b"})
    channel.tell_raw(None)
    channel.tell_raw({"type": "like_add", "object": {"liker_id": 1}})
    channel.tell_raw({"type": ["odd"], "object": {}})
    good = {"id": 5, "from_id": 501, "post_id": 1, "owner_id": -GROUP, "date": 1_795_348_800, "text": "ужас"}
    for _ in range(2):
        channel.tell_raw({"type": "wall_reply_new", "event_id": "c", "object": good})
    assert [one.id for one in await shelf.hear(source)] == [f"-{GROUP}_5"]
    assert caplog.text.count("skipped") == 4
    channel.tell_raw({"type": "wall_reply_new", "event_id": "c", "object": good | {"text": "повтор"}})
    assert await shelf.hear(source) == []


async def test_an_event_that_was_not_stored_is_read_again(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    world.vk.comment(PAVEL, "Плохо", post=wall)
    lost = await source.fetch(shelf.cursor)
    again = await source.fetch(shelf.cursor)
    assert [one.id for one in lost.mentions] == [one.id for one in again.mentions] != []


async def test_a_restart_goes_on_from_the_stored_ts(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    missed = world.vk.comment(PAVEL, "Пока вас не было", post=wall)
    second = world.community(reader=False)
    assert [one.id for one in await shelf.hear(second)] == [missed]
    assert not shelf.gaps
    await second.close()


async def test_the_first_look_takes_the_last_hour_from_the_wall(world: World, source: VkCommunity) -> None:
    old = world.vk.post(OLGA, "давно", owner=-GROUP, at=NOON - timedelta(days=2))
    recent = world.vk.comment(PAVEL, "недавно под старой записью", post=old, at=NOON - timedelta(minutes=20))
    shelf = Shelf()
    assert [one.id for one in await shelf.hear(source)] == [recent]


@pytest.mark.parametrize("loss", ["lose_history", "forget_everything"])
async def test_after_a_gap_the_wall_is_read_again(world: World, source: VkCommunity, loss: str) -> None:
    shelf = Shelf()
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    world.clock.move(minutes=30)
    post = world.vk.post(OLGA, "Не слышно", owner=-GROUP)
    comment = world.vk.comment(PAVEL, "И мне", post=wall)
    replies = [world.vk.comment(OLGA, f"ответ {number}", post=wall, reply_to=comment) for number in range(12)]
    world.vk.community_comment(GROUP, "Разбираемся", post=wall)
    getattr(world.vk.channels[GROUP], loss)()
    await shelf.hear(source)
    assert set(shelf.mentions) == {post, comment, *replies}
    assert len(shelf.gaps) == 1
    live = world.vk.comment(PAVEL, "снова слышно", post=wall)
    assert [one.id for one in await shelf.hear(source)] == [live]


async def test_a_gap_without_a_service_token_is_said_and_the_live_events_go_on(world: World) -> None:
    source, shelf = world.community(reader=False), Shelf()
    wall = world.vk.community_post(GROUP, "Новости")
    await shelf.hear(source)
    world.vk.channels[GROUP].lose_history()
    await shelf.hear(source)
    assert "не удалось" in shelf.gaps[0]
    live = world.vk.comment(PAVEL, "снова слышно", post=wall)
    assert [one.id for one in await shelf.hear(source)] == [live]
    await source.close()


@pytest.mark.parametrize("answer", [{}, None, 7, {"groups": None}, {"groups": [None]}, [{"id": "x"}]])
async def test_an_odd_answer_about_the_community_pauses_nobody(
    world: World, source: VkCommunity, answer: object
) -> None:
    world.vk.faults.add(Fault(path="groups.getById", kind="json", body={"response": answer}))
    with pytest.raises(SourceError) as caught:
        await source.fetch(None)
    assert not caught.value.permanent
    await Shelf().hear(source)


@pytest.mark.parametrize("answer", [[], {"groups": []}])
async def test_a_community_that_is_not_there_calls_a_person(
    world: World, source: VkCommunity, answer: object
) -> None:
    world.vk.faults.add(Fault(path="groups.getById", kind="json", body={"response": answer}))
    with pytest.raises(SourceError, match="не найдено") as caught:
        await source.fetch(None)
    assert caught.value.permanent


async def test_a_gap_is_met_again_when_the_wall_fails_for_a_moment(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    missed = world.vk.post(OLGA, "Не слышно", owner=-GROUP)
    world.vk.channels[GROUP].lose_history()
    world.vk.faults.add(Fault(path="wall.get", kind="status", status=500))
    with pytest.raises(SourceError):
        await shelf.hear(source)
    assert [one.id for one in await shelf.hear(source)] == [missed]


async def test_a_wall_that_may_not_be_read_does_not_stop_the_live_events(
    world: World, source: VkCommunity
) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.channels[GROUP].lose_history()
    denied = {"error": {"error_code": 15, "error_msg": "Access denied"}}
    world.vk.faults.add(Fault(path="wall.get", kind="json", body=denied))
    await shelf.hear(source)
    live = world.vk.post(OLGA, "снова слышно", owner=-GROUP)
    assert [one.id for one in await shelf.hear(source)] == [live]


async def test_an_expired_key_is_replaced_and_nothing_is_missed(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.channels[GROUP].expire_key()
    post = world.vk.post(OLGA, "Не слышно", owner=-GROUP)
    assert [one.id for one in await shelf.hear(source)] == [post]
    assert not shelf.gaps


@pytest.mark.parametrize(
    "fault",
    [
        Fault(path=CHECK, kind="html"),
        Fault(path=CHECK, kind="status", status=500),
        Fault(path=CHECK, kind="json", body=[]),
        Fault(path=CHECK, kind="json", body={"ts": None, "updates": []}),
        Fault(path=CHECK, kind="json", body={"failed": 9}),
        Fault(path=CHECK, kind="reset", times=2),  # aiohttp itself tries a cut GET once more
        pytest.param(Fault(path=CHECK, kind="hang", seconds=3), marks=pytest.mark.hasty),
        pytest.param(Fault(path=CHECK, kind="trickle", seconds=4), marks=pytest.mark.hasty),
    ],
    ids=lambda fault: f"{fault.kind} {fault.body}",
)
async def test_a_bad_long_poll_answer_loses_nothing(world: World, source: VkCommunity, fault: Fault) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    post = world.vk.post(OLGA, "Не слышно", owner=-GROUP)
    world.vk.faults.add(replace(fault))
    with pytest.raises(SourceError):
        await shelf.hear(source)
    assert [one.id for one in await shelf.hear(source)] == [post]


async def test_the_long_poll_waits_as_long_as_it_is_asked_to(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.faults.add(Fault(path=CHECK, kind="status", status=503, headers={"Retry-After": "7"}))
    with pytest.raises(SourceError) as caught:
        await shelf.hear(source)
    assert (caught.value.retry_after, caught.value.unreachable) == (7, True)


async def test_an_answer_too_large_to_hold_is_a_gap_and_the_wall_is_read(
    world: World, source: VkCommunity
) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    post = world.vk.post(OLGA, "Не слышно", owner=-GROUP)
    huge = {"ts": "1", "updates": ["z" * LIMITS.body]}
    world.vk.faults.add(Fault(path=CHECK, kind="json", body=huge))
    assert [one.id for one in await shelf.hear(source)] == [post]
    assert shelf.gaps


async def test_a_monstrous_comment_costs_only_itself(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.post(OLGA, "я" * LIMITS.body, owner=-GROUP)
    post = world.vk.post(PAVEL, "Не слышно", owner=-GROUP)
    assert [one.id for one in await shelf.hear(source)] == [post]
    assert not shelf.gaps


async def test_names_that_cannot_be_had_do_not_hold_the_mention_back(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.faults.add(Fault(path="users.get", kind="html"))
    world.vk.post(OLGA, "Не слышно", owner=-GROUP)
    (heard,) = await shelf.hear(source)
    assert heard.author.name == "id501"


async def test_a_server_that_does_not_wait_is_not_stormed(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.faults.add(Fault(path=CHECK, kind="json", body={"ts": "0", "updates": []}, times=5))
    began = asyncio.get_running_loop().time()
    await shelf.hear(source)
    assert asyncio.get_running_loop().time() - began >= 0.9


async def test_older_and_terser_servers_are_understood(world: World, source: VkCommunity) -> None:
    group = {"id": GROUP, "name": "Ромашка"}
    world.vk.faults.add(Fault(path="groups.getById", kind="json", body={"response": [group]}))
    server = {"key": "k", "server": world.address.replace("/method/", f"/longpoll/{GROUP}"), "ts": 0}
    world.vk.faults.add(Fault(path="groups.getLongPollServer", kind="json", body={"response": server}))
    comment = {
        "id": 5,
        "from_id": 501,
        "post_id": 1,
        "post_owner_id": -GROUP,
        "date": 1_795_348_800,
        "text": "ужас",
    }
    body = {"ts": 7, "updates": [{"type": "wall_reply_new", "object": comment}]}
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.faults.add(Fault(path=CHECK, kind="json", body=body))
    assert [one.id for one in await shelf.hear(source)] == [f"-{GROUP}_5"]
    assert json.loads(shelf.cursor or "")["ts"] == "7"


async def test_events_that_are_switched_off_are_named_in_the_log(
    world: World, source: VkCommunity, caplog: pytest.LogCaptureFixture
) -> None:
    world.vk.channels[GROUP].settings["wall_reply_new"] = 0
    await Shelf().hear(source)
    assert "выключены события: wall_reply_new" in caplog.text


async def test_a_long_poll_that_is_off_is_for_a_person_to_mend(world: World, source: VkCommunity) -> None:
    world.vk.channels[GROUP].enabled = False
    with pytest.raises(SourceError, match="Включите Long Poll API") as caught:
        await source.fetch(None)
    assert caught.value.permanent


async def test_a_token_of_the_wrong_kind_or_a_revoked_one_is_permanent_and_never_shown(world: World) -> None:
    wrong = VkCommunity(
        "romashka_help", VkClient(world.vk.service_token, world.address, group=True, limits=LIMITS), world.clock
    )
    world.vk.revoke(GROUP_TOKEN)
    revoked = world.community()
    for one in (wrong, revoked):
        with pytest.raises(SourceError) as caught:
            await one.fetch(None)
        assert caught.value.permanent
        assert GROUP_TOKEN not in str(caught.value)
        await one.close()


@pytest.mark.parametrize("cancel", [True, False])
async def test_a_hanging_long_poll_is_given_up_at_once(world: World, cancel: bool) -> None:  # noqa: FBT001
    source, shelf = world.community(limits=replace(LIMITS, wait=25)), Shelf()
    await shelf.hear(source)
    fetching = asyncio.create_task(source.fetch(shelf.cursor))
    await asyncio.sleep(0.3)
    async with stopwatch() as watch:
        if cancel:
            fetching.cancel()
        await source.close()
        (outcome,) = await asyncio.gather(fetching, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError if cancel else SourceError)
    assert watch.took < 1
