"""Half-open, slow and far too many clients on the daemon's port: posts become cards meanwhile as on any day."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from simulator.server import Simulator
from tests.acceptance.running import Process, cards, config_files, until, world

pytestmark = pytest.mark.slow

HALF_OPEN: Final = 400
SLOW: Final = 100
HASTY: Final = 20
POSTS: Final = 5
CARD_WITHIN: Final = 20.0
"""Seconds from a post to its card; a quiet machine takes one. A slower one may take as many times longer as it did
before anybody came to the port.
"""
QUIET: Final = 1.0
MOST_LINES: Final = 300
Client = Callable[[int], Coroutine[Any, Any, None]]
REQUEST: Final = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
ANGRY: Final = "Ромашка, третий день нет интернета, в поддержке никто не отвечает! Верните деньги"


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def half_open(port: int) -> None:
    """Comes in and says nothing."""
    async with connection(port) as (reader, _):
        await reader.read()


async def slow(port: int) -> None:
    """Says its request letter by letter, and never to its end."""
    async with connection(port) as (_, writer):
        for letter in REQUEST * 10:
            writer.write(bytes([letter]))
            await writer.drain()
            await asyncio.sleep(0.5)


async def hasty(port: int) -> None:
    """Asks for all that there is, and does not wait for the answer."""
    async with connection(port) as (_, writer):
        writer.write(REQUEST + b"\r\n")
        await writer.drain()


async def again_and_again(client: Client, port: int) -> None:
    while True:
        with contextlib.suppress(OSError):
            await client(port)
        await asyncio.sleep(0.2)


@asynccontextmanager
async def crowd(port: int) -> AsyncIterator[None]:
    kinds: tuple[tuple[int, Client], ...] = ((HALF_OPEN, half_open), (SLOW, slow), (HASTY, hasty))
    clients = [asyncio.create_task(again_and_again(kind, port)) for count, kind in kinds for _ in range(count)]
    try:
        yield
    finally:
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
        await asyncio.sleep(0.1)  # the connections' own ends


async def seconds_to_card(simulator: Simulator, number: int) -> float:
    began = time.monotonic()
    simulator.publishing.by_hand("vk", f"Клиент {number}", f"{ANGRY} №{number}", community="romashka")
    await until(lambda: ("telegram:-1001", number) in cards(simulator))
    return time.monotonic() - began


async def test_posts_become_cards_whatever_comes_to_the_port(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with world() as simulator, Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon:
        await daemon.start()
        slower = max(1.0, await seconds_to_card(simulator, 1) / QUIET)
        said = len(daemon.said().splitlines())
        async with crowd(daemon.port):
            await asyncio.sleep(3)
            took = [await seconds_to_card(simulator, number) for number in range(2, 2 + POSTS)]
            assert (await daemon.get("/livez"))[0] == 200, "who comes with a request is served"
        lines = len(daemon.said().splitlines()) - said
        assert await daemon.terminate() == 0
    assert max(took) < CARD_WITHIN * slower
    assert lines < MOST_LINES, "the console's cards among them"
    with capsys.disabled():
        print(f"\n{HALF_OPEN + SLOW + HASTY} clients: cards after {', '.join(f'{one:.1f}' for one in took)} s")
