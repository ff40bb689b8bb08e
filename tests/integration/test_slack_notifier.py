"""What only Slack does: names that become ids, cards found again by their key, one message a second."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.notifiers.answers import MAX_BODY
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.ports import NotifyError
from simulator.faults import Fault
from tests.contract.notifier_stages import CARD, CLAIMED, NOTE, NOW, TOKEN, SlackStage, slack_stage
from tests.waiting import until


async def test_the_reference_holds_the_channels_id() -> None:
    async with slack_stage() as stage:
        ref = await stage.notifier.send(stage.chat, CARD, "d1")
        channel, _, ts = ref.rpartition(":")
        assert channel == "C01"
        assert ts in stage.slack.channels["C01"].messages


async def test_a_card_has_text_blocks_and_buttons() -> None:
    async with slack_stage() as stage:
        await stage.notifier.send(stage.chat, CARD, "d1")
        message = _message(stage)
        assert "Ромашка Телеком" in message["text"]
        buttons = [
            element for block in message["blocks"] if block["type"] == "actions" for element in block["elements"]
        ]
        assert [(button["action_id"], button.get("value")) for button in buttons] == [
            ("claim", "12"),
            ("not_complaint", "12"),
            ("open_2", None),
        ]


async def test_an_edit_keeps_the_blocks() -> None:
    async with slack_stage() as stage:
        ref = await stage.notifier.send(stage.chat, CARD, "d1")
        await stage.notifier.edit(stage.chat, ref, CLAIMED)
        assert _message(stage)["blocks"]
        assert _message(stage)["edited_at"]


async def test_a_note_is_found_by_its_key_under_its_card() -> None:
    async with slack_stage() as stage:
        assert isinstance(stage.notifier, SlackNotifier)
        card = await stage.notifier.send(stage.chat, CARD, "d1")
        note = await stage.notifier.note(stage.chat, card, NOTE, "n1")
        for number in range(150):
            stage.slack.post("C01", f"разговор {number}", None, None, thread=card.partition(":")[2])
        assert await stage.notifier.find(stage.chat, "n1", NOW, under=card) == note
        assert await stage.notifier.find(stage.chat, "n2", NOW, under=card) is None


async def test_a_note_said_in_the_channel_is_found_where_its_card_is_gone() -> None:
    async with slack_stage() as stage:
        assert isinstance(stage.notifier, SlackNotifier)
        note = await stage.notifier.note(stage.chat, "C01:1.2", NOTE, "n1")
        assert await stage.notifier.find(stage.chat, "n1", NOW, under="C01:1.2") == note


@pytest.mark.parametrize("loud", [False, True])
async def test_a_loud_note_is_shown_in_the_channel_too(loud: object) -> None:
    async with slack_stage() as stage:
        assert isinstance(stage.notifier, SlackNotifier)
        card = await stage.notifier.send(stage.chat, CARD, "d1")
        note = await stage.notifier.note(stage.chat, card, replace(NOTE, loud=bool(loud)), "n1")
        assert stage.slack.channels["C01"].messages[note.partition(":")[2]].broadcast is loud


@pytest.mark.parametrize("process", ["same", "restarted"])
async def test_a_card_is_found_by_its_key(process: str) -> None:
    async with slack_stage() as stage:
        ref = await stage.notifier.send(stage.chat, CARD, "d1")
        for number in range(150):
            stage.slack.post("C01", f"разговор {number}", None, None)
        notifier = stage.notifier if process == "same" else SlackNotifier(stage.address, TOKEN)
        assert isinstance(notifier, SlackNotifier)
        assert await notifier.find(stage.chat, "d1", NOW) == ref
        assert await notifier.find(stage.chat, "d2", NOW) is None
        assert await notifier.find(stage.chat, "d1", NOW + timedelta(hours=1)) is None
        await notifier.close()


@pytest.mark.parametrize("process", ["same", "restarted"])
async def test_what_was_said_to_one_person_is_found_in_the_talk_with_him(process: str) -> None:
    async with slack_stage() as stage:
        person = replace(stage.chat, chat="U01")
        note = await _slack(stage).note(person, None, NOTE, "n1")
        assert note.startswith("D")
        notifier = _slack(stage) if process == "same" else SlackNotifier(stage.address, TOKEN)
        assert await notifier.find(person, "n1", NOW) == note
        assert await notifier.find(person, "n2", NOW) is None
        assert await notifier.find(replace(person, chat="U02"), "n1", NOW) is None
        await notifier.close()


async def test_a_talk_that_may_not_be_opened_says_so() -> None:
    async with slack_stage() as stage:
        body = {"ok": False, "error": "missing_scope", "needed": "im:write"}
        stage.faults.add(Fault(path="conversations.open", kind="json", body=body))
        with pytest.raises(NotifyError) as caught:
            await _slack(stage).find(replace(stage.chat, chat="U01"), "n1", NOW)
        assert caught.value.permanent


async def test_a_talk_without_an_id_is_not_looked_through() -> None:
    async with slack_stage() as stage:
        stage.faults.add(Fault(path="conversations.open", kind="json", body={"ok": True, "channel": None}))
        with pytest.raises(NotifyError, match="no talk") as caught:
            await _slack(stage).find(replace(stage.chat, chat="U01"), "n1", NOW)
        assert caught.value.permanent


async def test_a_card_that_timed_out_is_found_when_it_was_shown() -> None:
    async with slack_stage(patience=0.3) as stage:
        stage.faults.add(Fault(path="chat.postMessage", kind="hang", seconds=0.4))
        with pytest.raises(NotifyError) as caught:
            await stage.notifier.send(stage.chat, CARD, "d1")
        assert caught.value.ambiguous
        await until(lambda: bool(stage.shown()))
        assert await _slack(stage).find(stage.chat, "d1", NOW) == f"C01:{_message(stage)['ts']}"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(path="conversations.history", kind="json", body={"ok": False, "error": "missing_scope"}),
        Fault(path="conversations.history", kind="json", body={"ok": False, "error": "unknown_method"}),
        Fault(path="conversations.history", kind="html", status=404),
        Fault(path="conversations.history", kind="json", body={"ok": True}),
        Fault(path="conversations.history", kind="json", body={"ok": True, "messages": None}),
        Fault(path="conversations.list", kind="json", body={"ok": False, "error": "missing_scope"}),
    ],
    ids=lambda fault: f"{fault.path} {fault.kind} {fault.body}",
)
async def test_a_history_that_may_not_be_read_says_so(fault: Fault) -> None:
    async with slack_stage() as stage:
        stage.faults.add(Fault(**{name: getattr(fault, name) for name in Fault.__slots__}))
        with pytest.raises(NotifyError) as caught:
            await _slack(stage).find(stage.chat, "d1", NOW)
        assert caught.value.permanent


async def test_a_strange_history_finds_nothing() -> None:
    async with slack_stage() as stage:
        body = {"ok": True, "messages": [None, {"metadata": 7}, {"metadata": {"event_payload": []}}]}
        stage.faults.add(Fault(path="conversations.history", kind="json", body=body))
        assert await _slack(stage).find(stage.chat, "d1", NOW) is None


async def test_a_search_that_has_to_wait_says_so() -> None:
    async with slack_stage() as stage:
        body = {"ok": False, "error": "ratelimited"}
        fault = Fault(path="conversations.list", kind="json", status=429, headers={"Retry-After": "3"}, body=body)
        stage.faults.add(fault)
        with pytest.raises(NotifyError) as caught:
            await _slack(stage).find(stage.chat, "d1", NOW)
        assert caught.value.retry_after == 3


@pytest.mark.parametrize("status", [200, 503])
async def test_an_answer_too_long_to_hold_says_nothing_of_the_card(status: int) -> None:
    async with slack_stage() as stage:
        body = {"ok": True, "ts": "1.1", "channel": "C01", "padding": "x" * MAX_BODY}
        stage.faults.add(Fault(path="chat.postMessage", kind="json", status=status, body=body))
        with pytest.raises(NotifyError, match="ClientPayloadError") as caught:
            await stage.notifier.send(stage.chat, CARD, "d1")
        assert caught.value.ambiguous
        assert await stage.notifier.send(stage.chat, CARD, "d1")


async def test_a_server_without_metadata_gets_the_card_without() -> None:
    async with slack_stage() as stage:
        body = {"ok": False, "error": "invalid_metadata_schema"}
        stage.faults.add(Fault(path="chat.postMessage", kind="json", body=body))
        await stage.notifier.send(stage.chat, CARD, "d1")
        assert _message(stage)["metadata"] is None


async def test_the_second_card_of_a_second_has_to_wait() -> None:
    async with slack_stage(per_second=1.0) as stage:
        await stage.notifier.send(stage.chat, CARD, "d1")
        with pytest.raises(NotifyError) as caught:
            await stage.notifier.send(stage.chat, CARD, "d2")
        assert caught.value.retry_after == 1


async def test_an_archived_channel_is_permanent() -> None:
    async with slack_stage() as stage:
        stage.throw_out()
        with pytest.raises(NotifyError, match="is_archived") as caught:
            await stage.notifier.send(stage.chat, CARD, "d1")
        assert caught.value.permanent


def _slack(stage: SlackStage) -> SlackNotifier:
    assert isinstance(stage.notifier, SlackNotifier)
    return stage.notifier


def _message(stage: SlackStage) -> dict[str, Any]:
    message: dict[str, Any] = stage.slack.snapshot()["channels"][0]["messages"][0]
    return message
