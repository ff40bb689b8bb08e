"""PostgreSQL is stopped at once and started, ten times under load: nothing is lost, all goes on by itself."""

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.asking import comments, findable
from tests.acceptance.running import LEAN, Process, cards, config_files, until, world
from tests.faults.cluster import own_cluster
from tests.faults.figures import note

CUTS = 10
RATE = 25.0
BACK_WITHIN = 10.0
"""Seconds from the server's first connection until what was published then is stored, on a quiet machine."""


@pytest.mark.long
@pytest.mark.postgres
async def test_a_postgres_that_is_cut_off_loses_nothing_and_is_found_again(tmp_path: Path) -> None:
    moments = random.Random(20261130)
    back: list[float] = []
    with own_cluster() as cluster:
        async with (
            world() as simulator,
            Process(tmp_path, simulator.environment() | LEAN, config_files(tmp_path), cluster.url) as daemon,
        ):
            await daemon.start()
            for number in range(CUTS):
                simulator.traffic.rate = RATE
                await asyncio.sleep(moments.uniform(0.2, 2.0))
                await asyncio.to_thread(cluster.cut)
                await asyncio.sleep(moments.uniform(0.0, 3.0))
                await asyncio.to_thread(cluster.start)
                began = time.monotonic()
                simulator.traffic.rate = 0.0
                text = f"Ромашка Телеком, пропала связь, номер {number}"
                post = simulator.publishing.by_hand("vk", f"Клиент {number}", text, community="romashka")
                await until(lambda post=post: _stored(daemon, {(post.network, post.id)}))
                back.append(time.monotonic() - began)
            wanted = comments(simulator) | await findable(simulator, tmp_path / "config")
            await until(lambda: _stored(daemon, wanted), every=1.0)
            await until(lambda: _told(daemon), every=1.0)
            mentions, cases = await daemon.export("mentions"), await daemon.export("cases")
            shown = cards(simulator, lists=False)
            assert await daemon.terminate() == 0
    twice = [key for key, count in Counter((one["network"], one["id"]) for one in mentions).items() if count > 1]
    repeated = sum(count - 1 for count in shown.values())
    note(11, cuts=CUTS, mentions=len(mentions), lost=0, twice=len(twice), repeats=repeated, back_after_s=max(back))
    assert not twice
    assert len(cases) >= CUTS
    assert repeated <= CUTS, "one a cut on average"
    assert sorted(back)[CUTS // 2] <= BACK_WITHIN * daemon.slower


async def _stored(daemon: Process, wanted: set[tuple[str, str]]) -> bool:
    return wanted <= {(one["network"], one["id"]) for one in await daemon.export("mentions")}


async def _told(daemon: Process) -> bool:
    """Every mention is judged and every card stands in its chat."""
    rows = await daemon.export("deliveries")
    return all(one["state"] == "delivered" for one in rows if one["receiver"] != "console")
