"""The daemon's memory: all that `listener run` runs, over real messengers, while 200 000 mentions come."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.latency import config_files, simulator_process
from benchmarks.memory import AT_ONCE, MENTIONS, lines_of_fresh_words, resident, rows
from benchmarks.row import Row
from domain.mention import NetworkId
from listener import daemon
from listener.clock import SystemClock
from listener.gc_tuning import few_arenas, made_to_last
from listener.ports import Batch
from listener.replaying import BadLine, Progress, read_mentions
from listener.settings import read_settings

A_BATCH: Final = 200
MOST_WAITING: Final = 2_000
"""Mentions that wait for the judge, at which the source holds its breath: what is measured is no backlog."""


class Stream:
    """A source of invented mentions, as many at a time as a search gives."""

    name = "stream:invented"
    network = NetworkId("vk")
    every: timedelta | None = None

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.lines = lines
        self.given = 0
        self.open = asyncio.Event()

    async def fetch(self, _cursor: str | None) -> Batch:
        await self.open.wait()
        some = b"".join(islice(self.lines, A_BATCH))
        now = SystemClock().now()
        written = read_mentions(BytesIO(some), Progress(), _refuse)
        mentions = tuple(replace(mention, published_at=now) for mention in written)
        self.given += len(mentions)
        return Batch(mentions=mentions, cursor=str(self.given))

    async def close(self) -> None:
        return None


def run() -> list[Row]:
    few_arenas()
    return asyncio.run(_measured())


async def _measured() -> list[Row]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="otklik-bench-")))
        world = await stack.enter_async_context(simulator_process())
        stream = Stream(lines_of_fresh_words(MENTIONS))
        hears = daemon.build_sources
        daemon.build_sources = lambda *parts: [*hears(*parts), stream]
        settings = read_settings(
            {
                **world,
                "LISTENER_DATABASE_URL": f"sqlite:///{folder / 'otklik.db'}",
                "LISTENER_CONFIG_DIR": str(config_files(folder)),
                "LISTENER_HTTP_BIND": "127.0.0.1:0",
            }
        )
        running = daemon.Daemon(settings)
        with made_to_last():
            await running.start()
        stack.push_async_callback(running.stop)
        return await _watched(running, stream)


async def _watched(running: daemon.Daemon, stream: Stream) -> list[Row]:
    began, seen = resident(), dict[int, float]()
    while stream.given < MENTIONS:
        waiting = await running.stores.mentions.waiting(MOST_WAITING)
        (stream.open.clear if waiting >= MOST_WAITING else stream.open.set)()
        await asyncio.sleep(0.2)
        count = stream.given // AT_ONCE * AT_ONCE
        if count and count not in seen:
            seen[count] = resident()
            print(count, round(seen[count], 1), flush=True)
    seen[MENTIONS] = resident()
    return rows(began, seen)


def _refuse(line: BadLine) -> None:
    raise ValueError(f"line {line.number}: {line.error}")
