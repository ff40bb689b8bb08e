"""A daemon that is told to end amid a crowd ends within ten seconds, each time, and nothing is said twice."""

import asyncio
import os
import random
import time
from pathlib import Path

import pytest

from tests.acceptance.running import Process, config_files, world
from tests.faults.figures import note
from tests.faults.loads import all_came

ENDS = int(os.environ.get("OTKLIK_ENDS", "10"))
RATE = 25.0
"""Texts a second while the daemon lives."""
ENDS_WITHIN = 10.0


@pytest.mark.long
async def test_a_daemon_told_to_end_amid_a_crowd_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    moments, slowest = random.Random(int(os.environ.get("OTKLIK_SEED", "20261130"))), 0.0
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        for _ in range(ENDS):
            await daemon.start()
            simulator.traffic.rate = RATE
            await asyncio.sleep(moments.uniform(0.05, 4.0))
            began = time.monotonic()
            assert await daemon.terminate() == 0
            took = time.monotonic() - began
            simulator.traffic.rate = 0.0
            assert took <= ENDS_WITHIN * daemon.slower
            slowest = max(slowest, took)
        await daemon.start()
        came = await all_came(daemon, simulator)
        assert await daemon.terminate() == 0
    assert "Traceback" not in daemon.said()
    note(15, ends=ENDS, mentions=came.mentions, lost=0, twice=0, repeats=came.repeats, ended_after_s=slowest)
    assert came.repeats == 0
