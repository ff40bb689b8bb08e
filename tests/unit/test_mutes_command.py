"""`listener mutes` lists what is muted, lifts it, and says what it cannot do without making a database."""

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.cases.commands import Mute
from listener.__main__ import main
from listener.clock import SystemClock
from listener.store.stores import open_stores
from tests.contract.store_samples import OLEG, complain, do, mention

DEMO = Path(__file__).parents[2] / "simulator" / "demo"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LISTENER_DATABASE_URL", "sqlite:///otklik.db")
    shutil.copytree(DEMO, tmp_path / "config")


def muted() -> None:
    async def press() -> None:
        stores = await open_stores("sqlite:///otklik.db")
        now = SystemClock().now()
        await complain(stores, mention(), now=now)
        await do(stores, Mute(until=now + timedelta(hours=1)), now=now)
        await do(stores, Mute(until=now + timedelta(hours=2), topic="связь"), person=OLEG, now=now)
        await stores.close()

    asyncio.run(press())


def test_what_is_muted_is_listed_for_people_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    muted()
    assert main(["mutes"]) == 0
    author, topic = capsys.readouterr().out.splitlines()
    assert author.startswith("Ромашка Телеком: автора «Пётр» (vk:77) до ")
    assert author.endswith(", обращение №\xa01")
    assert "тему «связь»" in topic
    assert main(["mutes", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["author"], row["topic"], row["case"], row["person"]) for row in rows] == [
        ("vk:77", None, 1, "anna"),
        (None, "связь", 1, "oleg"),
    ]


def test_what_was_muted_on_a_card_is_lifted_by_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    muted()
    assert main(["mutes", "--lift", "1"]) == 0
    assert "Ромашка Телеком: тему «связь» снова показываем" in capsys.readouterr().out
    assert main(["mutes"]) == 0
    assert "приходят все карточки" in capsys.readouterr().out
    assert main(["mutes", "--lift", "1"]) == 1
    assert "сейчас ничего не заглушено" in capsys.readouterr().err


def test_without_a_database_it_says_so_and_makes_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutes"]) == 2
    assert "Базы otklik.db нет" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["config"]
