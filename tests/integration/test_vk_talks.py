"""The private talks of a VK community, heard by Bots Long Poll over real sockets and read again after a gap."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.message import Message
from listener.networks.vk.community import VkCommunity
from simulator.faults import Fault
from simulator.vk import attachments
from tests.contract.outreach_stages import vk_stage
from tests.vk_parts import GROUP, NOON, OLGA, PAVEL, Shelf, World, simulated

PAGE = "vk:romashka_help"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as world:
        yield world


@pytest.fixture
async def source(world: World) -> AsyncIterator[VkCommunity]:
    source = world.community()
    yield source
    await source.close()


async def messages(shelf: Shelf, source: VkCommunity) -> list[Message]:
    """What the next look brings."""
    before = len(shelf.batches)
    await shelf.hear(source)
    return [message for batch in shelf.batches[before:] for message in batch.messages]


def event(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "object": item, "group_id": GROUP, "event_id": f"odd {item}", "v": "5.199"}


async def test_a_customer_who_comes_by_a_link_is_heard_with_its_ref(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.message(OLGA, "Здравствуйте, я по поводу &lt;связи&gt;", group_id=GROUP, ref="Ab-9_x")
    (heard,) = await messages(shelf, source)
    assert heard == Message(
        network=source.network,
        id=f"message{GROUP}_{OLGA.number}_1",
        page=PAGE,
        customer=heard.customer,
        incoming=True,
        text="Здравствуйте, я по поводу <связи>",
        at=NOON,
        ref="Ab-9_x",
    )
    assert (heard.customer.id, heard.customer.name, heard.customer.handle) == ("501", "Ольга Панова", "olga_p")
    assert shelf.mentions == {}


async def test_what_was_sent_by_the_program_comes_back_under_the_id_that_it_had() -> None:
    async with vk_stage() as stage:
        source, shelf = stage.world.community(), Shelf()
        await shelf.hear(source)
        stage.customer_writes()
        sent = await stage.outreach.send(stage.outbound("message"))
        _, own = await messages(shelf, source)
        await source.close()
    assert (own.id, own.incoming, own.customer.id, own.ref) == (sent.ref, False, str(OLGA.number), None)


async def test_a_colleague_who_answers_in_vks_own_pages_is_heard(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.message(OLGA, "Когда?", group_id=GROUP)
    world.vk.community_message(GROUP, OLGA.number, "К вечеру", admin=900)
    said = await messages(shelf, source)
    assert [(one.incoming, one.text, one.customer.id) for one in said] == [
        (True, "Когда?", "501"),
        (False, "К вечеру", "501"),
    ]
    assert not any(one.by_program for one in said)


async def test_what_another_programs_key_says_is_heard_as_nobodys_word(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.message(OLGA, "Когда?", group_id=GROUP)
    world.vk.community_message(GROUP, OLGA.number, "Ваше обращение принято!", random_id=7)
    said = await messages(shelf, source)
    assert [(one.incoming, one.by_program) for one in said] == [(True, False), (False, True)]


async def test_an_edit_is_the_same_message_with_its_latest_text(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    number = world.vk.message(OLGA, "Нет свзяи", group_id=GROUP, ref="Ab-9_x")
    world.clock.move(minutes=1)
    world.vk.edit_message(GROUP, number, "Нет связи")
    (at_once,) = await messages(shelf, source)
    assert (at_once.text, at_once.ref) == ("Нет связи", "Ab-9_x")
    world.clock.move(minutes=1)
    world.vk.edit_message(GROUP, number, "Нет связи с утра")
    (later,) = await messages(shelf, source)
    assert (later.id, later.text, later.at) == (at_once.id, "Нет связи с утра", NOON)
    assert later.edited_at == NOON + timedelta(minutes=2)


async def test_who_takes_messages_and_who_does_not_any_more_is_learned(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.allow_messages(OLGA, GROUP)
    world.vk.deny_messages(PAVEL, GROUP)
    await shelf.hear(source)
    learned = shelf.batches[-1].learned
    assert [(one.page, one.scope, one.key, one.reason) for one in learned] == [
        (PAGE, "author", "501", None),
        (PAGE, "author", "502", "messages_closed"),
    ]


async def test_attachments_are_shown_by_their_words_and_addresses(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    photo = attachments.photo("Чек")
    photo["photo"]["sizes"] = [
        {"type": "s", "url": "https://vk.test/small.jpg", "width": 75, "height": 75},
        {"type": "z", "url": "https://vk.test/large.jpg", "width": 900, "height": 900},
    ]
    hung = [
        photo,
        attachments.doc("договор.pdf"),
        attachments.video("Как не работает", owner=501),
        {"type": "sticker", "sticker": {"sticker_id": 1}},
        {"type": "audio_message", "audio_message": {"link_mp3": "http://vk.test/plain.mp3"}},
        {"type": "hologram", "hologram": {}},
    ]
    world.vk.message(OLGA, "", group_id=GROUP, attachments=hung)
    (heard,) = await messages(shelf, source)
    assert heard.attached == (
        "Чек https://vk.test/large.jpg",
        "договор.pdf https://vk.com/doc1_1",
        "Как не работает https://vk.com/video501_1",
        "стикер",
        "голосовое сообщение",
        "вложение",
    )


async def test_forwarded_words_and_a_place_are_named(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    forwarded = {"id": 1, "date": 1, "from_id": 5, "peer_id": 5, "text": "Ваш заказ отменён"}
    row = {"id": 4, "date": 1_795_348_800, "from_id": 501, "peer_id": 501, "fwd_messages": [forwarded], "geo": {}}
    world.vk.channels[GROUP].tell_raw(event("message_new", {"message": row}))
    (heard,) = await messages(shelf, source)
    assert heard.attached == ("место на карте", "переслано: Ваш заказ отменён")


async def test_only_what_is_said_between_a_person_and_the_page_is_heard(
    world: World, source: VkCommunity, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    row = {"id": 4, "date": 1_795_348_800, "from_id": 501, "text": "в беседе"}
    for kind, item in (
        ("message_new", {"message": row | {"peer_id": 2_000_000_001}}),
        ("message_new", {"message": row | {"peer_id": -5, "from_id": -5}}),
        ("message_new", {"message": row | {"peer_id": 501, "id": 0}}),
        ("message_edit", row),
        ("message_allow", {"key": ""}),
    ):
        world.vk.channels[GROUP].tell_raw(event(kind, item))
    world.vk.message(OLGA, "в личку", group_id=GROUP)
    assert [heard.text for heard in await messages(shelf, source)] == ["в личку"]
    assert caplog.text.count("one event skipped") == 3


async def test_an_event_of_an_older_version_holds_the_message_itself(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    row = {"id": 4, "date": 1_795_348_800, "from_id": 501, "peer_id": 501, "text": "Здравствуйте"}
    world.vk.channels[GROUP].tell_raw(event("message_new", row))
    assert [heard.text for heard in await messages(shelf, source)] == ["Здравствуйте"]


async def test_who_wrote_in_the_last_hour_before_the_first_start_is_heard(
    world: World, source: VkCommunity
) -> None:
    world.clock.move(hours=-2)
    world.vk.message(PAVEL, "давно", group_id=GROUP)
    world.clock.move(hours=1, minutes=30)
    world.vk.message(OLGA, "недавно", group_id=GROUP)
    world.clock.move(minutes=30)
    assert [heard.text for heard in await messages(Shelf(), source)] == ["недавно"]


async def test_a_gap_brings_both_sides_of_every_talk_again(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.clock.move(minutes=30)
    world.vk.message(OLGA, "Когда?", group_id=GROUP)
    world.vk.community_message(GROUP, OLGA.number, "К вечеру", admin=900)
    world.vk.message(PAVEL, "А у меня?", group_id=GROUP, ref="Ab-9_x")
    world.vk.channels[GROUP].lose_history()
    found = await messages(shelf, source)
    assert {(one.text, one.incoming, one.ref) for one in found} == {
        ("Когда?", True, None),
        ("К вечеру", False, None),
        ("А у меня?", True, "Ab-9_x"),
    }
    (gap,) = shelf.batches[-1].gaps
    assert gap.filled
    assert "переписка перечитана, сообщений: 3" in gap.cause


async def test_a_long_talk_is_read_again_page_by_page(world: World, source: VkCommunity) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    for number in range(230):
        world.vk.message(OLGA, f"№{number}", group_id=GROUP)
    world.vk.channels[GROUP].lose_history()
    assert len({one.id for one in await messages(shelf, source)}) == 230


async def test_talks_that_cannot_be_read_leave_the_gap_open_and_the_events_go_on(
    world: World, source: VkCommunity
) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.message(OLGA, "Когда?", group_id=GROUP)
    world.vk.channels[GROUP].lose_history()
    flood = {"error": {"error_code": 9, "error_msg": "Flood control", "request_params": []}}
    world.vk.faults.add(Fault(path="messages.getHistory", kind="json", body=flood))
    assert await messages(shelf, source) == []
    (gap,) = shelf.batches[-1].gaps
    assert not gap.filled
    assert "переписку перечитать не удалось" in gap.cause
    world.vk.message(OLGA, "Ау", group_id=GROUP)
    assert [heard.text for heard in await messages(shelf, source)] == ["Ау"]


async def test_a_key_without_the_right_to_messages_leaves_no_gap_in_them(
    world: World, source: VkCommunity
) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.channels[GROUP].lose_history()
    refused = {"error": {"error_code": 15, "error_msg": "Access denied", "request_params": []}}
    world.vk.faults.add(Fault(path="messages.getConversations", kind="json", body=refused))
    await messages(shelf, source)
    (gap,) = shelf.batches[-1].gaps
    assert (gap.filled, "переписк" in gap.cause) == (True, False)


async def test_a_customer_whose_name_is_not_to_be_had_is_heard_by_number(
    world: World, source: VkCommunity
) -> None:
    shelf = Shelf()
    await shelf.hear(source)
    world.vk.message(replace(OLGA, number=777), "Здравствуйте", group_id=GROUP)
    del world.vk.world.people[777]
    (heard,) = await messages(shelf, source)
    assert (heard.customer.id, heard.customer.name) == ("777", "id777")
