"""The whole pipeline beside the bare loop: parse the lines, insert the rows, commit each batch to the disk."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from alerts.cards.card import Card
from alerts.routing import Chat
from benchmarks.row import Row
from benchmarks.stream import TELECOM, complaining_lines, invented_config, invented_lines, real_lines
from listener.app import Messengers, build_pipeline
from listener.clock import SystemClock
from listener.config.load import load
from listener.config.values import Config
from listener.gc_tuning import settle
from listener.judge_settings import cores
from listener.metrics import Metrics
from listener.opened_rules import open_rules
from listener.pipeline import Pipeline
from listener.replaying import AT_ONCE, BadLine, Progress, Replaying, read_mentions
from listener.settings import Settings
from listener.store.stores import Stores, open_stores
from listener.telemetry import Telemetry
from listener.web.health import Health

USUAL: Final = 20_000
CRISIS: Final = 4_000
WARM: Final = 1_000
"""Mentions replayed before the clock starts: dictionaries are loaded with the first texts."""


class NullNotifier:
    """Receives cards and does nothing with them."""

    async def send(self, chat: Chat, card: Card, key: str) -> str:  # noqa: ARG002  # a notifier's signature
        return "1"

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        pass

    async def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Piped:
    pipeline: Pipeline
    stores: Stores


def run() -> list[Row]:
    config = invented_config()
    rows = _beside("a usual day, invented", config, invented_lines(USUAL))
    rows += _beside("complaints only, invented", config, complaining_lines(CRISIS))
    real = real_lines()
    if real is not None:
        rows += _beside("telecom, real", load(TELECOM), real)
    return rows


def _beside(name: str, config: Config, lines: bytes) -> list[Row]:
    whole = asyncio.run(replayed(config, lines))
    bare = _bare_loop(lines)
    return [
        Row(name=name, value=whole, unit="mentions/s", against="the bare loop", ratio=whole / bare),
        Row(name="the bare loop", value=bare, unit="mentions/s"),
    ]


async def replayed(config: Config, lines: bytes) -> float:
    """Mentions a second from the first line read to the last card received."""
    async with pipeline(config, apart=cores() > 1) as piped:
        await replay(piped, b"".join(islice(_split(lines), WARM)))
        settle()
        rest = b"".join(islice(_split(lines), WARM, None))
        began = time.perf_counter()
        progress = await replay(piped, rest)
        seconds = time.perf_counter() - began
    if progress.judged != progress.lines or not progress.told:
        raise RuntimeError(f"the replay is not whole: {progress}")
    return progress.judged / seconds


async def replay(piped: Piped, lines: bytes) -> Progress:
    progress = Progress()
    replaying = Replaying(piped.pipeline, piped.stores, ("console",), SystemClock(), progress)
    await replaying.run(read_mentions(BytesIO(lines), progress, _refuse))
    return progress


@asynccontextmanager
async def pipeline(
    config: Config, *, second: bool = True, apart: bool = False, url: str | None = None
) -> AsyncIterator[Piped]:
    """The real pipeline over a new SQLite file, or another database, every card going to the null receiver.

    The judge is in this process, or `apart` in one of its own.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="otklik-bench-"))
        stores = await open_stores(url or f"sqlite:///{folder}/otklik.db")
        stack.push_async_callback(stores.close)
        executor = stack.enter_context(ThreadPoolExecutor(1))
        clock = SystemClock()
        messengers = Messengers(notifiers={"console": NullNotifier()}, inboxes={})
        settings = Settings(second_opinion=second, judge_apart=apart)
        rules = await open_rules(config, config.people, frozenset(messengers.notifiers), settings, executor)
        if rules.apart is not None:
            stack.push_async_callback(rules.apart.close)
        telemetry = Telemetry(Metrics(), Health(), clock)
        yield Piped(pipeline=build_pipeline(rules, stores, messengers, clock, telemetry, executor), stores=stores)


def _bare_loop(lines: bytes) -> float:
    """The least that any durable listener must do, in the same batches as the replay's."""
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        connection = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE mentions (id PRIMARY KEY, network, author, name, text, at, url)")
        split = _split(lines)
        count = 0
        began = time.perf_counter()
        while some := list(islice(split, AT_ONCE)):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?)", map(_bare_row, some))
            connection.execute("COMMIT")
            count += len(some)
        seconds = time.perf_counter() - began
        connection.close()
    return count / seconds


def _bare_row(line: bytes) -> tuple[Any, ...]:
    row = orjson.loads(line)
    author = row["author"]
    return row["id"], row["network"], author["id"], author["name"], row["text"], row["published_at"], row["url"]


def _split(lines: bytes) -> Iterator[bytes]:
    return iter(lines.splitlines(keepends=True))


def _refuse(line: BadLine) -> None:
    raise ValueError(f"line {line.number}: {line.error}")
