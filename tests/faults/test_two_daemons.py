"""Two daemons on one PostgreSQL, one of them paused and resumed: no search is doubled, no cursor goes back."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from listener.store.engine import Database, driver_url
from simulator.server import Simulator
from tests.acceptance.asking import comments
from tests.acceptance.running import Process, config_files, until, world
from tests.faults.figures import note

RATE = 15.0
PAUSE = 60.0
"""Longer than a leader may be silent, so that the other one takes over."""
SEARCHES = 3
"""Of VK, one for each brand of the demo, once a second."""


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_one_of_two_is_paused_and_resumed(tmp_path: Path, database_url: str) -> None:
    config = config_files(tmp_path)
    async with world() as simulator, watched(database_url) as seen:
        folders = [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        one, other = (
            Process(folder, simulator.environment(), config, database_url, fresh=True) for folder in folders
        )
        async with one, other:
            await one.start()
            simulator.traffic.rate = RATE
            await until(lambda: searches(simulator) > 0)
            await other.start()
            assert await per_second(simulator, 5.0) <= 1.5 * SEARCHES
            one.signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(PAUSE)
                # How soon it comes round depends on the machine; that it does all of them does not.
                before = searches(simulator)
                await until(lambda: searches(simulator) >= before + 2 * SEARCHES)
            finally:
                one.signal(signal.SIGCONT)
            assert await per_second(simulator, 8.0) <= 1.5 * SEARCHES
            simulator.traffic.rate = 0.0
            wanted = comments(simulator)
            await until(lambda: stored(other, wanted), every=1.0)
            assert await one.terminate() == 0
            assert await other.terminate() == 0
    note(12, cursor_samples=seen.samples, cursors_back=len(seen.back), twice=0, lost=0)
    assert seen.samples > 100
    assert not seen.back


def searches(simulator: Simulator) -> int:
    return sum(call.method == "newsfeed.search" for call in simulator.vk.calls)


async def per_second(simulator: Simulator, seconds: float) -> float:
    before = searches(simulator)
    await asyncio.sleep(seconds)
    return (searches(simulator) - before) / seconds


async def stored(daemon: Process, wanted: set[tuple[str, str]]) -> bool:
    rows = await daemon.export("mentions")
    keys = [(one["network"], one["id"]) for one in rows]
    assert len(keys) == len(set(keys))
    return wanted <= set(keys)


class Seen:
    """The cursors as a third party reads them: `back` names those that were seen to go back."""

    def __init__(self) -> None:
        self.samples = 0
        self.back: list[str] = []
        self._farthest: dict[str, int] = {}

    def look(self, cursors: Mapping[str, str]) -> None:
        self.samples += 1
        for source, cursor in cursors.items():
            for part, at in positions(json.loads(cursor)).items():
                name = f"{source} {part}"
                if at < self._farthest.get(name, 0):
                    self.back.append(f"{name}: {self._farthest[name]} → {at}")
                self._farthest[name] = at


def positions(cursor: Mapping[str, object]) -> dict[str, int]:
    """Up to where a cursor says that all is stored: VK's queries, X's number, a community's ts."""
    found = {"since": cursor.get("since"), "ts": cursor.get("ts")}
    found |= {query: one.get("since") for query, one in cursor.items() if isinstance(one, dict)}
    return {part: int(str(at)) for part, at in found.items() if at is not None}


@asynccontextmanager
async def watched(url: str) -> AsyncIterator[Seen]:
    database, seen = Database(driver_url(url)), Seen()

    async def watch() -> None:
        while True:
            rows = await database.read(lambda c: c.execute(text("SELECT source, cursor FROM cursors")))
            seen.look({row.source: row.cursor for row in rows})
            await asyncio.sleep(0.1)

    watching = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await database.close()
