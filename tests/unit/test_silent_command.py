"""`listener silent`: who took cases and did nothing, and who is about to lose one, for people and for programs."""

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.cases.commands import Claim
from alerts.cases.events import Idle
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


def taken() -> None:
    """Anna lost the first case an hour ago, Oleg is warned of the second."""

    async def live() -> None:
        stores = await open_stores("sqlite:///otklik.db")
        now = SystemClock().now()
        began = now - timedelta(hours=3)
        await complain(stores, mention(1), mention(2, thread="t2"), now=began)
        first = Idle(warn_at=now - timedelta(hours=2), return_at=now - timedelta(hours=1))
        second = Idle(warn_at=now - timedelta(minutes=1), return_at=now + timedelta(minutes=9))
        await do(stores, Claim(idle=first), case=1, now=began)
        await do(stores, Claim(idle=second), case=2, person=OLEG, now=began)
        for at in (now - timedelta(hours=2), now - timedelta(hours=1)):
            await stores.timers.tick(at)
        await stores.close()

    asyncio.run(live())


def test_the_lead_reads_who_lost_what_and_who_will(capsys: pytest.CaptureFixture[str]) -> None:
    taken()
    assert main(["silent"]) == 0
    lost, going = capsys.readouterr().out.splitlines()
    assert lost.startswith("Анна Иванова: обращение №\xa01 вернулось в очередь в\xa0")
    assert going.startswith("Олег Смирнов: обращение №\xa02 вернётся в очередь в\xa0")
    assert main(["silent", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["person"], row["case"], row["lost"]) for row in rows] == [("anna", 1, True), ("oleg", 2, False)]


def test_a_time_to_look_back_may_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    taken()
    assert main(["silent", "--since", "30m"]) == 0
    assert "Анна" not in capsys.readouterr().out
    assert main(["silent", "--since", "вчера"]) == 2
    assert "--since: «вчера» не подходит" in capsys.readouterr().err


def test_nobody_is_silent_or_there_is_no_database(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["silent"]) == 2
    assert capsys.readouterr().err

    async def empty() -> None:
        await (await open_stores("sqlite:///otklik.db")).close()

    asyncio.run(empty())
    assert main(["silent"]) == 0
    assert "чем-то по ним занялись" in capsys.readouterr().out
