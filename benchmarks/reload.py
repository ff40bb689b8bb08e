"""A saved config is taken up: how long the daemon neither hears nor lets its loop go on, with twenty brands."""

import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median_high
from typing import Any, Final

from benchmarks.latency import config_files, simulator_process
from benchmarks.row import Row
from benchmarks.running import settings_in
from listener import daemon
from listener.gc_tuning import made_to_last, tame_malloc

BRANDS: Final = 20
RELOADS: Final = 10
TICK: Final = 0.005
AS_ONE: Final = "dovezun"
"""The demo's brand that the others are made of: by name alone, and a source of VK and of X each."""


class Timed(daemon.Daemon):
    """A daemon that says when it stopped hearing and began again."""

    deaf: list[float]

    async def reload(self, settings: Any = None) -> None:
        closing = self._hearing.aclose
        began = 0.0

        async def aclose() -> None:
            nonlocal began
            began = time.perf_counter()
            await closing()

        self._hearing.aclose = aclose  # type: ignore[method-assign]
        await super().reload(settings)
        self.deaf.append(time.perf_counter() - began)


@dataclass(slots=True)
class Lag:
    """Seconds by which the event loop came late at most."""

    most: float = 0.0


@asynccontextmanager
async def lag() -> AsyncIterator[Lag]:
    found = Lag()

    async def ticks() -> None:
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            found.most = max(found.most, time.perf_counter() - due)

    ticking = asyncio.create_task(ticks())
    try:
        yield found
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)


def run() -> list[Row]:
    tame_malloc()
    return asyncio.run(_measured())


async def _measured() -> list[Row]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="otklik-bench-")))
        world = await stack.enter_async_context(simulator_process())
        config = config_files(folder)
        _multiply(config / "brands")
        running = Timed(settings_in(folder, world, config))
        running.deaf = []
        with made_to_last():
            await running.start()
        stack.push_async_callback(running.stop)
        async with lag() as usual:
            await asyncio.sleep(5)
        took, stalls = [], []
        for _ in range(RELOADS):
            async with lag() as late:
                began = time.perf_counter()
                await running.reload()
                took.append(time.perf_counter() - began)
            stalls.append(late.most)
        if len(running.deaf) != RELOADS:
            raise RuntimeError("a reload was refused")
        return [
            Row(name="a reload, the middle one", value=median_high(took), unit="s"),
            Row(name="no source is asked meanwhile, the middle one", value=median_high(running.deaf), unit="s"),
            Row(name="no source is asked meanwhile, at most", value=max(running.deaf), unit="s"),
            Row(name="the loop stands still, the middle one", value=median_high(stalls), unit="s"),
            Row(name="the loop stands still, at most", value=max(stalls), unit="s"),
            Row(name="the loop stands still without a reload, at most", value=usual.most, unit="s"),
        ]


def _multiply(brands: Path) -> None:
    """Brands with names of their own beside the demo's three."""
    text = (brands / f"{AS_ONE}.yaml").read_text(encoding="utf-8")
    for number in range(BRANDS - len(list(brands.glob("*.yaml")))):
        letters = "абвгдежиклмнопрстуф"[number]
        own = re.sub(r"^id: .*$", f"id: brand{number}", text, flags=re.MULTILINE)
        own = re.sub(r"^title: .*$", f"title: Бренд {number}", own, flags=re.MULTILINE)
        own = re.sub(r"^names: .*$", f"names: [Кромсавель{letters}]", own, flags=re.MULTILINE)
        own = re.sub(r"^accounts: .*\n", "", own, flags=re.MULTILINE)
        own = re.sub(r"community: \[[^\]]*\], ", "", own)
        (brands / f"brand{number}.yaml").write_text(own, encoding="utf-8")
