"""The simulated Slack refuses as the real one does: HTTP 200, `ok: false` and a code."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSServerHandshakeError

from simulator.slack import Slack
from simulator.slack_channels import RefusedError
from tests.contract.notifier_stages import clock, serving

BOT = "xoxb-simulated"
APP = "xapp-simulated"
HUGE = [{"type": "divider"}] * 51


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text}, "value": value}


def text_input(label: str, name: str = "x", **more: Any) -> dict[str, Any]:
    block = {"type": "input", "block_id": name, "label": {"type": "plain_text", "text": label}}
    return block | {"element": {"type": "plain_text_input", "action_id": "text", "max_length": 20}} | more


def modal() -> dict[str, Any]:
    """A text, a choice, a note that may stay empty."""
    select = {"type": "static_select", "action_id": "person", "options": [option("Олег", "oleg")]}
    return {
        "type": "modal",
        "callback_id": "reply",
        "private_metadata": "case 12",
        "notify_on_close": True,
        "title": {"type": "plain_text", "text": "Ответить"},
        "submit": {"type": "plain_text", "text": "Отправить"},
        "blocks": [
            text_input("Ответ", "answer"),
            text_input("Кому", "who", element=select),
            text_input("Заметка", "note", optional=True),
        ],
    }


@pytest.mark.parametrize(
    ("token", "method", "body", "error"),
    [
        ("", "auth.test", {}, "not_authed"),
        ("xoxb-another", "auth.test", {}, "invalid_auth"),
        (BOT, "apps.connections.open", {}, "not_allowed_token_type"),
        ("xapp-another", "apps.connections.open", {}, "invalid_auth"),
        (BOT, "rockets.launch", {}, "unknown_method"),
        (BOT, "chat.postMessage", {"channel": "#nowhere", "text": "x"}, "channel_not_found"),
        (BOT, "chat.postMessage", {"channel": "#support"}, "no_text"),
        (BOT, "chat.postMessage", {"channel": "#support", "text": "x" * 40_001}, "msg_too_long"),
        (BOT, "chat.postMessage", {"channel": "#support", "text": "x", "blocks": HUGE}, "invalid_blocks"),
        (BOT, "chat.postMessage", {"channel": "#support", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        (BOT, "chat.update", {"channel": "#support", "ts": "1", "text": "x"}, "channel_not_found"),
        (BOT, "chat.update", {"channel": "C01", "ts": "1", "text": "x"}, "message_not_found"),
        (BOT, "chat.postEphemeral", {"channel": "C01", "user": "U1"}, "no_text"),
        (BOT, "conversations.history", {"channel": "support"}, "channel_not_found"),
        (BOT, "conversations.history", {"channel": "C02"}, "not_in_channel"),
        (BOT, "conversations.info", {"channel": "#support"}, "channel_not_found"),
        (BOT, "conversations.replies", {"channel": "C01", "ts": "1"}, "thread_not_found"),
        (BOT, "chat.postMessage", {"channel": "#pr", "text": "x"}, "not_in_channel"),
        (BOT, "chat.postMessage", {"channel": "#old", "text": "x"}, "is_archived"),
        (BOT, "chat.postMessage", {"channel": "C01", "text": "x", "thread_ts": "1"}, "cannot_reply_to_message"),
        (BOT, "chat.delete", {"channel": "C01", "ts": "1"}, "message_not_found"),
        (BOT, "views.open", {"trigger_id": "1.2.x", "view": modal()}, "invalid_trigger_id"),
        (BOT, "views.update", {"view_id": "V1", "view": modal()}, "not_found"),
    ],
)
async def test_a_wrong_request_is_refused(token: str, method: str, body: dict[str, Any], error: str) -> None:
    answer = await _ask(token, method, body)
    assert (answer["ok"], answer["error"]) == (False, error)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"type": "home"}, "type modal"),
        ({"title": {"type": "plain_text", "text": "т" * 25}}, "/view/title"),
        ({"submit": {"type": "mrkdwn", "text": "да"}}, "/view/submit"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"blocks": "x"}, "/view/blocks"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100"),
        ({"blocks": [{"type": "input", "element": {"type": "plain_text_input"}}]}, "label"),
        ({"blocks": [text_input("А", element={"type": "datepicker"})]}, "unsupported element"),
        ({"blocks": [text_input("А", element={"type": "static_select", "options": []})]}, "options"),
    ],
)
async def test_a_modal_that_slack_would_not_open_is_refused(wrong: dict[str, Any], complaint: str) -> None:
    slack, trigger = await _pressed()
    with pytest.raises(RefusedError, match="invalid_arguments") as refused:
        slack.modals.open(trigger, {**modal(), **wrong})
    assert any(complaint in said for said in refused.value.said)
    without = modal()
    del without["submit"]
    with pytest.raises(RefusedError) as refused:
        slack.modals.open(trigger, without)
    assert any("submit" in said for said in refused.value.said)


async def test_a_trigger_opens_one_modal_within_three_seconds() -> None:
    now = [clock()]
    slack, trigger = await _pressed(lambda: now[0])
    _, late = await _pressed(lambda: now[0], slack)
    now[0] += timedelta(seconds=3)
    slack.modals.open(trigger, modal())
    with pytest.raises(RefusedError, match="exchanged_trigger_id"):
        slack.modals.open(trigger, modal())
    now[0] += timedelta(seconds=0.1)
    with pytest.raises(RefusedError, match="expired_trigger_id"):
        slack.modals.open(late, modal())


async def test_a_filled_in_modal_reaches_the_app_and_closes() -> None:
    slack, trigger = await _pressed()
    slack.modals.open(trigger, modal())
    async with _listening(slack) as socket:
        sending = asyncio.create_task(slack.submit("U1", {"Ответ": "Проверяем", "who": "Олег"}))
        envelope = await _next(socket)
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        assert await sending == "closed"
    payload = envelope["payload"]
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("interactive", True)
    assert (payload["type"], payload["user"]["id"]) == ("view_submission", "U1")
    assert (payload["view"]["private_metadata"], payload["view"]["callback_id"]) == ("case 12", "reply")
    assert payload["view"]["state"]["values"] == {
        "answer": {"text": {"type": "plain_text_input", "value": "Проверяем"}},
        "who": {
            "person": {"type": "static_select", "selected_option": option("Олег", "oleg")},
        },
        "note": {"text": {"type": "plain_text_input", "value": None}},
    }
    assert slack.snapshot()["modals"] == []


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"response_action": "errors", "errors": {"answer": "Слишком коротко"}}, "errors"),
        ({"response_action": "update", "view": "modal"}, "changed"),
        ({"response_action": "push", "view": "modal"}, "changed"),
        ({"response_action": "clear"}, "closed"),
        ({"response_action": "update", "view": {}}, "unanswered"),
    ],
)
async def test_the_app_answers_a_submission_in_its_acknowledgement(answer: dict[str, Any], result: str) -> None:
    slack, trigger = await _pressed()
    opened = slack.modals.open(trigger, modal())
    if answer.get("view") == "modal":
        answer = {**answer, "view": {**modal(), "title": {"type": "plain_text", "text": "Так и отправить?"}}}
    async with _listening(slack) as socket:
        sending = asyncio.create_task(slack.submit("U1", {"answer": "Проверяем", "who": "oleg"}))
        envelope = await _next(socket)
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": answer})
        assert await sending == result
        shown = slack.snapshot()["modals"]
        if result == "errors":
            assert shown[0]["errors"] == {"answer": "Слишком коротко"}
        if result == "changed":
            assert shown[0]["view"]["title"]["text"] == "Так и отправить?"
        await _close_what_is_open(slack, socket)
    under = answer["response_action"] == "push"
    assert [one["id"] for one in slack.snapshot()["modals"]] == ([opened.id] if under else [])


async def test_slacks_own_client_holds_back_what_is_not_filled_in() -> None:
    slack, trigger = await _pressed()
    slack.modals.open(trigger, modal())
    with pytest.raises(ValueError, match="Ответ"):
        await slack.submit("U1", {"who": "oleg"})
    with pytest.raises(ValueError, match="от 0 до 20 знаков"):
        await slack.submit("U1", {"who": "oleg", "answer": "о" * 21})
    for unknown in ({"Тема": "x"}, {"who": "Пётр"}):
        with pytest.raises(LookupError):
            await slack.submit("U1", unknown)
    with pytest.raises(LookupError):
        await slack.submit("U2", {})


async def test_a_thread_hangs_on_its_message_and_an_answer_may_be_shown_in_the_channel_too() -> None:
    slack = _workspace()
    _, card = slack.post("C01", "Обращение", None, None)
    _, note = slack.post("C01", "Олег взял", None, {"event_type": "x"}, thread=card.ts)
    _, loud = slack.post("C01", "Просрочено", None, None, thread=card.ts, broadcast=True)
    await slack.write("C01", "звоню", user="U1", name="Анна", thread=card.ts)
    history = (await _ask(BOT, "conversations.history", {"channel": "C01"}, slack))["messages"]
    assert [message["ts"] for message in history] == [loud.ts, card.ts]
    assert (history[0]["subtype"], history[1]["reply_count"]) == ("thread_broadcast", 3)
    assert history[1]["reply_users"] == ["UBOT00001", "U1"]
    asked = {"channel": "C01", "ts": card.ts, "include_all_metadata": True}
    thread = (await _ask(BOT, "conversations.replies", asked, slack))["messages"]
    assert [message["text"] for message in thread] == ["Обращение", "Олег взял", "Просрочено", "звоню"]
    assert {message["thread_ts"] for message in thread} == {card.ts}
    assert thread[1]["metadata"] == {"event_type": "x"}
    with pytest.raises(RefusedError, match="cannot_reply_to_message"):
        slack.post("C01", "x", None, None, thread=note.ts)


async def test_a_deleted_message_with_answers_leaves_a_tombstone() -> None:
    slack = _workspace()
    cards = [slack.post("C01", "Обращение", None, None)[1] for _ in range(2)]
    slack.post("C01", "взяла", None, None, thread=cards[0].ts)
    line = await slack.write("C01", "моё", user="U1", name="Анна")
    for card in cards:
        assert (await _ask(BOT, "chat.delete", {"channel": "C01", "ts": card.ts}, slack))["ts"] == card.ts
    history = (await _ask(BOT, "conversations.history", {"channel": "C01"}, slack))["messages"]
    assert [message.get("subtype") for message in history] == [None, "tombstone"]
    answer = await _ask(BOT, "chat.delete", {"channel": "C01", "ts": line}, slack)
    assert answer["error"] == "cant_delete_message"


async def test_what_people_write_is_heard_by_an_app_that_asked_for_it() -> None:
    slack = _workspace()
    await slack.write("C01", "мимо", user="U1", name="Анна")
    slack.events = frozenset({"message.channels"})
    async with _listening(slack) as socket:
        writing = asyncio.create_task(slack.write("C01", "вслух", user="U1", name="Анна"))
        envelope = await _next(socket)
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        ts = await writing
    event = envelope["payload"]["event"]
    assert envelope["type"] == "events_api"
    assert (event["text"], event["user"], event["ts"], event["channel"]) == ("вслух", "U1", ts, "C01")


async def test_a_channel_is_asked_for_by_its_id() -> None:
    slack = _workspace()
    slack.rename("C01", "help")
    shown = (await _ask(BOT, "conversations.info", {"channel": "C01"}, slack))["channel"]
    assert (shown["name"], shown["is_member"], shown["is_archived"]) == ("help", True, False)


async def test_who_the_bot_is_can_be_asked() -> None:
    assert (await _ask(BOT, "auth.test", {}))["user_id"]


async def test_a_ticket_opens_one_connection() -> None:
    slack = Slack(clock)
    async with serving("/slack", slack.app()) as address, ClientSession() as session:
        headers = {"Authorization": f"Bearer {APP}"}
        async with session.post(f"{address}/slack/api/apps.connections.open", headers=headers) as answer:
            url = (await answer.json())["url"]
        assert url.startswith(address.replace("http", "ws") + "/slack/socket?")
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(url)


async def test_a_press_of_a_vanished_message_is_a_lookup_error() -> None:
    slack = Slack(clock)
    slack.add_channel("C01", "support")
    with pytest.raises(LookupError):
        await slack.press("C01", "1.1", "claim", "1", user="U1", name="Анна")


async def test_a_strange_acknowledgement_leaves_the_press_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.slack_socket.PRESS_WAITS", 1.0)
    slack = Slack(clock, per_second=None)
    slack.add_channel("C01", "support")
    slack.socket.ack_within = 0.1
    _, message = slack.post("C01", "x", None, None)
    async with serving("/slack", slack.app()) as address, ClientSession() as session:
        url = f"{address}/slack/socket?ticket={slack.socket.ticket()}"
        async with session.ws_connect(url) as socket:
            for strange in ("null", "{", "[]", '{"envelope_id": "another"}'):
                await socket.send_str(strange)
            assert (await socket.receive_json())["type"] == "hello"
            await slack.press("C01", message.ts, "claim", "1", user="U1", name="Анна")
            first, second = await socket.receive_json(), await socket.receive_json()
    assert first["envelope_id"] == second["envelope_id"]
    assert second["retry_attempt"] == 1
    assert list(slack.socket.pending) == [first["envelope_id"]]


def _workspace(now: Callable[[], datetime] = clock) -> Slack:
    slack = Slack(now, per_second=None)
    for channel, name in {"C01": "support", "C02": "pr", "C03": "old"}.items():
        slack.add_channel(channel, name)
    slack.join("C02", joined=False)
    slack.archive("C03")
    return slack


async def _pressed(now: Callable[[], datetime] = clock, slack: Slack | None = None) -> tuple[Slack, str]:
    """A workspace where somebody has just pressed a button, and the trigger of that."""
    slack = slack or _workspace(now)
    _, card = slack.post("C01", "Обращение", None, None)
    async with _listening(slack) as socket:
        pressing = asyncio.create_task(slack.press("C01", card.ts, "reply", "12", user="U1", name="Анна"))
        envelope = await _next(socket)
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await pressing
    return slack, envelope["payload"]["trigger_id"]


@asynccontextmanager
async def _listening(slack: Slack) -> AsyncIterator[ClientWebSocketResponse]:
    """A socket of the app."""
    async with serving("/slack", slack.app()) as address, ClientSession() as session:
        url = f"{address}/slack/socket?ticket={slack.socket.ticket()}"
        async with session.ws_connect(url) as socket:
            yield socket


async def _next(socket: ClientWebSocketResponse) -> dict[str, Any]:
    """The next envelope after the greeting."""
    while "envelope_id" not in (message := await socket.receive_json()):
        pass
    envelope: dict[str, Any] = message
    return envelope


async def _close_what_is_open(slack: Slack, socket: ClientWebSocketResponse) -> None:
    """The app asked to hear of it."""
    if not slack.snapshot()["modals"]:
        return
    closing = asyncio.create_task(slack.close("U1"))
    envelope = await _next(socket)
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    await closing
    assert (envelope["payload"]["type"], envelope["payload"]["is_cleared"]) == ("view_closed", False)
    assert envelope["payload"]["view"]["private_metadata"] == "case 12"


async def _ask(token: str, method: str, body: dict[str, Any], slack: Slack | None = None) -> dict[str, Any]:
    slack = slack or _workspace()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        serving("/slack", slack.app()) as address,
        ClientSession() as session,
        session.post(f"{address}/slack/api/{method}", json=body, headers=headers) as answer,
    ):
        assert answer.status == 200
        said: dict[str, Any] = await answer.json()
        return said
