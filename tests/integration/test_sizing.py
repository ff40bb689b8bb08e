"""How much a brand is spoken of, asked of the simulated networks by `listener init` and `listener queries`."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from listener.__main__ import main
from simulator.corpus import load_corpus
from simulator.faults import Fault
from simulator.people import Writer
from simulator.server import Simulator, system_now

OLGA = Writer(number=501, first_name="Ольга", last_name="Панова", handle="olga_p", followers=7)
SAID = "Лютик Телеком, где интернет?"


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    simulator = Simulator(load_corpus(), system_now, rate=0, seed=0)
    await simulator.start()
    for name, value in simulator.environment().items():
        monkeypatch.setenv(name, value)
    for hours in (1, 2, 30):
        at = system_now() - timedelta(hours=hours)
        simulator.vk.post(OLGA, SAID, at=at)
        simulator.x.post(OLGA, SAID, at=at)
    yield simulator
    await simulator.stop()


def begin(folder: Path, brand: str = "Лютик Телеком") -> int:
    return main(["init", "--brand", brand, "--dir", str(folder)])


async def test_a_newcomer_with_keys_reads_todays_mentions_and_the_price_of_a_day(
    world: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(begin, tmp_path) == 0
    out = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert "VK: за сутки 2 упоминания\n" in out
    assert "X: за сутки 2 упоминания, такой день стоит до 0,03 $, месяц до 0,90 $\n" in out


async def test_what_cannot_be_counted_says_why(
    world: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.faults["vk"].add(Fault(path="newsfeed.search", kind="json", body={"error": {"error_code": 5}}, times=1))
    world.x.token = "another"
    await asyncio.to_thread(begin, tmp_path)
    out = capsys.readouterr().out
    assert "VK: не узнать: ключ отозван" in out
    assert "X: не узнать: " in out
    assert "Traceback" not in out


async def test_the_queries_are_shown_with_their_length_their_calls_and_their_price(
    world: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(begin, tmp_path)
    monkeypatch.setenv("LISTENER_CONFIG_DIR", str(tmp_path / "config"))
    capsys.readouterr()
    asked = world.x.requests
    assert await asyncio.to_thread(main, ["queries"]) == 0
    out = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert world.x.requests == asked, "without --today nothing is asked, and nothing paid"
    assert "VK, поиск раз в 2 мин, 720 запросов в сутки:\n    13 зн.: Лютик Телеком\n" in out
    assert "запись 0,005 $, её автор раз в сутки 0,010 $; не больше 5 $ в день, это 333 записи, и 150 $" in out
    assert await asyncio.to_thread(main, ["queries", "--today", "--brand", "lyutik-telekom"]) == 0
    assert "X: за сутки 2" in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["queries", "--brand", "лютик"]) == 2
    assert "есть: lyutik-telekom" in capsys.readouterr().err
