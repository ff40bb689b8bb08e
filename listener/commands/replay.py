"""`listener replay FILE`: mentions from a file through the whole pipeline and the real store to the console."""

import argparse
import asyncio
import contextlib
import gzip
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from alerts.sla import Hours
from classifiers.model import ModelError
from listener.app import build_messengers, build_pipeline, to_console
from listener.clock import SystemClock
from listener.commands.summary import print_figures
from listener.config.load import load
from listener.config.values import Config, ConfigError
from listener.environment import SettingsError
from listener.gc_tuning import settle
from listener.logs import configure_logging
from listener.metrics import Metrics
from listener.opened_rules import open_rules
from listener.reader import DiedError
from listener.redaction import one_line
from listener.refusals import refusal
from listener.replaying import BadLine, ReplayError, Replaying, read_mentions
from listener.replaying import Progress as Counted
from listener.settings import Settings, read_settings
from listener.store.errors import StoreError
from listener.store.figures import figures
from listener.store.stores import open_stores
from listener.telemetry import Telemetry
from listener.web.health import Health


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="JSONL, also gzipped; - for standard input")
    parser.add_argument("--config", type=Path, metavar="DIR", help="the configuration (LISTENER_CONFIG_DIR)")
    parser.add_argument(
        "--to-receivers", action="store_true", help="cards to the chats of routes.yaml; without it to the console"
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0; 1 when lines could not be read; 2 when nothing could be done."""
    try:
        settings = read_settings(os.environ, Path(".env"), config_dir=arguments.config)
        configure_logging(settings.log_level, settings.log_format, settings.secrets())
        with _opened(arguments.file) as (file, size):
            return asyncio.run(_replay(file, size, settings, to_receivers=arguments.to_receivers))
    except OSError as error:
        print(f"{arguments.file}: файл не читается: {refusal(error)}", file=sys.stderr)
        return 2
    except (SettingsError, ConfigError, ModelError, DiedError, StoreError, ReplayError) as error:
        print(f"Прогон не удался:\n{error}", file=sys.stderr)
        return 2


@contextlib.contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """The file and how many bytes will be read from it, None when that cannot be known."""
    if name == "-":
        yield sys.stdin.buffer, None
    elif name.endswith(".gz"):
        with gzip.open(name) as packed:
            size = packed.seek(0, os.SEEK_END)
            packed.seek(0)
            yield packed, size  # type: ignore[misc]  # GzipFile reads like any binary file
    else:
        with open(name, "rb") as file:  # noqa: PTH123  # the name may be a pipe
            yield file, os.fstat(file.fileno()).st_size or None


async def _replay(file: BinaryIO, size: int | None, settings: Settings, *, to_receivers: bool) -> int:
    began = time.monotonic()
    clock = SystemClock()
    counted = Counted()
    async with contextlib.AsyncExitStack() as stack:
        config = _for_now(load(settings.config_dir), to_receivers=to_receivers)
        stores = await open_stores(settings.database_url)
        stack.push_async_callback(stores.close)
        people = await stores.people.recognise(config.people, clock.now())
        if not to_receivers:
            settings = replace(settings, messengers={})
        messengers = build_messengers(settings, clock.now, stores.prompts)
        for notifier in messengers.notifiers.values():
            stack.push_async_callback(notifier.close)
        workers = stack.enter_context(ThreadPoolExecutor(1))
        reachable = frozenset(messengers.notifiers)
        rules = await open_rules(config, people, reachable, replace(settings, networks={}), workers)
        if rules.apart is not None:
            stack.push_async_callback(rules.apart.close)
        telemetry = Telemetry(Metrics(), Health(), clock)
        pipeline = build_pipeline(rules, stores, messengers, clock, telemetry, workers)
        settle()
        before = await figures(stores.database)
        async with _watched(size, counted):
            mentions = read_mentions(file, counted, _complain)
            await Replaying(pipeline, stores, tuple(messengers.notifiers), clock, counted).run(mentions)
        after = await figures(stores.database)
    print_figures(
        f"Прогон {file.name}", before, after, time.monotonic() - began, read=counted.lines, bad=counted.bad
    )
    return 1 if counted.bad else 0


def _for_now(config: Config, *, to_receivers: bool) -> Config:
    """The config without night: who replays a file waits for its cards now, not in the morning. Unless asked for,
    no card of old mentions goes into the operators' chats.
    """
    routing = config.routing if to_receivers else to_console(config.routing)
    receivers = tuple(replace(receiver, hours=_without_night(receiver.hours)) for receiver in routing.receivers)
    routing = replace(routing, receivers=receivers, hours=_without_night(routing.hours))
    return replace(config, routing=routing)


def _without_night(hours: Hours | None) -> Hours | None:
    return hours and replace(hours, night="send")


def _complain(line: BadLine) -> None:
    print(f"строка {line.number}: {one_line(str(line.error))}", file=sys.stderr)


def _bar() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[judged]} разобрано"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=False)


@contextlib.asynccontextmanager
async def _watched(size: int | None, counted: Counted) -> AsyncIterator[None]:
    """A bar that follows the counts, to the last one."""
    with _bar() as bar:
        task = bar.add_task("Прогон", total=size, judged=0)
        watching = asyncio.create_task(_follow(bar, task, counted))
        try:
            yield
        finally:
            watching.cancel()
            bar.update(task, completed=counted.bytes, judged=counted.judged)


async def _follow(bar: Progress, task: TaskID, counted: Counted) -> None:
    while True:
        bar.update(task, completed=counted.bytes, judged=counted.judged)
        await asyncio.sleep(0.1)
