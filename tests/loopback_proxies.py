"""Proxies on loopback that work, stall, hang up and refuse: HTTP CONNECT and SOCKS5."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

Manner = Literal["works", "stalls", "hangs up", "refuses"]


@dataclass(slots=True)
class LoopbackProxy:
    """`manner` may change while it runs; `through` counts the connections that it carried."""

    scheme: Literal["http", "socks5"] = "http"
    manner: Manner = "works"
    through: int = 0
    address: str = ""
    serving: set["asyncio.Task[None]"] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.manner == "hangs up":
                return
            if self.manner == "stalls":
                await reader.read()
                return
            target = await (
                self._connect_asked(reader) if self.scheme == "http" else self._socks_asked(reader, writer)
            )
            if self.manner == "refuses":
                writer.write(_NO[self.scheme])
                await writer.drain()
                return
            await self._carry(target, reader, writer)
        except (OSError, EOFError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self.serve(reader, writer))
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)

    async def _carry(
        self, target: tuple[str, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        far_reader, far_writer = await asyncio.open_connection(*target)
        self.through += 1
        writer.write(_YES[self.scheme])
        both = (asyncio.create_task(_pump(reader, far_writer)), asyncio.create_task(_pump(far_reader, writer)))
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            far_writer.close()  # first of all: the test may end, and cancel this, while it waits below
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            with contextlib.suppress(OSError):
                await far_writer.wait_closed()

    async def _connect_asked(self, reader: asyncio.StreamReader) -> tuple[str, int]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        host, _, port = head.split(" ")[1].rpartition(":")
        return host, int(port)

    async def _socks_asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int]:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        size = {1: 4, 3: 0, 4: 16}[kind] or (await reader.readexactly(1))[0]
        host = await reader.readexactly(size)
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        return (host.decode() if kind == 3 else ".".join(map(str, host))), port


_YES = {"http": b"HTTP/1.1 200 OK\r\n\r\n", "socks5": b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"}
_NO = {
    "http": b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
    "socks5": b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00",
}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65_536):
        writer.write(piece)
        await writer.drain()


@contextlib.asynccontextmanager
async def proxy(
    scheme: Literal["http", "socks5"] = "http", manner: Manner = "works"
) -> AsyncIterator[LoopbackProxy]:
    one = LoopbackProxy(scheme=scheme, manner=manner)
    server = await asyncio.start_server(one.accept, "127.0.0.1", 0)
    one.address = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield one
    finally:
        server.close()
        await server.wait_closed()
        for task in one.serving:
            task.cancel()
        await asyncio.gather(*one.serving, return_exceptions=True)
