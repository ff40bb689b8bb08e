"""A daemon as a process of its own, and a simulated world for it to live in."""

import asyncio
import contextlib
import json
import os
import resource
import shutil
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
import orjson

from alerts.notifiers.telegram.hearing import LATER
from listener.store.export import export
from listener.store.stores import open_stores
from simulator.corpus import load_corpus
from simulator.server import Simulator, system_now
from tests.forked import Forked, begun, server
from tests.ports import own_port

ROOT = Path(__file__).parents[2]
LIST = "📋"
"""What messages with many cases begin with."""
LEAN = {"LISTENER_SECOND_OPINION": "off", "LISTENER_JUDGE_PROCESS": "off"}
"""For tests of what comes after a verdict: one tier, in the daemon's own process, starts in three quarters of the
processor's time.
"""
STARTS = 2.0
"""Seconds that a daemon needs to start on a quiet machine: to import, or until the judge's process has."""
STARTS_FORKED_LEAN = 1.0
"""Of one that does neither."""
READY_IN = 240.0
"""Seconds until a daemon must be ready: some three on a quiet machine, and waiting longer costs nothing."""


@asynccontextmanager
async def world(*, rate: float = 0.0, seed: int = 0, hasty_slack: bool = False) -> AsyncIterator[Simulator]:
    """The simulated networks and messengers, publishing `rate` texts a second.

    Slack lets a window be opened within three seconds of the press: here so with `hasty_slack`, else as long as a
    busy machine may need.
    """
    simulator = Simulator(load_corpus(), system_now, rate=rate, seed=seed)
    if not hasty_slack:
        simulator.slack.modals.trigger_life = timedelta(minutes=10)
    await simulator.start()
    try:
        yield simulator
    finally:
        await simulator.stop()


def config_files(folder: Path, *, every: str = "1s") -> Path:
    """The demo's configuration, to be spoiled at will."""
    config = folder / "config"
    shutil.copytree(ROOT / "simulator" / "demo", config)
    for brand in (config / "brands").glob("*.yaml"):
        brand.write_text(
            brand.read_text(encoding="utf-8").replace("every: 2s", f"every: {every}"), encoding="utf-8"
        )
    return config


class Process:
    """`listener run` with its settings; standard error is kept for the test to read.

    Its processes are forked from one that has imported the program (`tests/forked.py`), or, where they are to be
    `fresh`, executed from nothing.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        config: Path,
        database: str | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        self.port = own_port()
        self.log = folder / "daemon.log"
        self.slower = 1.0
        """How many times longer than on a quiet machine its last start took; so much later it may do the rest."""
        self._folder = folder
        self._config = config
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("LISTENER_")},
            **environment,
            "LISTENER_DATABASE_URL": database or f"sqlite:///{folder / 'otklik.db'}",
            "LISTENER_HTTP_BIND": f"127.0.0.1:{self.port}",
            "LISTENER_CONFIG_DIR": str(config),
        }
        self._fresh = fresh
        self._process: asyncio.subprocess.Process | Forked | None = None

    async def start(self, *, wait: bool = True) -> None:
        server()  # its own start is none of the daemon's
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = await begun(
                ["run"], self._folder, self._environment, log=log.fileno(), fresh=self._fresh
            )
        if wait:
            await self.ready()
            quick = isinstance(self._process, Forked) and LEAN.items() <= self._environment.items()
            self.slower = max(1.0, (time.monotonic() - began) / (STARTS_FORKED_LEAN if quick else STARTS))

    async def ready(self) -> None:
        async with asyncio.timeout(READY_IN), aiohttp.ClientSession() as session:
            while True:
                assert self._process is not None
                assert self._process.returncode is None, self.said()
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """As a power cut would: nothing of the process gets to run any more."""
        assert self._process is not None
        assert self._process.returncode is None, f"ended by itself, {self._process.returncode}: {self.said()}"
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def healthy(self) -> bool:
        """All is well, at this moment: one look may fall on a loop that the machine held up."""
        return (await self.get("/healthz"))[0] == 200

    async def terminate(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def wait(self) -> int:
        assert self._process is not None
        return await self._process.wait()

    async def get(self, path: str) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
        ):
            return answer.status, await answer.text()

    def limit(self, what: int, soft: int) -> int:
        """Set a limit of the running process; returns its hard one."""
        assert self._process is not None
        _, hard = resource.prlimit(self._process.pid, what)
        resource.prlimit(self._process.pid, what, (soft, hard))
        return hard

    def peak_memory(self) -> int:
        """The most memory the process has held so far, in kB, as Linux counts it."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1])

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    async def command(self, *arguments: str, stdin: bytes | None = None) -> tuple[int, str, str]:
        """Run another command of the program with the same settings: exit code, output, errors."""
        process = await begun(arguments, self._folder, self._environment, fresh=self._fresh)
        out, errors = await process.communicate(stdin or b"")
        return process.returncode or 0, out.decode(), errors.decode()

    async def export(self, noun: str) -> list[dict[str, Any]]:
        """What `listener export` prints, asked of the store without a process for each look."""
        stores = await open_stores(self._environment["LISTENER_DATABASE_URL"])
        try:
            return [json.loads(orjson.dumps(row)) async for row in export(stores.database, noun, None)]
        finally:
            await stores.close()

    async def exported(self, noun: str) -> list[dict[str, Any]]:
        """What `listener export` prints."""
        code, out, errors = await self.command("export", noun)
        assert code == 0, errors
        return [json.loads(line) for line in out.splitlines()]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


async def until(condition: Any, seconds: float = 300.0, every: float = 0.1) -> None:
    """Wait for an (async) condition to hold; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            held = condition()
            if asyncio.iscoroutine(held):
                held = await held
            if held:
                return
            await asyncio.sleep(every)


def says(toast: str | None, words: str) -> bool:
    """Whether a press was answered so; one that takes longer than a second is acknowledged first, and the card
    alone shows what came of it.
    """
    return toast is not None and (words in toast or toast == LATER.text)


def cards(simulator: Simulator, *, lists: bool = True) -> Counter[tuple[str, int]]:
    """How often each chat shows each case, in a card or, with `lists`, on the page of a digest or an incident:
    (chat, case) → messages.
    """
    shown: Counter[tuple[str, int]] = Counter()
    for chat in simulator.telegram.snapshot()["chats"]:
        for message in chat["messages"]:
            if lists or not message["text"].startswith(LIST):
                shown.update(("telegram:" + str(chat["id"]), case) for case in _in_telegram(message))
    for channel in simulator.slack.snapshot()["channels"]:
        for message in channel["messages"]:
            if lists or not any(block["text"]["text"].startswith(LIST) for block in _headers(message)):
                shown.update(("slack:" + channel["name"], case) for case in _in_slack(message))
    return shown


def _in_telegram(message: Mapping[str, Any]) -> set[int]:
    pressed = [button["data"] for row in message["buttons"] for button in row if "data" in button]
    return {int(data.split(":")[1]) for data in pressed if data.startswith("c:")}


def _in_slack(message: Mapping[str, Any]) -> set[int]:
    values = (element.get("value", "") for element in _elements(message))
    return {int(value) for value in values if value.isdecimal()}


def _headers(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (block for block in message["blocks"] if block["type"] == "header")


def _elements(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for block in message["blocks"]:
        if block["type"] == "actions":
            yield from block["elements"]
        elif "accessory" in block:
            yield block["accessory"]
