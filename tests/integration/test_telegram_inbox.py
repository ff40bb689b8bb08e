"""Telegram's inbox against the simulator: each press once, whatever the network does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from alerts.notifiers.telegram.inbox import TelegramInbox
from alerts.ports import Answer, OnPress, Press
from simulator.faults import Fault
from simulator.telegram import Telegram
from tests.contract.notifier_stages import serving
from tests.outbox import MemoryPromptBook
from tests.waiting import stopwatch, until

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
TOKEN = "7:secret"
MARKUP = {"inline_keyboard": [[{"text": "Взять", "callback_data": "c:12:claim"}]]}


class Desk:
    """Remembers presses; `then` is what happens to each of them."""

    def __init__(self, then: Callable[[Press], Awaitable[Answer]] | None = None) -> None:
        self.presses: list[Press] = []
        self._then = then

    async def __call__(self, press: Press) -> Answer:
        self.presses.append(press)
        return await self._then(press) if self._then else Answer(text="Вы взяли обращение № 12")


@asynccontextmanager
async def opened(telegram: Telegram, on_press: OnPress, **options: Any) -> AsyncIterator[str]:
    """The inbox at work; yields the address of the simulated Bot API."""
    async with (
        serving("/telegram", telegram.app()) as address,
        listening(f"{address}/telegram/", on_press, **options),
    ):
        yield f"{address}/telegram/"


@asynccontextmanager
async def listening(address: str, on_press: OnPress, **options: Any) -> AsyncIterator[None]:
    book = options.pop("book", None) or MemoryPromptBook()
    inbox = TelegramInbox(address, TOKEN, lambda: NOW, book, poll_seconds=2, **{"answer_within": 120.0, **options})
    running = asyncio.create_task(inbox.run(on_press))
    try:
        yield
        assert not running.done(), running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
def telegram() -> Telegram:
    telegram = Telegram(lambda: NOW, token=TOKEN, per_minute=None)
    telegram.add_chat(-1001, "Поддержка", topics=frozenset({7}))
    telegram.send(-1001, "Обращение", markup=MARKUP, topic=None, html=True)
    return telegram


async def test_an_explanation_stands_until_it_is_read_and_only_who_pressed_reads_it(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts, answer = list[bool](), telegram.answer_query

    def seen(query: str, text: str | None, *, alert: bool = False) -> None:
        alerts.append(alert)
        answer(query, text, alert=alert)

    monkeypatch.setattr(telegram, "answer_query", seen)
    desk = Desk(lambda _press: _explained(8))
    async with opened(telegram, desk):
        text = await telegram.press(-1001, 1, "c:12:why", user=111, name="Анна")
    assert alerts == [True]
    assert text == "Маршрут 1: тема связь. " * 8
    assert len(telegram.chats[-1001].messages) == 1


async def test_an_explanation_that_no_toast_holds_stands_whole_under_the_card_until_it_has_been_read(
    telegram: Telegram,
) -> None:
    desk = Desk(lambda press: _explained(20) if press.value is None else _read())
    async with opened(telegram, desk):
        toast = await telegram.press(-1001, 1, "c:12:past", user=111, name="Анна")
        assert toast == "Ответ внизу чата"
        message = list(telegram.chats[-1001].messages.values())[-1]
        assert "Маршрут 1: тема связь. " * 19 in message.text
        ((button,),) = message.markup["inline_keyboard"]
        assert (button["text"], button["callback_data"]) == ("Понятно", "c:12:past:no")
        await telegram.press(-1001, message.id, button["callback_data"], user=111, name="Анна")
        await until(lambda: message.id not in telegram.chats[-1001].messages)


async def _explained(times: int) -> Answer:
    return Answer(text="Маршрут 1: тема связь. " * times, is_long=True)


async def _read() -> Answer:
    return Answer(text="Хорошо")


async def test_a_press_is_handled_and_answered(telegram: Telegram) -> None:
    desk = Desk()
    async with opened(telegram, desk):
        toast = await telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна")
    assert toast == "Вы взяли обращение № 12"
    (press,) = desk.presses
    assert (press.messenger, press.user, press.user_name) == ("telegram", "111", "Анна")
    assert (press.case, press.action, press.at) == (12, "claim", NOW)
    assert press.key.startswith("tg:")


async def test_a_press_before_the_start_is_not_lost(telegram: Telegram) -> None:
    desk = Desk()
    pressing = asyncio.create_task(telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна"))
    await asyncio.sleep(0.05)
    async with opened(telegram, desk):
        assert await pressing == "Вы взяли обращение № 12"


async def test_a_slow_handler_is_acknowledged_first(telegram: Telegram) -> None:
    async def slow(_press: Press) -> Answer:
        await asyncio.sleep(0.5)
        return Answer(text="поздно")

    desk = Desk(slow)
    async with opened(telegram, desk, answer_within=0.1):
        toast = await telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна")
    assert toast is not None
    assert toast.startswith("Принято")


async def test_a_press_whose_confirmation_was_lost_is_handled_once(telegram: Telegram) -> None:
    desk = Desk()
    async with opened(telegram, desk):
        await telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна")
        # The server forgets the confirmation and hands the update out again.
        for _ in range(3):
            telegram.updates.waiting.insert(0, {"update_id": 100_001, "callback_query": _query("1", "c:12:claim")})
            await telegram.press(-1001, 1, "c:12:close", user=111, name="Анна")
    assert [press.action for press in desk.presses] == ["claim", "close", "close", "close"]


async def test_a_killed_inbox_gets_the_unhandled_press_again_under_the_same_key(telegram: Telegram) -> None:
    async def never(_press: Press) -> Answer:
        await asyncio.sleep(60)
        return Answer(text="")

    first, second = Desk(never), Desk()
    async with serving("/telegram", telegram.app()) as address:
        async with listening(f"{address}/telegram", first):
            pressing = asyncio.create_task(telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна"))
            await until(lambda: bool(first.presses))
        async with listening(f"{address}/telegram", second):
            await until(lambda: bool(second.presses))
        await pressing
    assert [press.key for press in first.presses] == [press.key for press in second.presses]


async def test_a_failing_press_is_tried_again_and_then_given_up(telegram: Telegram) -> None:
    async def fail(press: Press) -> Answer:
        if press.case == 13:
            raise RuntimeError("disk full")
        return Answer(text="ок")

    desk = Desk(fail)
    async with opened(telegram, desk):
        toast = await telegram.press(-1001, 1, "c:13:claim", user=111, name="Анна")
        assert toast is not None
        assert toast.startswith("Не получилось")
        await until(lambda: len(desk.presses) == 3)
        assert await telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна") == "ок"
    assert [press.case for press in desk.presses] == [13, 13, 13, 12]


async def test_one_slow_case_does_not_hold_up_another(telegram: Telegram) -> None:
    other = asyncio.Event()

    async def slow_for_one(press: Press) -> Answer:
        if press.case == 1:
            await other.wait()
        return Answer(text=f"дело {press.case}")

    waiting = [
        asyncio.create_task(telegram.press(-1001, 1, f"c:{case}:claim", user=111, name="Анна")) for case in (1, 2)
    ]
    await asyncio.sleep(0.05)
    async with opened(telegram, Desk(slow_for_one), answer_within=120.0):
        assert await waiting[1] == "дело 2"
        other.set()
        assert await waiting[0] == "дело 1"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(path="getUpdates", kind="html", status=502),
        Fault(path="getUpdates", kind="reset"),
        Fault(path="getUpdates", kind="json", body={"ok": True, "result": None}),
        Fault(path="getUpdates", kind="json", body={"ok": True, "result": {"a": 1}}),
        Fault(path="getUpdates", kind="json", body={"ok": False}, status=500),
        Fault(path="getUpdates", kind="json", body={"ok": True, "result": [None, 7, {}, {"update_id": "x"}]}),
        Fault(
            path="getUpdates",
            kind="json",
            status=429,
            body={
                "ok": False,
                "description": "Too Many Requests: retry after 1",
                "parameters": {"retry_after": 1},
            },
        ),
        Fault(path="answerCallbackQuery", kind="html", status=502),
    ],
    ids=lambda fault: f"{fault.path} {fault.kind} {fault.body}",
)
async def test_the_inbox_survives_a_bad_answer(telegram: Telegram, fault: Fault) -> None:
    telegram.faults.add(Fault(**{name: getattr(fault, name) for name in Fault.__slots__}))
    desk = Desk()
    async with opened(telegram, desk):
        pressing = asyncio.create_task(telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна"))
        await until(lambda: bool(desk.presses))
        pressing.cancel()
    assert len(desk.presses) == 1


@pytest.mark.parametrize(
    "update",
    [
        {"callback_query": None},
        {"callback_query": {}},
        {"callback_query": {"id": "1", "from": None, "data": "c:1:claim"}},
        {"callback_query": {"id": 5, "from": {"id": 1}, "data": "c:1:claim"}},
        {"callback_query": {"id": "1", "from": {"id": 1}, "data": "чужое"}},
        {"callback_query": {"id": "1", "from": {"id": 1}, "game_short_name": "g"}},
        {"message": {"text": 7}},
        {"message": None},
        {"poll": {}},
    ],
)
async def test_a_foreign_update_is_passed_over(telegram: Telegram, update: dict[str, Any]) -> None:
    telegram.updates.waiting.append({"update_id": 100_001, **update})
    telegram.updates._next = 100_002
    desk = Desk()
    async with opened(telegram, desk):
        assert await telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна") == "Вы взяли обращение № 12"
    assert len(desk.presses) == 1


async def test_presses_come_when_telegram_counts_anew_from_a_lower_number(telegram: Telegram) -> None:
    """It does after a week in which nothing happened."""
    desk = Desk()
    async with opened(telegram, desk):
        await telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна")
        telegram.updates._next = 41
        anew = {"update_id": 40, "callback_query": _query("anew", "c:12:close")}
        for _ in range(2):  # the second time it is known
            telegram.faults.add(Fault(path="getUpdates", kind="json", body={"ok": True, "result": [anew]}))
        await telegram.press(-1001, 1, "c:12:snooze", user=111, name="Анна")
        assert await telegram.press(-1001, 1, "c:12:note", user=111, name="Анна") == "Вы взяли обращение № 12"
    assert sorted(press.action for press in desk.presses) == ["claim", "close", "note", "snooze"]


@pytest.mark.parametrize("number", [2**31, 10**30, True, -7, 0.5])
async def test_an_update_with_a_number_that_cannot_be_costs_itself_alone(
    telegram: Telegram, number: object
) -> None:
    odd = {"update_id": number, "callback_query": _query("odd", "c:12:close")}
    telegram.faults.add(Fault(path="getUpdates", kind="json", body={"ok": True, "result": [odd]}))
    desk = Desk()
    async with opened(telegram, desk):
        for _ in range(2):
            toast = await telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна")
            assert toast == "Вы взяли обращение № 12"
    assert [press.action for press in desk.presses] == ["claim", "claim"]


async def test_a_press_under_an_inaccessible_message_counts(telegram: Telegram) -> None:
    query = _query("77", "c:12:claim") | {
        "message": {"chat": {"id": -1001, "type": "group"}, "message_id": 1, "date": 0}
    }
    telegram.updates.add("callback_query", query)
    desk = Desk()
    async with opened(telegram, desk):
        await until(lambda: bool(desk.presses))
    assert desk.presses[0].key == "tg:77"


async def test_a_second_poller_is_reported_loudly(telegram: Telegram, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(telegram, Desk()) as address, listening(address, Desk()):
        await until(lambda: "another program reads" in caplog.text)
    assert TOKEN not in caplog.text


async def test_a_webhook_in_the_way_is_removed(telegram: Telegram, caplog: pytest.LogCaptureFixture) -> None:
    said = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"
    body = {"ok": False, "error_code": 409, "description": said}
    telegram.faults.add(Fault(path="getUpdates", kind="json", status=409, body=body))
    # A removal that fails as well must not end the inbox either.
    telegram.faults.add(Fault(path="deleteWebhook", kind="html", status=502))
    async with opened(telegram, Desk()):
        await until(lambda: "could not be removed" in caplog.text)
        assert await telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна") == "Вы взяли обращение № 12"


async def test_people_learn_their_ids(telegram: Telegram) -> None:
    async with opened(telegram, Desk()):
        telegram.write(-1001, "/id", user=333, name="Новенькая")
        await until(lambda: len(telegram.chats[-1001].messages) == 3)
    text = telegram.snapshot()["chats"][0]["messages"][-1]["html"]
    assert "333" in text
    assert "-1001" in text


async def test_four_hundred_questions_in_a_strange_chat_hold_up_no_press_and_are_answered_sparsely(
    telegram: Telegram,
) -> None:
    telegram.add_chat(-666, "Чужие")
    for number in range(400):
        telegram.write(-666, "/id", user=1000 + number, name="Чужой")
    loop = asyncio.get_running_loop()
    async with opened(telegram, Desk()):
        began = loop.time()
        toast = await telegram.press(-1001, 1, "c:12:claim", user=111, name="Анна")
        assert loop.time() - began < 5
        assert toast == "Вы взяли обращение № 12"
        answers = [one for one in telegram.chats[-666].messages.values() if one.author is None]
        assert len(answers) <= 5


async def test_a_server_without_long_poll_is_not_hammered() -> None:
    calls = 0

    async def answer(_request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        return web.json_response({"ok": True, "result": []})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with serving("/any", app) as address, listening(f"{address}/any", Desk()):
        async with stopwatch() as watch:
            await until(lambda: calls >= 4)
        assert watch.passed > 1.2


def _query(number: str, data: str) -> dict[str, Any]:
    person = {"id": 111, "is_bot": False, "first_name": "Анна"}
    return {"id": number, "from": person, "chat_instance": "1", "data": data}
