"""Colleagues answer on the networks' own pages too: the card says so; our own words are never taken for theirs."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from simulator.server import Simulator
from tests.acceptance.chats import CHAT, PATIENCE
from tests.acceptance.running import LEAN, Process, config_files, until, world
from tests.acceptance.test_a_private_talk import PEOPLE, ROUTES, asked, by_page, choose, stands

pytestmark = pytest.mark.slow

ANGRY = "Ромашка, третий день нет интернета, в поддержке никто не отвечает! Верните деньги"
ANGRY_ON_X = "@romashka_ru третий день нет интернета, в поддержке никто не отвечает! Верните деньги"
KEEPER = 900


def config_of(folder: Path) -> Path:
    config = config_files(folder)
    (config / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (config / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    return config


def settings_of(simulator: Simulator) -> dict[str, str]:
    return {**simulator.environment(), **LEAN, "LISTENER_TELEGRAM_PER_MINUTE": "600"}


def group_of(simulator: Simulator) -> int:
    return next(house.group for house in simulator.corpus.houses if house.id == "romashka")


async def kinds(daemon: Process) -> list[str]:
    return [str(event["kind"]) for event in await daemon.export("events")]


async def test_a_colleagues_words_in_vks_and_xs_own_pages_stand_on_the_card(tmp_path: Path) -> None:
    async with world() as simulator, Process(tmp_path, settings_of(simulator), config_of(tmp_path)) as daemon:
        await daemon.start()
        group = group_of(simulator)
        comment = simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
        await choose(simulator, "Взять")
        post = f"-{group}_{simulator.vk.world.entries[comment.id].parent}"
        simulator.vk.community_comment(group, "Пётр, уже едем", post=post, reply_to=comment.id)
        await stands(simulator, CHAT, "Клиенту ответили на странице не через Отклик", "Пётр, уже едем")
        card = await stands(simulator, CHAT, "Ответили не через Отклик", "Пётр, уже едем")
        assert "Ответить до" not in simulator.telegram.chats[CHAT].messages[card].text

        simulator.vk.message(comment.author, "А когда?", group_id=group)
        await stands(simulator, CHAT, "Клиент пишет в личные сообщения", "А когда?")
        simulator.vk.community_message(group, comment.author.number, "К вечеру", admin=KEEPER)
        await stands(simulator, CHAT, "Клиенту ответили в личных сообщениях не через Отклик", "К вечеру")

        account = simulator.corpus.writers["romashka"]
        number = simulator.publishing.by_hand("x", "Ольга", ANGRY_ON_X).id
        await choose(simulator, "Взять")
        simulator.x.post(account, "@olga Ольга, уже видим", reply_to=number)
        await stands(simulator, CHAT, "Ответили не через Отклик", "Ольга, уже видим")
        assert (await kinds(daemon)).count("answered_elsewhere") == 3


async def test_our_own_words_are_nobody_elses_though_we_are_killed_before_we_know_that_they_went(
    tmp_path: Path,
) -> None:
    async with world() as simulator, Process(tmp_path, settings_of(simulator), config_of(tmp_path)) as daemon:
        await daemon.start()
        killed_at_the_next(simulator, daemon)
        comment = simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
        await choose(simulator, "Взять", "Ответить", "Свой текст")
        await asked(simulator, "Пётр, уже разбираемся")
        await choose(simulator, "Отправить")
        await asyncio.wait_for(daemon.wait(), PATIENCE)
        await daemon.start()
        await stands(simulator, CHAT, "Ответ, Анна Иванова", "Пётр, уже разбираемся")

        group, person = group_of(simulator), comment.author.number
        simulator.vk.message(comment.author, "Когда?", group_id=group)
        note = await stands(simulator, CHAT, "Клиент пишет в личные сообщения", "Когда?")
        simulator.desk("Анна").telegram.write("К вечеру", reply_to=note)
        await choose(simulator, "Отправить")
        await until(lambda: by_page(simulator, group, person) == ["К вечеру"], PATIENCE)
        await stands(simulator, CHAT, "Сообщение, Анна Иванова", "К вечеру")
        said = [one for one in simulator.vk.world.entries.values() if one.author == -group]
        assert [one.text for one in said if one.reply_to is not None] == ["Пётр, уже разбираемся"]
        assert "answered_elsewhere" not in await kinds(daemon)


def killed_at_the_next(simulator: Simulator, daemon: Process) -> None:
    """VK has taken the comment, and our daemon dies before it hears so."""
    goes_on: Any = simulator.vk.answered

    def answered(place: str) -> None:
        goes_on(place)
        simulator.vk.answered = goes_on
        daemon.signal(signal.SIGKILL)

    simulator.vk.answered = answered
