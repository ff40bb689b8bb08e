"""A network that was down is heard again within five seconds of its return, by search and by long poll."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from listener.clock import SystemClock
from listener.loops.keeping import Keeper
from listener.networks.vk.transport import Limits
from listener.polling import Polling
from listener.ports import Source, SourceError
from simulator.faults import Fault
from tests.faults.figures import note
from tests.vk_parts import GROUP, OLGA, PAVEL, World, simulated
from tests.waiting import stopwatch, until


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as one:
        yield one


@dataclass
class Told:
    """How often each source failed in a row."""

    failed: dict[str, int] = field(default_factory=dict)

    def source_ok(self, source: str, *_: object) -> None:
        self.failed[source] = 0

    def source_failed(self, source: str, error: SourceError, *_: object) -> None:
        self.failed[source] = self.failed.get(source, 0) + 1

    def loop_died(self, loop: str, fault: BaseException) -> None:
        raise AssertionError(loop) from fault


FAULTS = {
    "errors": Fault(path="", kind="status", status=500, times=10**6),
    "resets": Fault(path="", kind="reset", times=10**6),
    "silence": Fault(path="", kind="hang", seconds=10**6, times=10**6),
}
USUAL = Limits(connect=5, read=6, total=12, wait=5, grace=2)
"""Somewhat shorter than in earnest, but longer than anybody may be deaf."""


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
async def test_after_an_outage_posts_and_comments_are_heard_within_five_seconds(world: World, fault: str) -> None:
    sources = (world.search(limits=USUAL), world.community(limits=USUAL))
    cursors: dict[str, str | None] = {}
    heard: set[str] = set()

    async def hear(source: Source) -> bool:
        batch = await source.fetch(cursors.get(source.name))
        cursors[source.name] = batch.cursor or cursors.get(source.name)
        heard.update(mention.id for mention in batch.mentions)
        return batch.more

    telemetry = Told()
    polling = Polling(hear, SystemClock(), telemetry, Keeper(telemetry))
    wall = world.vk.community_post(GROUP, "Новости")
    try:
        async with asyncio.timeout(600):
            polling.start(sources)
            while not all(cursors.get(source.name) for source in sources):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            world.vk.faults.add(replace(FAULTS[fault]))
            # A search waits its 90 seconds first: begin with both in trouble.
            await polling.stop()
            polling = Polling(hear, SystemClock(), telemetry, Keeper(telemetry))
            polling.start(sources)
            while min(telemetry.failed.get(source.name, 0) for source in sources) < 4:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            world.vk.faults.waiting.clear()
            missed = {world.vk.post(OLGA, "ромашка лежит"), world.vk.comment(PAVEL, "и у меня", post=wall)}
            async with stopwatch() as watch:
                await until(lambda: missed <= heard)
            note(4, resumed_after_s=watch.took)
            assert watch.took < 5.5
    finally:
        await polling.stop()
        for source in sources:
            await source.close()
