"""A whole private talk: invited in public, joined by the link, both ways, engineers, thanks; killed on the way."""

import re
from pathlib import Path

import pytest

from simulator.operators import Operator
from simulator.server import Simulator
from simulator.vk.talks import Said
from tests.acceptance.chats import CHAT, PATIENCE
from tests.acceptance.running import Process, config_files, until, world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(800)]

ANGRY = "Ромашка, третий день нет интернета, в поддержке никто не отвечает! Верните деньги"
ENGINEERS, PRIVATE = -1002, 111
PEOPLE = """people:
  - {id: anna, name: Анна Иванова, role: operator, telegram: 111, gender: f, signature: "Анна, поддержка"}
  - {id: oleg, name: Олег Смирнов, role: engineer, telegram: 222, gender: m}
"""
ROUTES = """receivers:
  support: {telegram: [{chat: -1001}], owner: anna}
  engineers: {telegram: [{chat: -1002}], owner: oleg}
route: {to: support}
sla: {warn: 15m, due: 30m, breach: 60m}
"""
OLEG = Operator(name="Олег Смирнов", telegram=222, slack="U02")


def texts(simulator: Simulator, chat: int) -> list[str]:
    return [message.text for message in simulator.telegram.chats[chat].messages.values()]


async def stands(simulator: Simulator, chat: int, *words: str) -> int:
    """Wait until a message of the bot with these words stands in the chat; its number, of several the latest."""

    def found() -> list[int]:
        messages = simulator.telegram.chats[chat].messages.values()
        return [one.id for one in messages if one.author is None and all(word in one.text for word in words)]

    try:
        await until(lambda: bool(found()), PATIENCE)
    except TimeoutError:
        raise AssertionError(f"{words} are not in {texts(simulator, chat)[-4:]}") from None
    return found()[-1]


async def offers(simulator: Simulator, label: str) -> None:
    """Wait until a button of that label stands in the support's chat."""

    def labels() -> list[str]:
        messages = simulator.telegram.chats[CHAT].messages.values()
        return [b["text"] for one in messages for row in one.markup.get("inline_keyboard", ()) for b in row]

    try:
        await until(lambda: label in labels(), PATIENCE)
    except TimeoutError:
        raise AssertionError(f"{label} is not among {labels()}; {texts(simulator, CHAT)[-2:]}") from None


async def choose(simulator: Simulator, *labels: str) -> None:
    for label in labels:
        await offers(simulator, label)
        await simulator.desk("Анна").telegram.press(label)


async def asked(simulator: Simulator, answer: str) -> None:
    """Wait for the question, and answer it."""
    desk = simulator.desk("Анна").telegram
    await until(lambda: desk.prompt is not None, PATIENCE)
    desk.answer(answer)


def by_page(simulator: Simulator, group: int, person: int) -> list[str]:
    """What the customer has got from the page in private."""
    return [one.text for one in simulator.vk.talks.with_person(group, person) if _is_ours(one)]


def _is_ours(one: Said) -> bool:
    return one.author == -one.group


async def test_a_talk_goes_from_an_angry_comment_to_thanks(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    (config / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (config / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    async with world() as simulator:
        simulator.telegram.add_chat(PRIVATE, "Анна Иванова")  # she has started the bot
        settings = {**simulator.environment(), "LISTENER_TELEGRAM_PER_MINUTE": "600"}
        async with Process(tmp_path, settings, config) as daemon:
            await daemon.start()
            house = next(house for house in simulator.corpus.houses if house.id == "romashka")
            comment = simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
            customer = comment.author
            anna = simulator.desk("Анна").telegram

            await choose(simulator, "Взять", "В личку", "Свой текст")
            await asked(simulator, "Пётр, напишите нам, разберёмся")
            await choose(simulator, "Отправить")
            entries = simulator.vk.world.entries
            await until(lambda: any("ref=" in entry.text for entry in entries.values()), PATIENCE)
            invitation = next(entry.text for entry in entries.values() if "ref=" in entry.text)
            ref = re.search(r"ref=([\w-]+)", invitation)
            assert ref is not None

            write = simulator.vk.message
            write(customer, "Здравствуйте! Мой телефон +7 912 345-67-12", group_id=house.group, ref=ref[1])
            note = await stands(simulator, CHAT, "Клиент пишет в личные сообщения", "+7 9•• •••-••-12")
            await stands(simulator, PRIVATE, "+7 912 345-67-12")
            assert not any("345-67" in text for text in texts(simulator, CHAT))

            anna.write("ну и денёк", reply_to=None)  # colleagues' talk stays theirs
            anna.write("Пётр, мастер будет сегодня", reply_to=note)
            await choose(simulator, "Отправить")
            await until(lambda: len(by_page(simulator, house.group, customer.number)) == 1, PATIENCE)

            await daemon.kill()
            write(customer, "Во сколько?", group_id=house.group)
            await daemon.start()
            private = await stands(simulator, PRIVATE, "Во сколько?")
            await stands(simulator, CHAT, "Во сколько?")
            simulator.telegram.write(PRIVATE, "В 18:00", user=111, name="Анна Иванова", reply_to=private)
            await until(lambda: len(by_page(simulator, house.group, customer.number)) == 2, PATIENCE)
            assert by_page(simulator, house.group, customer.number) == ["Пётр, мастер будет сегодня", "В 18:00"]

            await choose(simulator, "Инженерам")
            await asked(simulator, "Что с узлом на Мира, 14?")
            question = await stands(simulator, ENGINEERS, "Что с узлом на Мира, 14?", "третий день нет интернета")
            await choose(simulator, "Пока не писать")
            simulator.telegram.write(
                ENGINEERS, "авария, починим к 18:00", user=OLEG.telegram, name=OLEG.name, reply_to=question
            )
            await stands(simulator, CHAT, "Ответ инженеров (Олег Смирнов)", "авария, починим к 18:00")

            write(customer, "Спасибо, всё заработало!", group_id=house.group)
            await choose(simulator, "Закрыть: решено", "Товар или услуга")
            await stands(simulator, CHAT, "Решено (товар или услуга) — Анна Иванова")
            (case,) = await daemon.export("cases")
            assert (case["state"], case["outcome"], case["cause"]) == ("closed", "resolved", "product")
            assert len(by_page(simulator, house.group, customer.number)) == 2
