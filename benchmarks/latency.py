"""Seconds from a post to its card, daemon and simulator each in a process of its own, beside a bare poller."""

import asyncio
import os
import shlex
import shutil
import sqlite3
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from statistics import quantiles
from typing import Final

import aiohttp

from benchmarks.row import Row

RATE: Final = 50
WARM: Final = 15
"""Seconds of traffic before the clock starts: each source looks back an hour first, at the network's own pace."""
SECONDS: Final = 20
DRAIN: Final = 5
"""Seconds that the last posts get to become cards."""
EVERY: Final = 1.0
"""The searches' poll interval, as the staff would write it."""
AT_ONCE: Final = 0.02
"""The bare poller's rest between two looks where the daemon has a long poll."""
CARDS: Final = """
    SELECT m.source, m.network, m.external_id, m.heard_at / 1e6, min(d.delivered_at) / 1e6
    FROM card_views d JOIN cases c ON c.id = d.case_id
    JOIN mentions m ON m.id = (SELECT min(mention_id) FROM case_mentions WHERE case_id = c.id)
    WHERE d.delivered_at IS NOT NULL GROUP BY m.id
"""
"""A case's first mention and the first chat that showed its card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """When one post was published, heard and shown, in seconds since 1970."""

    source: str
    published: float
    heard: float
    shown: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    seen: Sequence[Seen]
    searched: Sequence[float]
    watched: Sequence[float]


def run() -> list[Row]:
    done = asyncio.run(_measured())
    community = [one for one in done.seen if ".community" in one.source]
    search = [one for one in done.seen if ".search" in one.source]
    if not community or not search:
        raise RuntimeError(f"no cards: {len(community)} from communities, {len(search)} from searches")
    return [
        *_rows("community", [one.shown - one.published for one in community], "a bare look", done.watched),
        *_rows("search", [one.shown - one.published for one in search], "a bare poll", done.searched),
        *_rows("search, less the wait for the poll", [one.shown - one.heard for one in search]),
        Row(name="posts whose card was timed", value=len(done.seen), unit="posts"),
    ]


def _rows(name: str, seconds: Sequence[float], floor: str = "", bare: Sequence[float] = ()) -> Iterable[Row]:
    for mark in (50, 99):
        value = quantiles(seconds, n=100)[mark - 1]
        if not bare:
            yield Row(name=f"{name}, p{mark}", value=value, unit="s")
            continue
        least = quantiles(bare, n=100)[mark - 1]
        yield Row(name=f"{name}, p{mark}", value=value, unit="s", against=f"{floor}, p{mark}", ratio=value / least)
        yield Row(name=f"{floor}, p{mark}", value=least, unit="s")


async def _measured() -> Run:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="otklik-bench-")))
        world = await stack.enter_async_context(simulator_process())
        session = await stack.enter_async_context(aiohttp.ClientSession(world["LISTENER_X_API_URL"][:-1]))
        await stack.enter_async_context(_daemon(folder, world))
        await _traffic(session, RATE)
        await asyncio.sleep(WARM)
        early = len(await _published(session, 0))
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(_poll(session, AT_ONCE))
            searching = group.create_task(_poll(session, EVERY))
        await _traffic(session, 0)
        await asyncio.sleep(DRAIN)
        seen = _cards(folder / "otklik.db", await _published(session, early))
    return Run(seen=seen, searched=searching.result(), watched=watching.result())


async def _traffic(session: aiohttp.ClientSession, rate: int) -> None:
    async with session.post("/sim/traffic", json={"rate": rate}) as answer:
        answer.raise_for_status()


async def _poll(session: aiohttp.ClientSession, every: float) -> list[float]:
    """How old each post was when a loop that does nothing but ask saw it."""
    ages: list[float] = []
    seen = len(await _published(session, 0))
    end = asyncio.get_running_loop().time() + SECONDS
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(every)
        fresh = await _published(session, seen)
        now = datetime.now(UTC).timestamp()  # noqa: TID251  # a benchmark is its own composition root
        ages += [now - at for at in fresh.values()]
        seen += len(fresh)
    return ages


async def _published(session: aiohttp.ClientSession, since: int) -> dict[tuple[str, str], float]:
    async with session.get("/sim/published", params={"since": since}) as answer:
        rows = (await answer.json())["published"]
    return {(row["network"], row["id"]): datetime.fromisoformat(row["at"]).timestamp() for row in rows}


def _cards(database: Path, published: Mapping[tuple[str, str], float]) -> list[Seen]:
    with sqlite3.connect(database) as connection:
        rows = connection.execute(CARDS).fetchall()
    return [
        Seen(source=source, published=published[network, mention], heard=heard, shown=shown)
        for source, network, mention, heard, shown in rows
        if (network, mention) in published
    ]


@asynccontextmanager
async def simulator_process() -> AsyncIterator[dict[str, str]]:
    """The settings that point a daemon at a silent world in another process."""
    async with _process("-m", "simulator", "--port", "0", "--rate", "0", output=PIPE) as process:
        assert process.stdout is not None
        settings = {}
        while (line := (await process.stdout.readline()).decode()).startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            settings[name] = shlex.split(value)[0]
        yield settings


@asynccontextmanager
async def _daemon(folder: Path, world: Mapping[str, str]) -> AsyncIterator[None]:
    """`listener run` with cards to Telegram and Slack, ready."""
    settings = {
        **world,
        "LISTENER_DATABASE_URL": f"sqlite:///{folder / 'otklik.db'}",
        "LISTENER_CONFIG_DIR": str(config_files(folder)),
        "LISTENER_HTTP_BIND": "127.0.0.1:0",
    }
    async with _process("-m", "listener", "run", environment=settings, errors=PIPE) as process:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            if b"ready:" in line:
                break
        else:
            raise RuntimeError("the daemon did not start")
        reading = asyncio.create_task(process.stderr.read())
        yield
        reading.cancel()


@asynccontextmanager
async def _process(
    *arguments: str, environment: Mapping[str, str] | None = None, output: int = DEVNULL, errors: int = DEVNULL
) -> AsyncIterator[Process]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LISTENER_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**clean, **(environment or {})}, stdout=output, stderr=errors
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()  # nothing of it is needed any more
        await process.wait()


def config_files(folder: Path) -> Path:
    """The demo's configuration with this benchmark's poll interval."""
    config = folder / "config"
    with as_file(files("simulator") / "demo") as demo:
        shutil.copytree(demo, config)
    for brand in (config / "brands").glob("*.yaml"):
        text = brand.read_text(encoding="utf-8")
        brand.write_text(text.replace("every: 2s", f"every: {EVERY:.0f}s"), encoding="utf-8")
    # Fifty a second would be one incident: what is measured are cards.
    (config / "policy.yaml").write_text("surges: {notice: off}\n", encoding="utf-8")
    return config
