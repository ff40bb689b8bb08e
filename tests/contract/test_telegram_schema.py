"""What we say to Telegram, and what the simulator answers, held against the published Bot API."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import pytest
from aiohttp import ClientSession, web

from alerts.notifiers.telegram.inbox import TelegramInbox
from alerts.notifiers.telegram.notifier import TelegramNotifier
from alerts.ports import Answer, Press
from alerts.routing import Chat
from simulator.telegram import Telegram
from simulator.telegram_chats import Person, Standing, message_json
from tests.contract.notifier_stages import CARD, CLAIMED, NOTE, clock, serving
from tests.contract.test_inbox_contract import CHOICE, TEXT
from tests.outbox import MemoryPromptBook
from tests.waiting import until

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "telegram" / "api.json"
SCALARS: Mapping[str, type] = {"Integer": int, "String": str, "Boolean": bool, "Float": float, "True": bool}


@dataclass(slots=True)
class Description:
    """The published methods and types; `mistakes` says where a value does not hold against them."""

    methods: Mapping[str, Any]
    types: Mapping[str, Any]

    def mistakes(self, value: object, names: list[str], where: str) -> list[str]:
        """Empty when the value is of one of the named types."""
        found = [self._against(value, name, where) for name in names]
        return [] if [] in found else min(found, key=len)

    def fields(self, values: Mapping[str, Any], known: list[Mapping[str, Any]], where: str) -> list[str]:
        names = {one["name"] for one in known}
        wrong = [f"{where}: unknown field {name}" for name in values if name not in names]
        for one in known:
            if one["name"] in values:
                wrong += self.mistakes(values[one["name"]], one["types"], f"{where}.{one['name']}")
            elif one["required"]:
                wrong.append(f"{where}: no field {one['name']}")
        return wrong

    def _against(self, value: object, name: str, where: str) -> list[str]:
        if name.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where}: no list"]
            inner = [name.removeprefix("Array of ")]
            return [wrong for at, one in enumerate(value) for wrong in self.mistakes(one, inner, f"{where}[{at}]")]
        if name in SCALARS:
            fits = isinstance(value, SCALARS[name]) and (name != "Integer" or not isinstance(value, bool))
            return [] if fits else [f"{where}: {value!r} is no {name}"]
        kind = self.types[name]
        if "subtypes" in kind:
            return self.mistakes(value, kind["subtypes"], where)
        return (
            self.fields(value, kind.get("fields", []), where)
            if isinstance(value, dict)
            else [f"{where}: no {name}"]
        )


@dataclass(slots=True)
class Tap:
    """Stands between the bot and the simulator, and writes down what both say."""

    upstream: str
    heard: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    async def pass_on(self, request: web.Request) -> web.Response:
        said = await request.json()
        async with ClientSession() as session, session.post(self.upstream + request.path, json=said) as answer:
            body = await answer.json()
            self.heard.append((request.match_info["method"], said, body))
            return web.json_response(body, status=answer.status)


@pytest.fixture(scope="module")
def description() -> Description:
    if not SPEC.is_file():
        pytest.skip("no shared/specs/telegram/api.json beside the project")
    spec = json.loads(SPEC.read_text(encoding="utf-8"))
    return Description(methods=spec["methods"], types=spec["types"])


@pytest.fixture
async def heard() -> AsyncIterator[list[tuple[str, dict[str, Any], dict[str, Any]]]]:
    """A whole day of the bot: cards, edits, refusals, a press, a command."""
    telegram = Telegram(clock, per_minute=None)
    telegram.add_chat(-1001, "Поддержка", topics=frozenset({7}))
    async with serving("/telegram", telegram.app()) as upstream:
        tap = Tap(upstream)
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", tap.pass_on)
        async with serving("/telegram", app) as address:
            await _day(telegram, f"{address}/telegram")
        yield tap.heard


async def test_every_request_is_one_that_telegram_describes(
    description: Description,
    heard: list[tuple[str, dict[str, Any], dict[str, Any]]],
) -> None:
    assert {method for method, _, _ in heard} == {
        "sendMessage",
        "editMessageText",
        "getUpdates",
        "answerCallbackQuery",
        "deleteMessage",
    }
    for method, said, _ in heard:
        assert description.fields(said, description.methods[method]["fields"], method) == []


async def test_every_answer_of_the_simulator_is_one_that_telegram_describes(
    description: Description,
    heard: list[tuple[str, dict[str, Any], dict[str, Any]]],
) -> None:
    for method, _, body in heard:
        if body["ok"]:
            assert description.mistakes(body["result"], description.methods[method]["returns"], method) == []
        else:
            assert isinstance(body["description"], str)
            assert isinstance(body["error_code"], int)
            assert description.mistakes(body.get("parameters", {}), ["ResponseParameters"], method) == []


async def test_everything_else_that_a_bot_may_meet_is_described_too(description: Description) -> None:
    """A prompt and its answer in a topic and outside, keyboards, members, marks in texts."""
    telegram = Telegram(clock, per_minute=None)
    telegram.add_chat(-1001, "Поддержка", topics=frozenset({7}), people=[Person(id=111, name="Анна")])
    telegram.add_chat(-1002, "Инженеры")
    mention = '<a href="tg://user?id=111">Анна</a>, <b>😡 ответьте</b> <a href="https://vk.com/id1">клиенту</a>'
    prompt = {"force_reply": True, "selective": True, "input_field_placeholder": "Текст"}
    keys = {"inline_keyboard": [[{"text": "Взять", "callback_data": "c:1:claim"}]]}
    for chat, topic in ((-1001, 7), (-1002, None)):
        card = telegram.send(chat, "Обращение", markup=keys, topic=topic, html=True)
        telegram.send(chat, mention, markup=prompt, topic=None, html=True, reply_to=card.id)
        telegram.answer_prompt(chat, "Проверили", user=111, name="Анна")
    for update in telegram.updates.waiting:
        assert description.mistakes(update, ["Update"], "update") == []
    for place in telegram.chats.values():
        for message in place.messages.values():
            assert description.mistakes(message_json(place, message), ["Message"], "message") == []
    for method, said in {"getMe": {}, "getChat": {"chat_id": -1001}}.items():
        answer = await _ask(telegram, method, **said)
        assert description.mistakes(answer["result"], description.methods[method]["returns"], method) == []


@pytest.mark.parametrize("standing", get_args(Standing))
async def test_members_of_every_standing_are_described(description: Description, standing: Standing) -> None:
    telegram = Telegram(clock, per_minute=None)
    telegram.add_chat(-1002, "Инженеры", people=[Person(id=111, name="Анна")])
    telegram.stand(-1002, standing)
    answers = [await _ask(telegram, "getChatMember", chat_id=-1002, user_id=user) for user in (1, 111)]
    assert {answer["ok"] for answer in answers} == {standing not in ("left", "kicked")}
    for answer in answers:
        if answer["ok"]:
            assert description.mistakes(answer["result"], ["ChatMember"], standing) == []


async def _ask(telegram: Telegram, method: str, **said: object) -> dict[str, Any]:
    async with (
        serving("/telegram", telegram.app()) as address,
        ClientSession() as session,
        session.post(f"{address}/telegram/bot{telegram.token}/{method}", json=said) as answer,
    ):
        body: dict[str, Any] = await answer.json()
        return body


async def test_the_check_itself_finds_a_wrong_field(description: Description) -> None:
    known = description.methods["sendMessage"]["fields"]
    assert description.fields({"chat_id": 1}, known, "m") == ["m: no field text"]
    assert description.fields({"chat_id": 1, "text": "x", "disable_web_page_preview": True}, known, "m")
    assert description.mistakes({"message_id": "7"}, ["Message"], "m")


async def _day(telegram: Telegram, address: str) -> None:
    notifier = TelegramNotifier(address, telegram.token)
    inbox = TelegramInbox(address, telegram.token, clock, MemoryPromptBook(), poll_seconds=1)
    running = asyncio.create_task(inbox.run(_obey))
    for topic in (None, 7):
        chat = Chat(messenger="telegram", chat="-1001", topic=topic)
        ref = await notifier.send(chat, CARD, "d1")
        for card in (CLAIMED, CLAIMED):
            await notifier.edit(chat, ref, card)
        await notifier.note(chat, ref, NOTE, "n1")
        await _questions(telegram, int(ref))
    telegram.write(-1001, "/start", user=111, name="Анна")
    await until(lambda: _said(telegram, "Ваш id"))
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await notifier.close()


async def _questions(telegram: Telegram, card: int) -> None:
    """A text is asked, answered by somebody else and by whoever was asked; a choice is asked and made."""
    await telegram.press(-1001, card, "c:12:note", user=111, name="Анна")
    prompt = telegram.prompt_for(-1001, 111)
    telegram.write(-1001, "я", user=222, name="Олег", reply_to=prompt)
    telegram.answer_prompt(-1001, "звонил", user=111, name="Анна")
    await until(lambda: prompt not in telegram.chats[-1001].messages)
    await telegram.press(-1001, card, "c:12:transfer", user=111, name="Анна")
    choice = list(telegram.chats[-1001].messages)[-1]
    await telegram.press(-1001, choice, "c:12:transfer:oleg", user=111, name="Анна")
    await until(lambda: choice not in telegram.chats[-1001].messages)


def _said(telegram: Telegram, words: str) -> bool:
    return any(words in message.text for message in telegram.chats[-1001].messages.values())


async def _obey(press: Press) -> Answer:
    prompts = {"note": TEXT, "transfer": CHOICE}
    return Answer(text="Сделано", prompt=prompts.get(press.action) if press.value is None else None)
