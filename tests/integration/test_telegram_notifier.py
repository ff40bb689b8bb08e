"""What only Telegram does: topics, supergroups, twenty messages a minute, answers that hold little."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.notifiers.telegram.notifier import TelegramNotifier
from alerts.ports import NotifyError
from listener.environment import Road
from listener.proxies import Proxies
from simulator.faults import Fault
from tests.contract.notifier_stages import CARD, CLAIMED, NOW, TOKEN, telegram_stage
from tests.loopback_proxies import proxy
from tests.waiting import until


async def test_a_card_has_buttons_in_rows_and_goes_to_its_topic() -> None:
    async with telegram_stage() as stage:
        await stage.notifier.send(stage.chat, CARD, "d1")
        (message,) = stage.telegram.snapshot()["chats"][0]["messages"]
        assert [[button["label"] for button in row] for row in message["buttons"]] == [
            ["Взять", "Не жалоба"],
            ["Открыть"],
        ]
        assert message["buttons"][0][0]["data"] == "c:12:claim"
        assert stage.telegram.chats[-1001].messages[1].topic == 7


async def test_an_edit_changes_the_buttons() -> None:
    async with telegram_stage() as stage:
        ref = await stage.notifier.send(stage.chat, CARD, "d1")
        await stage.notifier.edit(stage.chat, ref, replace(CLAIMED, buttons=()))
        (message,) = stage.telegram.snapshot()["chats"][0]["messages"]
        assert message["buttons"] == []
        assert message["edited_at"] is not None


async def test_a_group_that_became_a_supergroup_has_moved() -> None:
    async with telegram_stage() as stage:
        stage.telegram.migrate(-1001, -1002003)
        with pytest.raises(NotifyError) as caught:
            await stage.notifier.send(stage.chat, CARD, "d1")
        assert caught.value.moved_to == "-1002003"
        assert not caught.value.permanent


async def test_what_was_meant_for_a_vanished_topic_goes_into_the_group_and_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with telegram_stage() as stage:
        vanished = replace(stage.chat, topic=8)
        refs = [await stage.notifier.send(vanished, CARD, f"d{number}") for number in (1, 2)]
        assert [stage.telegram.chats[-1001].messages[int(ref)].topic for ref in refs] == [None, None]
    assert caplog.text.count("topic 8 of Telegram's chat -1001 is gone") == 1


async def test_the_first_topic_of_a_forum_goes_without_its_number() -> None:
    async with telegram_stage() as stage:
        ref = await stage.notifier.send(replace(stage.chat, topic=1), CARD, "d1")
        assert stage.telegram.chats[-1001].messages[int(ref)].topic is None


async def test_a_closed_topic_is_permanent() -> None:
    async with telegram_stage() as stage:
        stage.telegram.close_topic(-1001, 7)
        with pytest.raises(NotifyError) as caught:
            await stage.notifier.send(stage.chat, CARD, "d1")
        assert caught.value.permanent


async def test_the_twenty_first_message_of_a_minute_has_to_wait() -> None:
    async with telegram_stage(per_minute=20) as stage:
        for number in range(20):
            await stage.notifier.send(stage.chat, CARD, f"d{number}")
        with pytest.raises(NotifyError) as caught:
            await stage.notifier.send(stage.chat, CARD, "d20")
        assert caught.value.retry_after == 60
        stage.telegram.clock = lambda: NOW + timedelta(seconds=61)
        await stage.notifier.send(stage.chat, CARD, "d20")


async def test_a_server_that_answers_little_has_still_shown_the_card() -> None:
    async with telegram_stage() as stage:
        body = {"ok": True, "result": {"message_id": 42}}
        stage.faults.add(Fault(path="sendMessage", kind="json", body=body))
        assert await stage.notifier.send(stage.chat, CARD, "d1") == "42"


async def test_a_limit_without_parameters_is_read_from_its_words() -> None:
    async with telegram_stage() as stage:
        body = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 9"}
        stage.faults.add(Fault(path="sendMessage", kind="json", status=429, body=body))
        with pytest.raises(NotifyError) as caught:
            await stage.notifier.send(stage.chat, CARD, "d1")
        assert caught.value.retry_after == 9


async def test_a_card_that_timed_out_may_well_be_shown() -> None:
    async with telegram_stage(patience=0.3) as stage:
        stage.faults.add(Fault(path="sendMessage", kind="hang", seconds=0.4))
        with pytest.raises(NotifyError) as caught:
            await stage.notifier.send(stage.chat, CARD, "d1")
        assert caught.value.ambiguous
        await stage.notifier.send(stage.chat, replace(CARD, repeat=True), "d1")
        await until(lambda: len(stage.shown()) == 2)
        assert sum("возможный повтор" in text for text in stage.shown()) == 1


async def test_a_card_goes_through_the_proxy() -> None:
    async with telegram_stage() as stage, proxy("socks5") as one:
        road = Proxies("Telegram", Road(proxies=(one.address,)))
        notifier = TelegramNotifier(stage.address, TOKEN, connector=road.connector)
        assert await notifier.send(stage.chat, CARD, "d1")
        await notifier.close()
        assert len(stage.shown()) == 1
        assert one.through == 1


async def test_a_card_that_no_proxy_could_carry_was_not_sent() -> None:
    async with telegram_stage() as stage, proxy(manner="refuses") as one:
        road = Proxies("Telegram", Road(proxies=(one.address,)))
        notifier = TelegramNotifier(stage.address, TOKEN, connector=road.connector)
        with pytest.raises(NotifyError) as error:
            await notifier.send(stage.chat, CARD, "d1")
        await notifier.close()
        assert not error.value.ambiguous
        assert not error.value.permanent
