"""An answer to who mentioned the account on X, X's own button into private, and a talk there both ways."""

from pathlib import Path

import pytest

from simulator.server import Simulator
from tests.acceptance.chats import CHAT, PATIENCE
from tests.acceptance.running import LEAN, Process, config_files, until, world
from tests.acceptance.test_a_private_talk import PEOPLE, ROUTES, asked, choose, stands

pytestmark = pytest.mark.slow

ANGRY = "@romashka_ru третий день нет интернета, в поддержке никто не отвечает! Верните деньги"


def by_account(simulator: Simulator, account: int) -> list[str]:
    """What the account has posted in answer to others."""
    posts = [one for one in simulator.publishing.published if one.network == "x" and "api" in one.kinds]
    return [one.text for one in posts if one.author.number == account]


async def test_who_mentioned_the_account_is_answered_invited_and_talked_with(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    (config / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (config / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    async with world() as simulator:
        settings = {**simulator.environment(), **LEAN, "LISTENER_TELEGRAM_PER_MINUTE": "600"}
        async with Process(tmp_path, settings, config) as daemon:
            await daemon.start()
            account = simulator.corpus.writers["romashka"]
            customer = simulator.publishing.by_hand("x", "Пётр", ANGRY).author
            anna = simulator.desk("Анна").telegram

            await choose(simulator, "Взять", "Ответить", "Свой текст")
            await asked(simulator, "Пётр, уже разбираемся")
            await choose(simulator, "Отправить")
            await until(lambda: len(by_account(simulator, account.number)) == 1, PATIENCE)

            await choose(simulator, "В личку", "Свой текст")
            await asked(simulator, "Пётр, напишите нам, пожалуйста, лично")
            await choose(simulator, "Отправить")
            await until(lambda: len(by_account(simulator, account.number)) == 2, PATIENCE)
            assert simulator.x.writing.links  # the button under the answer

            simulator.x.direct(customer, account.handle, "Здравствуйте! Что с интернетом?")
            note = await stands(simulator, CHAT, "Клиент пишет в личные сообщения", "Что с интернетом?")
            anna.write("Пётр, мастер будет сегодня", reply_to=note)
            await choose(simulator, "Отправить")

            def got() -> list[str]:
                return [one.text for one in simulator.x.directs.said if one.recipient == customer]

            await until(lambda: len(got()) == 1, PATIENCE)
            assert got() == ["Пётр, мастер будет сегодня"]
            assert len(by_account(simulator, account.number)) == 2
