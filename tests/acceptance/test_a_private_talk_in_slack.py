"""The same private talk with nothing but Slack: buttons, modals, the thread, the engineers' channel."""

import contextlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.notifiers.slack.updates import SHORTCUT
from simulator.desks import SlackDesk
from simulator.server import Simulator
from tests.acceptance.chats import PATIENCE
from tests.acceptance.running import LEAN, Process, config_files, until, world
from tests.acceptance.test_a_private_talk import ANGRY, by_page

pytestmark = pytest.mark.slow

PEOPLE = """people:
  - {id: anna, name: Анна Иванова, role: operator, slack: U01, gender: f, signature: "Анна, поддержка"}
  - {id: oleg, name: Олег Смирнов, role: engineer, slack: U02, gender: m}
"""
ROUTES = """receivers:
  support: {slack: ["#support"], owner: anna}
  engineers: {slack: ["#pr"], owner: oleg}
route: {to: support}
sla: {warn: 15m, due: 30m, breach: 60m}
"""
SUPPORT, ENGINEERS, PRIVATE = "C01", "C02", "D01"
TRIGGER = 10.0
MOST_PRESSES = 30


def texts(simulator: Simulator, channel: str) -> list[str]:
    """What the app has said there, with all its blocks; oldest first."""
    messages = simulator.slack.channels[channel].messages.values()
    return [f"{one.text}\n{one.blocks}" for one in messages if one.author is None]


async def stands(simulator: Simulator, channel: str, *words: str) -> None:
    try:
        await until(
            lambda: any(all(word in text for word in words) for text in texts(simulator, channel)), PATIENCE
        )
    except TimeoutError:
        raise AssertionError(f"{words} are not in {texts(simulator, channel)[-4:]}") from None


async def press(desk: SlackDesk, label: str) -> None:
    """Wait until the button stands there, and press it."""

    def offered() -> bool:
        blocks = [block for one in desk.slack.channels[desk.channel].messages.values() for block in one.blocks]
        elements = [element for block in blocks for element in block.get("elements", ())]
        return any(_says(element, label) for element in elements)

    try:
        await until(offered, PATIENCE)
    except TimeoutError:
        raise AssertionError(f"«{label}» is not offered: {_last(desk)}; {desk.whispers[-2:]}") from None
    await desk.press(label)


async def opens(desk: SlackDesk, label: str) -> None:
    """The same of a button that asks."""
    await asks(desk, lambda: press(desk, label))


async def asks(desk: SlackDesk, act: Callable[[], Awaitable[None]]) -> None:
    """Do what opens a window; a trigger lives three seconds here: on a slow machine it is done again."""
    for _ in range(MOST_PRESSES):
        await act()
        with contextlib.suppress(TimeoutError):
            await until(lambda: desk.modal is not None, TRIGGER)
            return
    raise AssertionError(f"no window opens; {desk.whispers[-2:]}")


async def fill(desk: SlackDesk, *answers: str) -> str:
    """Answer one modal after the other; what the last of them had said."""
    said = ""
    for number, answer in enumerate(answers):
        await until(lambda: desk.modal is not None, PATIENCE)
        said = str((desk.modal or {})["blocks"][0]["text"]["text"])
        result = await desk.submit({"answer": answer})
        assert result == ("closed" if number == len(answers) - 1 else "changed"), (answer, said)
    return said


def _last(desk: SlackDesk) -> list[str]:
    return [f"{one.text} {one.blocks}" for one in desk.slack.channels[desk.channel].messages.values()][-3:]


def _says(element: dict[str, Any], label: str) -> bool:
    text = element.get("text")
    return isinstance(text, dict) and text.get("text") == label


async def answered_without_a_button(simulator: Simulator, anna: SlackDesk) -> None:
    """By «/ответ» with a number and without one, and by the menu of what the customer wrote, in the thread."""
    await anna.command("/ответ", "1 Позвонит диспетчер")
    below = [one.ts for one in simulator.slack.channels[SUPPORT].messages.values() if one.thread]
    await asks(anna, lambda: anna.shortcut(SHORTCUT, below[-1]))
    await fill(anna, "Не раньше шести")
    await asks(anna, lambda: anna.command("/ответ", "Да, бесплатно"))
    assert anna.modal is not None
    words = anna.modal["blocks"][-1]["element"]["initial_value"]
    assert await anna.submit({"answer": words}) == "closed"


