"""A disk that is full or broken is said within ten seconds, in words, and the daemon goes on by itself."""

import asyncio
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.server import Simulator
from tests.acceptance.asking import comments
from tests.acceptance.running import Process, config_files, until, world
from tests.faults.disks import Disk, small_disk
from tests.faults.figures import note

RATE = 20.0
RED_WITHIN = 10.0
BACK_WITHIN = 10.0
LASTS = 12.0


def full(disk: Disk, _: Process) -> Callable[[], None]:
    disk.fill()
    return disk.free


def broken(_: Disk, daemon: Process) -> Callable[[], None]:
    """Every write to a file is an error, its log's too: for the store the same as EIO."""
    hard = daemon.limit(resource.RLIMIT_FSIZE, 0)

    def mend() -> None:
        daemon.limit(resource.RLIMIT_FSIZE, hard)

    return mend


@pytest.mark.slow
@pytest.mark.parametrize("breaks", [full, broken])
async def test_a_disk_that_takes_nothing_is_said_and_waited_out(
    tmp_path: Path, breaks: Callable[[Disk, Process], Callable[[], None]]
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        async with (
            world() as simulator,
            Process(
                tmp_path,
                simulator.environment(),
                config_files(tmp_path),
                database=f"sqlite:///{disk.path / 'otklik.db'}",
            ) as daemon,
        ):
            await daemon.start()
            simulator.traffic.rate = RATE
            await until(lambda: well(daemon))
            mended = breaks(disk, daemon)
            began = time.monotonic()
            await until(lambda: says(daemon, "база не работает"), RED_WITHIN * daemon.slower)
            red = time.monotonic() - began
            assert (await daemon.get("/livez"))[0] == 200, "a new start would meet the same disk"
            await asyncio.sleep(LASTS)
            mended()
            began = time.monotonic()
            await until(lambda: well(daemon), BACK_WITHIN * daemon.slower)
            back = time.monotonic() - began
            simulator.traffic.rate = 0.0
            await until(lambda: stored_all(daemon, simulator), every=1.0)
            assert await daemon.terminate() == 0
    note(9, red_after_s=red, back_after_s=back, lost=0)


async def problems(daemon: Process) -> list[str]:
    _, body = await daemon.get("/healthz")
    found: list[str] = json.loads(body)["problems"]
    return found


async def well(daemon: Process) -> bool:
    return not await problems(daemon)


async def says(daemon: Process, words: str) -> bool:
    return any(words in problem for problem in await problems(daemon))


async def stored_all(daemon: Process, simulator: Simulator) -> bool:
    """Every comment in an own community: only what was kept is passed."""
    rows: list[dict[str, Any]] = await daemon.export("mentions")
    stored = {(one["network"], one["id"]) for one in rows}
    return comments(simulator) <= stored
