"""The simulated Bot API refuses as the real one does, in words and codes."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from simulator.telegram import Telegram
from simulator.telegram_chats import Person
from simulator.telegram_checks import RefusedError
from simulator.telegram_queries import Toast
from tests.contract.notifier_stages import clock, serving

LONG_PROMPT = {"force_reply": True, "input_field_placeholder": "о" * 65}
CALLBACK = {"inline_keyboard": [[{"text": "Взять", "callback_data": "я" * 33}]]}
CLAIM = {"inline_keyboard": [[{"text": "Взять", "callback_data": "c:1:claim"}]]}


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
        (
            "sendMessage",
            {"chat_id": -1, "text": "x", "reply_parameters": {"message_id": 9}},
            400,
            "replied not found",
        ),
        ("sendMessage", {"chat_id": -1, "text": "x", "reply_markup": LONG_PROMPT}, 400, "placeholder is too long"),
        ("sendMessage", {"chat_id": -2, "text": "x", "message_thread_id": 8}, 400, "TOPIC_CLOSED"),
        ("sendMessage", {"chat_id": -2, "text": "x", "message_thread_id": 1}, 400, "message thread not found"),
        ("sendMessage", {"chat_id": -3, "text": "x"}, 403, "bot was kicked from the supergroup chat"),
        ("sendMessage", {"chat_id": -4, "text": "x"}, 403, "bot is not a member of the supergroup chat"),
        ("sendMessage", {"chat_id": -5, "text": "x"}, 400, "not enough rights to send text messages"),
        ("sendMessage", {"chat_id": -6, "text": "x"}, 400, "upgraded to a supergroup"),
        ("sendMessage", {"chat_id": 111, "text": "x"}, 403, "bot was blocked by the user"),
        ("editMessageText", {"chat_id": -1, "message_id": 2, "text": "x"}, 400, "message can't be edited"),
        ("editMessageReplyMarkup", {"chat_id": -1, "message_id": 1}, 400, "message is not modified"),
        ("editMessageReplyMarkup", {"chat_id": -1, "message_id": 9}, 400, "message to edit not found"),
        ("deleteMessage", {"chat_id": -1, "message_id": 3}, 400, "message can't be deleted"),
        ("getChat", {"chat_id": -9}, 400, "chat not found"),
        ("getChat", {"chat_id": -3}, 403, "bot was kicked"),
        ("getChatMember", {"chat_id": -9, "user_id": 1}, 400, "chat not found"),
        ("getChatMember", {"chat_id": -3, "user_id": 1}, 403, "bot was kicked"),
        ("getChatMember", {"chat_id": -1, "user_id": 77}, 400, "member not found"),
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


async def test_a_prompt_waits_for_those_it_names_and_its_answer_reaches_the_bot() -> None:
    telegram = _world()
    card = telegram.send(-1, "Обращение", markup={}, topic=None, html=True)
    prompt = {"force_reply": True, "selective": True, "input_field_placeholder": "Ответ клиенту"}
    text = '<a href="tg://user?id=111">Анна</a>, что ответить?'
    asked = telegram.send(-1, text, markup=prompt, topic=None, html=True, reply_to=card.id)
    assert (telegram.prompt_for(-1, 111), telegram.prompt_for(-1, 222)) == (asked.id, None)
    number = telegram.answer_prompt(-1, "Проверяем", user=111, name="Анна")
    update = telegram.updates.waiting[-1]["message"]
    assert update["reply_to_message"]["message_id"] == asked.id
    assert "reply_to_message" not in update["reply_to_message"]
    assert (update["message_id"], update["from"]["id"], update["text"]) == (number, 111, "Проверяем")
    assert telegram.prompt_for(-1, 111) is None
    with pytest.raises(LookupError):
        telegram.answer_prompt(-1, "Ещё раз", user=111, name="Анна")


async def test_a_selective_answer_is_a_prompt_for_the_author_of_the_question() -> None:
    telegram = _world()
    question = telegram.write(-1, "/note", user=222, name="Олег")
    prompt = {"force_reply": True, "selective": True}
    telegram.send(-1, "Напишите заметку", markup=prompt, topic=None, html=True, reply_to=question)
    assert telegram.prompt_for(-1, 222) is not None
    assert telegram.prompt_for(-1, 111) is None
    telegram.send(-1, "Кто-нибудь?", markup={"force_reply": True}, topic=None, html=True)
    assert telegram.prompt_for(-1, 111) is not None


async def test_a_bot_hears_commands_and_answers_to_itself_and_an_administrator_everything() -> None:
    telegram = _world()
    card = telegram.send(-1, "Обращение", markup={}, topic=None, html=True)
    telegram.write(-1, "обедать идёте?", user=111, name="Анна")
    telegram.write(-1, "/id", user=111, name="Анна")
    telegram.write(-1, "звонила клиенту", user=111, name="Анна", reply_to=card.id)
    telegram.stand(-1, "administrator")
    telegram.write(-1, "иду", user=222, name="Олег")
    heard = [update["message"]["text"] for update in telegram.updates.waiting]
    assert heard == ["/id", "звонила клиенту", "иду"]


async def test_an_answer_that_may_go_without_its_question_does() -> None:
    body = {"chat_id": -1, "text": "x", "reply_parameters": {"message_id": 9, "allow_sending_without_reply": True}}
    status, answer = await _ask("1:simulated", "sendMessage", body)
    assert status == 200
    assert "reply_to_message" not in answer["result"]


async def test_an_answer_goes_into_the_topic_of_its_question() -> None:
    telegram = _world()
    card = telegram.send(-2, "Обращение", markup={}, topic=7, html=True)
    assert telegram.send(-2, "Олег взял", markup={}, topic=None, html=True, reply_to=card.id).topic == 7
    telegram.delete_topic(-2, 7)
    with pytest.raises(RefusedError, match="message thread not found"):
        telegram.send(-2, "x", markup={}, topic=7, html=True)
    telegram.close_topic(-2, 8, closed=False)
    telegram.send(-2, "x", markup={}, topic=8, html=True)


async def test_a_card_that_somebody_has_deleted_is_not_found() -> None:
    telegram = _world()
    telegram.lose(-1, 1)
    with pytest.raises(RefusedError, match="message to edit not found"):
        telegram.edit(-1, 1, "x", markup={}, html=True)


async def test_sends_and_edits_share_the_pace_of_a_group_and_of_the_bot() -> None:
    now = [clock()]
    telegram = Telegram(lambda: now[0], per_minute=20, per_second=30)
    for chat in (-1, -2, 111):
        telegram.add_chat(chat, "Чат")
    card = telegram.send(-1, "x", markup={}, topic=None, html=True)
    for number in range(18):
        telegram.edit(-1, card.id, str(number), markup={}, html=True)
    telegram.edit_markup(-1, card.id, CLAIM)
    assert _waits(telegram, -1) == 60
    assert [_waits(telegram, -2) for _ in range(10)] == [None] * 10
    assert _waits(telegram, 111) == 1, "thirty a second of the whole bot"
    now[0] += timedelta(seconds=59)
    assert _waits(telegram, -1) == 1
    assert [_waits(telegram, 111) for _ in range(25)] == [None] * 25, "no minute's limit in a private talk"
    now[0] += timedelta(seconds=1)
    assert _waits(telegram, -1) is None


async def test_an_alert_is_told_from_a_toast() -> None:
    telegram = _world()
    async with (
        serving("/telegram", telegram.app()) as address,
        ClientSession() as session,
    ):
        pressing = asyncio.create_task(telegram.press_and_see(-1, 1, "c:1:claim", user=111, name="Анна"))
        await asyncio.sleep(0)
        (update,) = telegram.updates.waiting
        query = {"callback_query_id": update["callback_query"]["id"], "text": "Уже взято", "show_alert": True}
        await session.post(f"{address}/telegram/bot1:simulated/answerCallbackQuery", json=query)
        assert await pressing == Toast(text="Уже взято", alert=True)


@pytest.mark.parametrize(
    ("user", "status"), [(1, "member"), (111, "member"), (222, "left")], ids=["the bot", "who is in", "who is not"]
)
async def test_it_says_who_is_in_a_chat(user: int, status: str) -> None:
    _, answer = await _ask("1:simulated", "getChatMember", {"chat_id": -1, "user_id": user})
    assert (answer["result"]["status"], answer["result"]["user"]["id"]) == (status, user)


def _waits(telegram: Telegram, chat: int) -> int | None:
    """The seconds that Telegram asks for; None when it took the message."""
    try:
        telegram.send(chat, "x", markup={}, topic=None, html=True)
    except RefusedError as refused:
        return refused.parameters["retry_after"]
    return None


def _world() -> Telegram:
    """A chat with a card, a prompt and a line of somebody; groups where a bot can do little."""
    telegram = Telegram(clock, per_minute=None)
    telegram.add_chat(-1, "Чат", people=[Person(id=111, name="Анна")])
    telegram.send(-1, "Привет", markup={}, topic=None, html=False)
    telegram.send(-1, "Напишите", markup={"force_reply": True, "selective": True}, topic=None, html=False)
    telegram.write(-1, "мимо", user=111, name="Анна")
    telegram.add_chat(-2, "С темами", topics=frozenset({7, 8}), people=[Person(id=222, name="Олег")])
    telegram.close_topic(-2, 8)
    for chat, standing in {-3: "kicked", -4: "left", -5: "restricted", 111: "kicked"}.items():
        telegram.add_chat(chat, "Чат")
        telegram.stand(chat, standing)
    telegram.add_chat(-6, "Была группой")
    telegram.migrate(-6, -7)
    return telegram


async def _ask(token: str, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    telegram = _world()
    async with (
        serving("/telegram", telegram.app()) as address,
        ClientSession() as session,
        session.post(f"{address}/telegram/bot{token}/{method}", json=body) as answer,
    ):
        said: dict[str, Any] = await answer.json()
        return answer.status, said
