"""An operator acts by the words on the screen: a small bot asks, in Telegram by a prompt, in Slack by a modal."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from simulator.corpus import load_corpus
from simulator.desks import Desk
from simulator.server import Simulator, system_now
from tests.waiting import until

KEYS = {"inline_keyboard": [[{"text": "Заметка", "callback_data": "c:1:note"}]]}
ASK = {"force_reply": True, "selective": True}


@pytest.fixture
async def world() -> AsyncIterator[Simulator]:
    simulator = Simulator(load_corpus(), system_now, rate=0)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def anna(world: Simulator) -> Desk:
    return world.desk("Анна")


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


NOTE = {
    "type": "modal",
    "callback_id": "note",
    "title": plain("Заметка"),
    "submit": plain("Записать"),
    "blocks": [
        {
            "type": "input",
            "block_id": "note",
            "label": plain("Текст заметки"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


async def test_a_note_in_telegram_from_the_press_to_the_answer(world: Simulator, anna: Desk) -> None:
    world.telegram.send(-1001, "Обращение № 1", markup=KEYS, topic=None, html=True)
    with pytest.raises(LookupError, match="Закрыть"):
        await anna.telegram.press("Закрыть")
    pressing = asyncio.create_task(anna.telegram.press("Заметка"))
    (update,) = await world.telegram.updates.poll(offset=0, limit=1, timeout=5, allowed=None)
    world.telegram.answer_query(update["callback_query"]["id"], "Напишите заметку ответом", alert=True)
    toast = await pressing
    assert toast is not None
    assert toast.alert
    assert anna.telegram.prompt is None
    text = '<a href="tg://user?id=111">Анна</a>, текст заметки?'
    prompt = world.telegram.send(-1001, text, markup=ASK, topic=None, html=True, reply_to=1)
    assert (anna.telegram.prompt, world.desk("Олег").telegram.prompt) == ("Анна, текст заметки?", None)
    anna.telegram.answer("Звонила, не берёт")
    update = world.telegram.updates.waiting[-1]
    assert update["message"]["reply_to_message"]["message_id"] == prompt.id
    assert anna.telegram.prompt is None


async def test_a_note_in_slack_from_the_press_to_the_modal_and_its_whisper(world: Simulator, anna: Desk) -> None:
    button = {"type": "button", "text": plain("Заметка"), "action_id": "note", "value": "1"}
    world.slack.post("C01", "Обращение № 1", [{"type": "actions", "elements": [button]}], None)
    noted: list[str] = []
    bot = asyncio.create_task(_answer(world, noted))
    await anna.slack.press("Заметка")
    await until(lambda: anna.slack.modal is not None)
    assert anna.slack.modal is not None
    assert anna.slack.modal["title"]["text"] == "Заметка"
    assert await anna.slack.submit({"Текст заметки": "Звонила, не берёт"}) == "closed"
    await bot
    assert (noted, anna.slack.modal, anna.slack.whispers) == (["Звонила, не берёт"], None, ["Записано"])


async def test_a_stranger_has_a_desk_and_nobody_else(world: Simulator) -> None:
    assert world.desk("Посторонний").telegram.operator.telegram == 999
    with pytest.raises(LookupError):
        world.desk("Пётр")


async def _answer(world: Simulator, noted: list[str]) -> None:
    """Opens the modal for a press, notes what is sent from it, and whispers."""
    headers = {"Authorization": f"Bearer {world.slack.bot_token}"}
    url = f"{world.address}/slack/socket?ticket={world.slack.socket.ticket()}"
    async with aiohttp.ClientSession(headers=headers) as session, session.ws_connect(url) as socket:
        async for frame in socket:
            envelope = json.loads(frame.data)
            if "envelope_id" not in envelope:
                continue
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            payload = envelope["payload"]
            if payload["type"] == "block_actions":
                await _call(session, world, "views.open", trigger_id=payload["trigger_id"], view=NOTE)
            else:
                noted.append(payload["view"]["state"]["values"]["note"]["text"]["value"])
                user = payload["user"]["id"]
                await _call(session, world, "chat.postEphemeral", channel="C01", user=user, text="Записано")
                return


async def _call(session: aiohttp.ClientSession, world: Simulator, method: str, **body: Any) -> None:
    async with session.post(f"{world.address}/slack/api/{method}", json=body) as answer:
        assert (await answer.json())["ok"]
