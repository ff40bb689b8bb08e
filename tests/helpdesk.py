"""A small helpdesk on a real socket: it checks every signature, keeps each event once, and fails on demand."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.ports import own_port

SECRET = "whsec_" + base64.b64encode(b"a key of the tests, 32 bytes ok!").decode()
FORMER = "whsec_" + base64.b64encode(b"another key, that was used before").decode()


def sign(secret: str, number: str, timestamp: str, body: bytes) -> str:
    """As the specification says, in other words than the program's."""
    key = base64.b64decode(secret.split("_", 1)[1])
    content = f"{number}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


@dataclass
class Fault:
    """What one request is answered with in place of 200; `wait` seconds go by first, `cut` ends the connection."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait: float = 0.0
    cut: bool = False


@dataclass
class Helpdesk:
    """`events` are the bodies that were taken, each key once; `tries` counts all requests, `keys` in order."""

    secret: str = SECRET
    port: int = field(default_factory=own_port)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    always: Fault | None = None
    refuses: str = ""
    at: list[float] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/otklik"

    async def start(self) -> None:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_post("/otklik", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """It dies; `start` brings it back at the same port."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def told(self, case: int) -> list[dict[str, Any]]:
        return [event["case"] for event in self.events.values() if event.get("case", {}).get("id") == case]

    def latest(self) -> dict[str, Any]:
        """How the case stands by the highest revision."""
        return max((event["case"] for event in self.events.values()), key=lambda case: case["revision"])

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.at.append(time.monotonic())
        key = request.headers["webhook-id"]
        self.keys.append(key)
        wrong = self._wrong(request, body)
        if wrong:
            self.refused.append(wrong)
            return web.json_response({"error": wrong}, status=401)
        if key == self.refuses:
            return web.json_response({"error": "such cases are none of ours"}, status=422)
        fault = self.faults.popleft() if self.faults else self.always
        if fault is not None:
            await asyncio.sleep(fault.wait)
            if fault.cut and request.transport is not None:
                request.transport.abort()
            return web.Response(status=fault.status, headers=fault.headers, body=fault.body)
        self.events.setdefault(key, json.loads(body))
        self.bodies.setdefault(key, body)
        return web.json_response({"ok": True})

    def _wrong(self, request: web.Request, body: bytes) -> str:
        number, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        if number != request.headers["Idempotency-Key"]:
            return "two keys"
        if abs(time.time() - int(timestamp)) > 300:
            return "stale"
        wanted = sign(self.secret, number, timestamp, body)
        given = request.headers["webhook-signature"].split()
        return "" if any(hmac.compare_digest(wanted, each) for each in given) else "bad signature"


@dataclass
class Agent:
    """Asks at the program's port in people's names. `clock` may be wrong."""

    url: str
    secret: str = SECRET
    clock: Callable[[], float] = time.time
    asked: int = 0

    async def order(self, key: str = "", **order: Any) -> tuple[int, dict[str, Any]]:
        """A key of its own where none is given."""
        self.asked += 1
        body = json.dumps(order, ensure_ascii=False).encode()
        return await self.post(key or f"desk-{self.asked}", body)

    async def post(self, key: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
        timestamp = str(int(self.clock()))
        signed = {
            "webhook-id": key,
            "webhook-timestamp": timestamp,
            "webhook-signature": sign(self.secret, key, timestamp, body),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return await self.send(body, signed)

    async def send(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=headers) as answer,
        ):
            text = await answer.text()
            is_json = answer.content_type == "application/json"
            return answer.status, json.loads(text) if is_json else {"text": text}


@asynccontextmanager
async def helpdesk() -> AsyncIterator[Helpdesk]:
    desk = Helpdesk()
    await desk.start()
    try:
        yield desk
    finally:
        await desk.stop()
