"""Faults on demand: the next requests to a path get a wrong answer, as real networks give them."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

FaultKind = Literal["html", "status", "json", "hang", "reset", "trickle"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """Answers `times` requests whose path contains `path`, with `method` only those of that one, `after` others.

    html: a 200 (or `status`) with an HTML page; status: an empty body with `status`; json: `body` with `status`;
    hang: no answer for `seconds`, then the real one; reset: the connection is cut; trickle: one byte a second.
    """

    path: str
    kind: FaultKind
    times: int = 1
    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    method: str = ""
    after: int = 0


@dataclass(slots=True)
class Faults:
    """The faults waiting to happen, first match wins; `met` counts those that did."""

    waiting: list[Fault] = field(default_factory=list)
    met: int = 0

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def take(self, path: str, method: str = "") -> Fault | None:
        for fault in self.waiting:
            if fault.path in path and fault.method in ("", method):
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                self.met += 1
                return fault
        return None


def middleware(faults: Faults) -> Middleware:
    """The aiohttp middleware that lets `faults` happen."""

    @web.middleware
    async def meddle(request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = faults.take(request.path, request.method)
        if fault is None:
            return await handler(request)
        if fault.kind == "hang":
            # Taken in first and shielded: it is carried out even when its client has hung up meanwhile.
            await request.read()
            return await asyncio.shield(_late(request, handler, fault.seconds))
        return await _answer(request, fault)

    return meddle


async def _late(request: web.Request, handler: Handler, seconds: float) -> web.StreamResponse:
    await asyncio.sleep(seconds)
    return await handler(request)


async def _answer(request: web.Request, fault: Fault) -> web.StreamResponse:
    match fault.kind:
        case "html":
            page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
            return web.Response(text=page, content_type="text/html", status=fault.status, headers=fault.headers)
        case "json":
            return web.json_response(fault.body, status=fault.status, headers=fault.headers)
        case "reset":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        case "trickle":
            return await _trickle(request, fault.seconds)
        case "status" | "hang":
            return web.Response(status=fault.status, headers=fault.headers)


async def _trickle(request: web.Request, seconds: float) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(max(1, int(seconds))):
        await response.write(b" ")
        await asyncio.sleep(1)
    return response
