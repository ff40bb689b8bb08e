"""The simulated Bot API refuses as the real one does, in words and codes."""

from typing import Any

import pytest
from aiohttp import ClientSession

from simulator.telegram import Telegram
from tests.contract.notifier_stages import clock, serving

CALLBACK = {"inline_keyboard": [[{"text": "Взять", "callback_data": "я" * 33}]]}


@pytest.mark.parametrize(
    ("method", "body", "code", "description"),
    [
        ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
        ("sendMessage", {"chat_id": "x", "text": "x"}, 400, "must be a number"),
        ("sendMessage", {"chat_id": -9, "text": "x"}, 400, "chat not found"),
        ("sendMessage", {"chat_id": -1, "text": " "}, 400, "message text is empty"),
        ("sendMessage", {"chat_id": -1, "text": "x" * 4097}, 400, "message is too long"),
        ("sendMessage", {"chat_id": -1, "text": "😡" * 2049}, 400, "message is too long"),
        ("sendMessage", {"chat_id": -1, "text": "<x>", "parse_mode": "HTML"}, 400, "can't parse entities"),
        ("sendMessage", {"chat_id": -1, "text": "x", "parse_mode": "MarkdownV9"}, 400, "unsupported parse_mode"),
        ("sendMessage", {"chat_id": -1, "text": "x", "message_thread_id": 5}, 400, "message thread not found"),
        ("sendMessage", {"chat_id": -1, "text": "x", "reply_markup": CALLBACK}, 400, "BUTTON_DATA_INVALID"),
        ("sendMessage", {"chat_id": -1, "text": "x", "reply_markup": "{"}, 400, "can't parse reply markup"),
        (
            "sendMessage",
            {"chat_id": -1, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}},
            400,
            "x",
        ),
        ("editMessageText", {"chat_id": -1, "message_id": 9, "text": "x"}, 400, "message to edit not found"),
        ("editMessageText", {"chat_id": -1, "message_id": 1, "text": "Привет"}, 400, "message is not modified"),
        ("deleteMessage", {"chat_id": -1, "message_id": 9}, 400, "message to delete not found"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old"),
        ("sendRocket", {}, 404, "Not Found"),
    ],
)
async def test_a_wrong_request_is_refused(method: str, body: dict[str, Any], code: int, description: str) -> None:
    status, answer = await _ask("1:simulated", method, body)
    assert (status, answer["ok"], answer["error_code"]) == (code, False, code)
    assert description in answer["description"]


@pytest.mark.parametrize("method", ["getMe", "sendMessage"])
async def test_a_wrong_token_is_unauthorized(method: str) -> None:
    status, answer = await _ask("1:another", method, {})
    assert status == 401
    assert answer == {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.mark.parametrize(
    ("method", "body", "key"),
    [("getMe", {}, "username"), ("getChat", {"chat_id": -1}, "title"), ("deleteWebhook", {}, None)],
)
async def test_what_is_right_is_answered(method: str, body: dict[str, Any], key: str | None) -> None:
    status, answer = await _ask("1:simulated", method, body)
    assert (status, answer["ok"]) == (200, True)
    assert answer["result"] is True if key is None else key in answer["result"]


async def test_updates_come_until_their_offset_is_confirmed() -> None:
    updates = Telegram(clock).updates
    for number in range(3):
        updates.add("message", {"n": number})
    first = await updates.poll(offset=0, limit=2, timeout=0, allowed=None)
    assert [update["message"]["n"] for update in first] == [0, 1]
    assert await updates.poll(offset=0, limit=2, timeout=0, allowed=None) == first
    rest = await updates.poll(offset=first[-1]["update_id"] + 1, limit=100, timeout=0, allowed=["callback_query"])
    assert [update["message"]["n"] for update in rest] == [2]
    updates.add("message", {"n": "nobody asked"})
    assert await updates.poll(offset=-1, limit=100, timeout=0, allowed=None) == rest


async def _ask(token: str, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    telegram = Telegram(clock, per_minute=None)
    telegram.add_chat(-1, "Чат")
    telegram.send(-1, "Привет", markup={}, topic=None, html=False)
    async with (
        serving("/telegram", telegram.app()) as address,
        ClientSession() as session,
        session.post(f"{address}/telegram/bot{token}/{method}", json=body) as answer,
    ):
        said: dict[str, Any] = await answer.json()
        return answer.status, said
