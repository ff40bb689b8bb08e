"""A whole private talk: invited in public, joined by the link, both ways, engineers, thanks; killed on the way."""

import re
from pathlib import Path

import pytest

from simulator.desks import SlackDesk
from simulator.operators import Operator
from simulator.publishing import Published
from simulator.server import Simulator
from simulator.vk.talks import Said
from tests.acceptance.chats import CHAT, PATIENCE
from tests.acceptance.running import LEAN, Process, config_files, until, world

pytestmark = pytest.mark.slow

ANGRY = "Ромашка, третий день нет интернета, в поддержке никто не отвечает! Верните деньги"
ENGINEERS, PRIVATE = -1002, 111
PEOPLE = """people:
  - {id: anna, name: Анна Иванова, role: operator, telegram: 111, slack: U01, gender: f}
  - {id: oleg, name: Олег Смирнов, role: engineer, telegram: 222, gender: m}
"""
ROUTES = """receivers:
  support: {telegram: [{chat: -1001}], slack: ["#support"], owner: anna}
  engineers: {telegram: [{chat: -1002}], owner: oleg}
route: {to: support}
sla: {warn: 15m, due: 30m, breach: 60m}
"""
ANNA = Operator(name="Анна Иванова", telegram=111, slack="U01")
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


async def invited(simulator: Simulator) -> tuple[Published, str]:
    """Pyotr complains, Anna takes it and invites him; his comment, and what the link carries."""
    comment = simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
    await choose(simulator, "Взять", "В личку", "Свой текст")
    await asked(simulator, "Пётр, напишите нам, разберёмся")
    await choose(simulator, "Отправить")
    entries = simulator.vk.world.entries
    await until(lambda: any("ref=" in entry.text for entry in entries.values()), PATIENCE)
    ref = re.search(r"ref=([\w-]+)", next(entry.text for entry in entries.values() if "ref=" in entry.text))
    assert ref is not None
    return comment, ref[1]


async def answered_in_slack(simulator: Simulator, whole: str, answer: str) -> None:
    """Anna reads it whole where the app talks with her alone, and answers there."""
    await until(lambda: whole in str(simulator.slack.channels["D01"].messages), PATIENCE)
    assert whole not in str(simulator.slack.channels["C01"].messages)
    desk = SlackDesk(slack=simulator.slack, operator=ANNA, channel="D01")
    await desk.press("Ответить клиенту")
    await until(lambda: desk.modal is not None, PATIENCE)
    assert desk.modal is not None
    (field,) = (block["label"]["text"] for block in desk.modal["blocks"] if "label" in block)
    assert await desk.submit({field: answer}) == "closed"


async def engineers_answered(simulator: Simulator) -> None:
    await choose(simulator, "Инженерам")
    await asked(simulator, "Что с узлом на Мира, 14?")
    question = await stands(simulator, ENGINEERS, "Что с узлом на Мира, 14?", "третий день нет интернета")
    await choose(simulator, "Пока не писать")
    answer = "авария, починим к 18:00"
    simulator.telegram.write(ENGINEERS, answer, user=OLEG.telegram, name=OLEG.name, reply_to=question)
    await stands(simulator, CHAT, "Ответ инженеров (Олег Смирнов)", answer)


async def test_a_talk_goes_from_an_angry_comment_to_thanks(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    (config / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (config / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    async with world() as simulator:
        simulator.telegram.add_chat(PRIVATE, "Анна Иванова")  # she has started the bot
        settings = {**simulator.environment(), **LEAN, "LISTENER_TELEGRAM_PER_MINUTE": "600"}
        async with Process(tmp_path, settings, config) as daemon:
            await daemon.start()
            comment, ref = await invited(simulator)
            group = next(house.group for house in simulator.corpus.houses if house.id == "romashka")

            def writes(text: str, **named: str) -> None:
                simulator.vk.message(comment.author, text, group_id=group, **named)

            async def has_got(*words: str) -> None:
                person = comment.author.number
                await until(lambda: by_page(simulator, group, person) == list(words), PATIENCE)

            writes("Здравствуйте! Мой телефон +7 912 345-67-12", ref=ref)
            note = await stands(simulator, CHAT, "Клиент пишет в личные сообщения", "+7 9•• •••-••-12")
            await stands(simulator, PRIVATE, "+7 912 345-67-12")
            assert not any("345-67" in text for text in texts(simulator, CHAT))
            desk = simulator.desk("Анна").telegram
            desk.write("ну и денёк")  # colleagues' talk stays theirs
            desk.write("Пётр, мастер будет сегодня", reply_to=note)
            await choose(simulator, "Отправить")
            await has_got("Пётр, мастер будет сегодня")

            await daemon.kill()
            writes("Во сколько?")
            await daemon.start()
            private = await stands(simulator, PRIVATE, "Во сколько?")
            await stands(simulator, CHAT, "Во сколько?")
            simulator.telegram.write(PRIVATE, "В 18:00", user=111, name=ANNA.name, reply_to=private)
            await has_got("Пётр, мастер будет сегодня", "В 18:00")
            writes("А если +7 912 345-67-12 не ответит?")
            await answered_in_slack(simulator, "345-67-12", "Позвонит ещё раз")
            said = ("Пётр, мастер будет сегодня", "В 18:00", "Позвонит ещё раз")
            await has_got(*said)

            await engineers_answered(simulator)
            writes("Спасибо, всё заработало!")
            await choose(simulator, "Закрыть: решено", "Товар или услуга")
            await stands(simulator, CHAT, "Решено (товар или услуга) — Анна Иванова")
            await has_got(*said)
            (case,) = await daemon.export("cases")
    assert (case["state"], case["outcome"], case["cause"]) == ("closed", "resolved", "product")
