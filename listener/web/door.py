"""The port's door: so many clients at a time, each for so long, whatever they do or leave undone.

aiohttp waits for a request line as long as its client likes, and asyncio turns a lack of descriptors into
thousands of log lines. Neither may cost hearing and telling a thing.
"""

import asyncio
from typing import Final

from aiohttp import web

MOST: Final = 256
"""Clients at a time. One more sends the oldest away that has not said what it wants, else the oldest: whoever
comes with a request is served at once. With 64, as many as a turn of the loop lets in, one that came in was sent
away before its request was read.
"""
LIFETIME: Final = 10.0
"""Seconds from a connection's beginning to its end; an answer is ready in milliseconds."""
BACKLOG: Final = 64
SAID: Final = b"\r\n\r\n"
"""How a request's headers end."""


class Door:
    """Listens for the runner's clients."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner
        self._silent: dict[_Client, None] = {}  # the oldest first
        self._asking: dict[_Client, None] = {}
        self._server: asyncio.Server

    async def open(self, host: str, port: int) -> None:
        """Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._answer, host, port, backlog=BACKLOG)

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    def close(self) -> None:
        self._server.close()
        for client in (*self._silent, *self._asking):
            client.put_out()

    def enter(self, client: "_Client") -> None:
        self._silent[client] = None
        if len(self._silent) + len(self._asking) > MOST:
            next(iter(self._silent if len(self._silent) > 1 else self._asking)).put_out()

    def asks(self, client: "_Client") -> None:
        """It has said what it wants, and is no half-open one."""
        if self._silent.pop(client, self) is None:
            self._asking[client] = None

    def leave(self, client: "_Client") -> None:
        self._silent.pop(client, None)
        self._asking.pop(client, None)

    def _answer(self) -> asyncio.Protocol:
        server = self._runner.server
        if server is None:  # pragma: no cover  # closed while somebody came in
            raise ConnectionAbortedError
        return _Client(server(), self)


class _Client(asyncio.Protocol):
    """One connection: aiohttp's own protocol, and its end."""

    def __init__(self, inner: asyncio.Protocol, door: Door) -> None:
        self._inner = inner
        self._door = door
        self._transport: asyncio.BaseTransport | None = None
        self._end: asyncio.TimerHandle | None = None
        self._last = b""

    def put_out(self) -> None:
        self._door.leave(self)
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._end = asyncio.get_running_loop().call_later(LIFETIME, self.put_out)
        self._inner.connection_made(transport)
        self._door.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        self._door.leave(self)
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if SAID in (said := self._last + data):
            self._door.asks(self)
        self._last = said[-len(SAID) :]
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


async def open_door(runner: web.AppRunner, host: str, port: int) -> Door:
    """Raises OSError."""
    door = Door(runner)
    await door.open(host, port)
    return door
