"""An outage through the real daemon: sixty complaints are one incident, each to be taken, until it is calm."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from alerts.russian import NBSP
from simulator.desks import TelegramDesk
from simulator.operators import Operator
from simulator.server import Simulator
from tests.acceptance.chats import CHAT, Line, lines
from tests.acceptance.running import Process, config_files, until, world

pytestmark = pytest.mark.slow

BURST: Final = 60
LONG_CALM: Final = "surges: {calm: 2h}\n"
"""However slow the machine is, the incident goes on until its pages have been turned."""
SHORT_CALM: Final = "surges: {calm: 10s}\n"
ANNA: Final = Operator(name="Анна Иванова", telegram=111, slack="U01")
TROUBLES: Final = (
    "с утра нет интернета, роутер мигает красным, поддержка молчит",
    "связь пропала во всём доме, соседи тоже сидят без неё",
    "скорость упала до нуля, ни одна страница не грузится, верните как было",
    "сеть отваливается каждые пять минут, работать невозможно",
    "телефон не ловит сеть, никому не дозвониться уже полдня",
    "вай-фай есть, а интернета нет, сколько можно терпеть",
)


def in_telegram(simulator: Simulator) -> list[Line]:
    """The cards of incidents."""
    return [line for line in lines(simulator, "telegram") if "📋 Происшествие" in line.text]


def in_slack(simulator: Simulator) -> list[Line]:
    return [line for line in lines(simulator, "slack") if "📋 Происшествие" in line.text]


def pressable(simulator: Simulator, verb: str = "claim") -> Iterator[int]:
    """The cases that the chat's messages let an operator take, just now."""
    (chat,) = (chat for chat in simulator.telegram.snapshot()["chats"] if chat["id"] == CHAT)
    for message in chat["messages"]:
        for button in (button for row in message["buttons"] for button in row):
            if found := re.fullmatch(rf"c:(\d+):{verb}", button.get("data", "")):
                yield int(found[1])


def ends(simulator: Simulator, messenger: str) -> list[Line]:
    """The words that an incident is over, each under its card."""
    cards = {line.ref for line in (*in_telegram(simulator), *in_slack(simulator))}
    return [
        line for line in lines(simulator, messenger) if line.under in cards and "обычный уровень с" in line.text
    ]


async def test_an_outage_is_one_incident_whose_cases_are_taken_one_by_one(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    (config / "policy.yaml").write_text(LONG_CALM, encoding="utf-8")
    async with world() as simulator, Process(tmp_path, simulator.environment(), config) as daemon:
        await daemon.start()
        for number in range(BURST):
            words = f"Ромашка, {TROUBLES[number % len(TROUBLES)]}! Это {number + 1}-й дом"
            simulator.publishing.by_hand("vk", f"Клиент {number}", words, community="romashka")

        await until(lambda: any("60 жалоб" in line.text for line in in_telegram(simulator)))
        (incident,) = in_telegram(simulator)
        assert "«связь»" in incident.text
        assert "ВКонтакте 60" in incident.text
        await until(lambda: any("60 жалоб" in line.text for line in in_slack(simulator)))
        assert len(in_slack(simulator)) == 1

        desk, message = TelegramDesk(telegram=simulator.telegram, operator=ANNA, chat=CHAT), int(incident.ref)
        await desk.press("Взять происшествие", message=message)
        await until(lambda: "взяла Анна Иванова" in in_telegram(simulator)[0].text)

        claimable = set(pressable(simulator))
        for page in range(2, BURST // 10 + 1):
            await desk.press("Дальше ›", message=message)
            await until(lambda page=page: f"Страница {page} из" in in_telegram(simulator)[0].text)
            claimable |= set(pressable(simulator))
        assert claimable == {int(case["id"]) for case in await daemon.export("cases")}
        assert len(claimable) == BURST

        taken = int(in_telegram(simulator)[0].labels[0].partition(NBSP)[2])
        await desk.press(f"№{NBSP}{taken}", message=message)
        await until(lambda: taken in pressable(simulator, "release"))

        (config / "policy.yaml").write_text(SHORT_CALM, encoding="utf-8")
        await until(lambda: all(ends(simulator, messenger) for messenger in ("telegram", "slack")))
        for messenger in ("telegram", "slack"):
            (end,) = ends(simulator, messenger)
            assert "Всего 60 обращений. Ещё ждут: 59." in end.text
            assert end.calls == {"anna"}
        assert len(in_telegram(simulator)) == len(in_slack(simulator)) == 1, "and never another"
        assert await daemon.terminate() == 0
