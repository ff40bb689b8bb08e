"""Another process holds the SQLite file for half a minute: nothing is lost, and the daemon goes on by itself."""

import asyncio
import contextlib
import re
import sqlite3
import time
from pathlib import Path
from statistics import quantiles

import pytest

from tests.acceptance.running import Process, config_files, until, world
from tests.faults.figures import note
from tests.faults.loads import all_came

RATE = 10.0
HELD = 30.0
LATE_AT_MOST = 0.5
"""Seconds. The design wants 0.05 of a quiet machine; a loop that waits for the lock would stand for all thirty."""
LAG = re.compile(r"^otklik_event_loop_lag_seconds (\S+)$", re.MULTILINE)


@pytest.mark.long
async def test_a_database_that_another_process_holds_for_half_a_minute_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "otklik.db"
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        await daemon.start()
        simulator.traffic.rate = RATE
        await until(daemon.healthy)
        with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as other:
            other.execute("BEGIN IMMEDIATE")
            late = await lags(daemon, HELD)
            assert not await daemon.healthy()
            other.execute("ROLLBACK")
        began = time.monotonic()
        await until(daemon.healthy)
        back = time.monotonic() - began
        simulator.traffic.rate = 0.0
        came = await all_came(daemon, simulator)
        assert await daemon.terminate() == 0
    p99 = quantiles(late, n=100)[98]
    note(10, mentions=came.mentions, lost=0, twice=0, repeats=came.repeats, loop_late_p99_s=p99, back_after_s=back)
    assert came.repeats == 0
    assert p99 <= LATE_AT_MOST * daemon.slower


async def lags(daemon: Process, seconds: float) -> list[float]:
    """How late the daemon's event loop woke, looked at again and again."""
    found, ends = [], time.monotonic() + seconds
    while time.monotonic() < ends:
        _, text = await daemon.get("/metrics")
        match = LAG.search(text)
        assert match is not None
        found.append(float(match[1]))
        await asyncio.sleep(0.1)
    return found
