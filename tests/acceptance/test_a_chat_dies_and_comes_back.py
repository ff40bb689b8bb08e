"""A chat that throws the bot out, seen by a daemon of its own process: loud meanwhile, whole on return."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from simulator.server import Simulator
from tests.acceptance.chats import PATIENCE
from tests.acceptance.running import LEAN, Process, cards, config_files, says, until, world

pytestmark = pytest.mark.slow

ANGRY = "Ромашка, третий день нет интернета, в поддержке никто не отвечает! Верните деньги"
SUPPORT, ENGINEERS, OLEG = -1001, -1002, 222
ROUTES = """receivers:
  support: {telegram: [{chat: -1001}]}
  engineers: {telegram: [{chat: -1002}]}
route: {to: support}
notices: {troubles: engineers}
sla: {warn: 15m, due: 30m, breach: 60m}
"""
MANY = 14


@asynccontextmanager
async def shift(folder: Path) -> AsyncIterator[tuple[Simulator, Process]]:
    config = config_files(folder)
    (config / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    async with world() as simulator, Process(folder, simulator.environment() | LEAN, config) as daemon:
        await daemon.start()
        yield simulator, daemon


def complain(simulator: Simulator, *numbers: int) -> None:
    for number in numbers:
        simulator.publishing.by_hand("vk", f"Клиент {number}", f"{ANGRY} №{number}", community="romashka")


def texts(simulator: Simulator, chat: int) -> list[str]:
    (found,) = (one for one in simulator.telegram.snapshot()["chats"] if one["id"] == chat)
    return [message["html"].replace("\xa0", " ") for message in found["messages"] if message["author"] is None]


def told(simulator: Simulator) -> int:
    """How often the engineers have read that the chat is shut."""
    return sum("⚠️ чат -1001 не берёт" in text for text in texts(simulator, ENGINEERS))


def shown(simulator: Simulator, place: int = SUPPORT) -> set[int]:
    return {case for chat, case in cards(simulator) if chat == f"telegram:{place}"}


async def rows_of(daemon: Process, chat: int) -> list[dict[str, object]]:
    return [row for row in await daemon.export("deliveries") if row["chat"] == str(chat)]


async def health(daemon: Process) -> tuple[int, dict[str, object]]:
    status, body = await daemon.get("/healthz")
    return status, json.loads(body)


async def test_while_the_chat_is_shut_others_are_told_and_on_return_it_has_everything(tmp_path: Path) -> None:
    async with shift(tmp_path) as (simulator, daemon):
        simulator.telegram.add_chat(OLEG, "Олег Смирнов")  # he has started the bot
        complain(simulator, 1)
        await until(lambda: shown(simulator) == {1}, PATIENCE)

        simulator.telegram.kick(SUPPORT)
        complain(simulator, *range(2, MANY + 1))

        async def is_red() -> bool:
            status, verdict = await health(daemon)
            return status == 503 and "чат -1001 не берёт карточек" in str(verdict["problems"])

        await until(is_red, PATIENCE)
        _, verdict = await health(daemon)
        assert [row["state"] for row in verdict["chats"]] == ["parked"]  # type: ignore[attr-defined]
        assert (
            'otklik_chat_ill{chat="-1001",messenger="telegram",state="parked"} 1.0'
            in (await daemon.get("/metrics"))[1]
        )
        await until(lambda: told(simulator) == 1, PATIENCE)
        # Nobody answers for the receiver here: a lead is told in private.
        await until(lambda: len(shown(simulator, OLEG)) >= 5, PATIENCE)
        assert 1 not in shown(simulator, OLEG), "its chat has shown it"
        words = "Карточка пришла сюда, потому что чат «support» не принимал сообщения."
        assert any(words in text for text in texts(simulator, OLEG))

        async def all_handed_on() -> bool:
            return len(await rows_of(daemon, OLEG)) == MANY - 1

        await until(all_handed_on, PATIENCE, 1.0)

        # Killed meanwhile, the daemon still knows of it, and tells it once more.
        await daemon.kill()
        await daemon.start()
        await until(lambda: told(simulator) == 2, PATIENCE)

        simulator.telegram.stand(SUPPORT, "member")
        await until(lambda: any("📋" in text for text in texts(simulator, SUPPORT)), PATIENCE)
        complain(simulator, MANY + 1)
        await until(lambda: MANY + 1 in shown(simulator), PATIENCE)

        async def all_delivered() -> bool:
            rows = await rows_of(daemon, SUPPORT)
            return len(rows) == MANY + 1 and all(row["state"] == "delivered" for row in rows)

        await until(all_delivered, PATIENCE, 1.0)
        rows = await rows_of(daemon, SUPPORT)
        assert sum("📋" in text for text in texts(simulator, SUPPORT)) == 1
        assert sum(row["in_digest"] for row in rows) >= MANY - 4
        await until(
            lambda: sum("✅ Снова в порядке" in text for text in texts(simulator, ENGINEERS)) == 1, PATIENCE
        )

        message = next(
            one for one in simulator.telegram.chats[SUPPORT].messages.values() if one.text.startswith("📋")
        )
        data = message.markup["inline_keyboard"][0][0]["callback_data"]
        toast = await simulator.telegram.press(SUPPORT, message.id, data, user=111, name="Анна")
        assert says(toast, "Вы взяли обращение")
        card = f"№ {data.split(':')[1]}:"
        await until(
            lambda: any(card in text and "Взяла Анна Иванова" in text for text in texts(simulator, SUPPORT)),
            PATIENCE,
        )
        await until(lambda: "✓" in next(text for text in texts(simulator, SUPPORT) if "📋" in text), PATIENCE)
