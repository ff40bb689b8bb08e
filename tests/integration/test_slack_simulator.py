"""The simulated Slack refuses as the real one does: HTTP 200, `ok: false` and a code."""

from typing import Any

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from simulator.slack import Slack
from tests.contract.notifier_stages import clock, serving

BOT = "xoxb-simulated"
APP = "xapp-simulated"
HUGE = [{"type": "divider"}] * 51


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
    ],
)
async def test_a_wrong_request_is_refused(token: str, method: str, body: dict[str, Any], error: str) -> None:
    answer = await _ask(token, method, body)
    assert (answer["ok"], answer["error"]) == (False, error)


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


async def test_a_strange_acknowledgement_leaves_the_press_waiting() -> None:
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


async def _ask(token: str, method: str, body: dict[str, Any]) -> dict[str, Any]:
    slack = Slack(clock, per_second=None)
    slack.add_channel("C01", "support")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        serving("/slack", slack.app()) as address,
        ClientSession() as session,
        session.post(f"{address}/slack/api/{method}", json=body, headers=headers) as answer,
    ):
        assert answer.status == 200
        said: dict[str, Any] = await answer.json()
        return said