async def engineers_answered(simulator: Simulator, anna: SlackDesk, oleg: SlackDesk) -> None:
    await opens(anna, "Инженерам")
    await fill(anna, "Что с узлом на Мира, 14?", "Пока не писать")
    await stands(simulator, ENGINEERS, "Что с узлом на Мира, 14?", "третий день нет интернета")
    await opens(oleg, "Ответить оператору")
    await fill(oleg, "авария, починим к 18:00")
    await stands(simulator, SUPPORT, "Ответ инженеров (Олег Смирнов)", "авария, починим к 18:00")


async def test_a_talk_goes_from_an_angry_comment_to_thanks_in_slack(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    (config / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (config / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    async with world(hasty_slack=True) as simulator:
        simulator.slack.talk_with("U01")
        async with Process(tmp_path, simulator.environment() | LEAN, config) as daemon:
            await daemon.start()
            house = next(house for house in simulator.corpus.houses if house.id == "romashka")
            customer = simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka").author
            anna = simulator.desk("Анна").slack
            oleg = simulator.desk("Олег", channel=ENGINEERS).slack

            await press(anna, "Взять")
            await stands(simulator, SUPPORT, "Взяла Анна Иванова")
            await opens(anna, "В личку")
            preview = await fill(anna, "Свой текст", "Пётр, напишите нам, разберёмся", "Отправить")
            assert "Пётр, напишите нам, разберёмся" in preview
            entries = simulator.vk.world.entries
            await until(lambda: any("ref=" in entry.text for entry in entries.values()), PATIENCE)
            ref = next(found for entry in entries.values() if (found := re.search(r"ref=([\w-]+)", entry.text)))

            write = simulator.vk.message
            write(customer, "Здравствуйте! Мой телефон +7 912 345-67-12", group_id=house.group, ref=ref[1])
            await stands(simulator, SUPPORT, "Клиент пишет в личные сообщения", "+7 9•• •••-••-12")
            await stands(simulator, PRIVATE, "+7 912 345-67-12")
            assert not any("345-67" in text for text in texts(simulator, SUPPORT))

            await anna.write("ну и денёк")  # colleagues' talk stays theirs
            await opens(anna, "Ответить клиенту")
            await fill(anna, "Пётр, мастер будет сегодня", "Отправить")
            await until(lambda: len(by_page(simulator, house.group, customer.number)) == 1, PATIENCE)

            await daemon.kill()
            write(customer, "Во сколько?", group_id=house.group)
            await daemon.start()
            await stands(simulator, SUPPORT, "Во сколько?")
            await opens(anna, "Ответить клиенту")
            await fill(anna, "В 18:00")  # shown once, the next words go out at once
            await until(lambda: len(by_page(simulator, house.group, customer.number)) == 2, PATIENCE)
            assert by_page(simulator, house.group, customer.number) == ["Пётр, мастер будет сегодня", "В 18:00"]

            await answered_without_a_button(simulator, anna)
            said = ["Позвонит диспетчер", "Не раньше шести", "Да, бесплатно"]
            await until(lambda: by_page(simulator, house.group, customer.number)[2:] == said, PATIENCE)

            await engineers_answered(simulator, anna, oleg)

            write(customer, "Спасибо, всё заработало!", group_id=house.group)
            await opens(anna, "Закрыть: решено")
            await fill(anna, "Товар или услуга")
            await stands(simulator, SUPPORT, "Решено (товар или услуга) — Анна Иванова")
            (case,) = await daemon.export("cases")
            assert (case["state"], case["outcome"], case["cause"]) == ("closed", "resolved", "product")
            assert by_page(simulator, house.group, customer.number)[2:] == said
