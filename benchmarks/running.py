"""The daemon's memory, its judge's process with it, over real messengers, while 200 000 mentions come."""

import asyncio
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
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
from listener.gc_tuning import made_to_last, tame_malloc
from listener.ports import Batch
from listener.replaying import BadLine, Progress, read_mentions
from listener.settings import Settings, read_settings

A_BATCH: Final = 200
JUDGE: Final = b"listener.judge_worker"
"""Stands in the command line of the judge's process."""
SOON: Final = "sla: {warn: 2m, due: 3m, breach: 6m}"
"""Deadlines that come while it is measured, however fast the machine: reminders of thousands of cases at once."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Megabytes in memory: of the daemon and its judge's process together, and of the latter alone."""

    whole: float
    judge: float


def held() -> Held:
    judge = sum(resident(process) for process in _judges())
    return Held(whole=resident() + judge, judge=judge)


def _judges() -> Iterator[int]:
    """The children of this process that judge; none on a machine of one core."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            parent = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and JUDGE in stat.with_name("cmdline").read_bytes():
                yield int(stat.parent.name)


def run() -> list[Row]:
    tame_malloc()
    return asyncio.run(_measured())


async def _measured() -> list[Row]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="otklik-bench-")))
        world = await stack.enter_async_context(simulator_process())
        stream = Stream(lines_of_fresh_words(MENTIONS))
        hears = daemon.build_sources
        daemon.build_sources = lambda *parts: [*hears(*parts), stream]
        running = daemon.Daemon(settings_in(folder, world, _config(folder)))
        with made_to_last():
            await running.start()
        stack.push_async_callback(running.stop)
        return await _watched(running, stream)


def settings_in(folder: Path, world: Mapping[str, str], config: Path) -> Settings:
    """Of a daemon of the benchmarks' own, in front of a simulated world, with its database in the folder."""
    return read_settings(
        {
            **world,
            "LISTENER_DATABASE_URL": f"sqlite:///{folder / 'otklik.db'}",
            "LISTENER_CONFIG_DIR": str(config),
            "LISTENER_HTTP_BIND": "127.0.0.1:0",
        }
    )


def _config(folder: Path) -> Path:
    config = config_files(folder)
    routes = config / "routes.yaml"
    text, replaced = re.subn(r"^sla: .*$", SOON, routes.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if replaced != 1:
        raise RuntimeError("the demo's deadlines are written in another way")
    routes.write_text(text, encoding="utf-8")
    return config


async def _watched(running: daemon.Daemon, stream: Stream) -> list[Row]:
    began, seen = held(), dict[int, Held]()
    while stream.given < MENTIONS:
        waiting = await running.stores.mentions.waiting(MOST_WAITING)
        (stream.open.clear if waiting >= MOST_WAITING else stream.open.set)()
        await asyncio.sleep(0.2)
        count = stream.given // AT_ONCE * AT_ONCE
        if count and count not in seen:
            seen[count] = held()
            print(count, f"{seen[count].whole:.1f}, the judge's process {seen[count].judge:.1f}", flush=True)
    seen[MENTIONS] = held()
    judge = rows(began.judge, {count: one.judge for count, one in seen.items()})
    whole = rows(began.whole, {count: one.whole for count, one in seen.items()})
    return [*whole, *(replace(row, name=f"the judge's process: {row.name}") for row in judge)]


def _refuse(line: BadLine) -> None:
    raise ValueError(f"line {line.number}: {line.error}")
