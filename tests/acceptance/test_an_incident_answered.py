"""An outage answered from one draft through the real daemon: in Telegram, killed on the way, then on in Slack."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from simulator.server import Simulator
from tests.acceptance.chats import CHAT, PATIENCE, lines
from tests.acceptance.customers import OnVk
from tests.acceptance.running import Process, config_files, until, world
from tests.acceptance.test_an_incident import LONG_CALM, TROUBLES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NAMES: Final = ("Пётр", "Мария", "Иван", "Ольга", "Павел", "Елена", "Сергей", "Юлия", "Андрей", "Нина")
SURNAMES: Final = ("Ткач", "Коваль", "Гончар", "Бондарь")
COUNT: Final = len(NAMES) * len(SURNAMES)
WORDS: Final = "{имя}, здравствуйте! Авария на линии, чиним до шести"


def question(simulator: Simulator) -> str:
    """What the bot asks Anna in Telegram just now; what is settled is taken away."""
    messages = [*simulator.telegram.chats[CHAT].messages.values()]
    asked = [each.text for each in messages if each.text.startswith("Анна Иванова, ")]
    return asked[-1] if asked else ""


def modal(simulator: Simulator) -> str:
    view = simulator.desk("Анна").slack.modal
    blocks = view["blocks"] if view is not None else []
    return "\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")


def who(asked: str) -> str:
    """The customer whom the preview speaks of."""
    found = re.search(r"^(.+): «Ромашка", asked, re.MULTILINE)
    assert found is not None, asked
    return found[1]


async def sees(read: Callable[[Simulator], str], simulator: Simulator, words: str) -> str:
    try:
        await until(lambda: words in read(simulator), PATIENCE)
    except TimeoutError:
        raise AssertionError(f"«{words}» is not asked: «{read(simulator)}»") from None
    return read(simulator)


async def in_telegram(simulator: Simulator, daemon: Process, customers: Mapping[str, OnVk]) -> list[str]:
    """The first hears it, the next is passed over, of the third the daemon is killed before it is confirmed."""
    telegram = simulator.desk("Анна").telegram
    toast = await telegram.press("Ответить всем")
    while toast is None or toast.alert:
        # The list stands there a moment before the daemon knows where.
        toast = await telegram.press("Ответить всем")
    await sees(question, simulator, f"Ответа ждут: {COUNT}")
    await telegram.press("Свой текст")
    await sees(question, simulator, "Напишите ответ, который подойдёт каждому")
    telegram.answer(WORDS)
    shown = [who(await sees(question, simulator, f"Ждут ответа: {COUNT}."))]
    await telegram.press("Отправить")
    shown.append(who(await sees(question, simulator, f"Ждут ответа: {COUNT - 1}.")))
    await telegram.press("Пропустить")
    shown.append(who(await sees(question, simulator, f"Ждут ответа: {COUNT - 2}.")))
    await until(lambda: bool(customers[shown[0]].heard), PATIENCE)
    await daemon.kill()
    await daemon.start()
    # The question stands in the chat as before, and so do the words.
    await telegram.press("Отправить")
    await sees(question, simulator, f"Ждут ответа: {COUNT - 3}.")
    await telegram.press("Закончить")
    return shown


async def in_slack(simulator: Simulator, passed: str) -> str:
    """Who was passed over still waits, and one more hears it."""
    slack = simulator.desk("Анна").slack
    await slack.press("Ответить всем")
    await sees(modal, simulator, "Текст, Анна Иванова в")
    assert f"Ответа ждут: {COUNT - 2}" in modal(simulator)
    await slack.submit({"answer": "Дальше с этим текстом"})
    assert who(await sees(modal, simulator, f"Ждут ответа: {COUNT - 2}.")) == passed
    await slack.submit({"answer": "Отправить"})
    shown = who(await sees(modal, simulator, f"Ждут ответа: {COUNT - 3}."))
    await slack.submit({"answer": "Отправить"})
    await sees(modal, simulator, f"Ждут ответа: {COUNT - 4}.")
    await slack.submit({"answer": "Закончить"})
    return shown


def stands(simulator: Simulator, words: str) -> bool:
    """On the incident's cards of both chats."""
    texts = [
        [line.text for line in lines(simulator, messenger) if "📋 Происшествие" in line.text]
        for messenger in ("telegram", "slack")
    ]
    return all(any(words in text for text in of_chat) for of_chat in texts)


async def test_an_outage_is_answered_from_one_draft_and_nobody_hears_it_twice(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    (config / "policy.yaml").write_text(LONG_CALM, encoding="utf-8")
    async with world() as simulator:
        environment = {**simulator.environment(), "LISTENER_TELEGRAM_PER_MINUTE": "600"}
        async with Process(tmp_path, environment, config) as daemon:
            await daemon.start()
            customers = {
                name: OnVk(simulator=simulator, name=name)
                for name in (f"{first} {last}" for last in SURNAMES for first in NAMES)
            }
            for number, customer in enumerate(customers.values()):
                customer.complains(f"{TROUBLES[number % len(TROUBLES)]}! Это {number + 1}-й дом")
            await until(lambda: stands(simulator, f"{COUNT} жалоб"), 240)

            shown = await in_telegram(simulator, daemon, customers)
            shown.append(await in_slack(simulator, shown[1]))
            await until(lambda: all(customers[name].heard for name in shown), PATIENCE)
            assert len(set(shown)) == 4
            for name, customer in customers.items():
                assert len(customer.heard) == (1 if name in shown else 0), name
            first = shown[0].split()[0]
            assert (
                customers[shown[0]].heard[0].startswith(f"{first}, здравствуйте! Авария на линии, чиним до шести")
            )

            (incident,) = await daemon.export("incidents")
            kinds = [event["kind"] for event in incident["events"]]
            assert (kinds[0], "drafted" in kinds, len(incident["cases"])) == ("began", True, COUNT)
            await until(lambda: stands(simulator, "Анна Иванова написала ответ для всех"), PATIENCE)
            assert await daemon.terminate() == 0
