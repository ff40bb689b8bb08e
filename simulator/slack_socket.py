"""Slack's Socket Mode: tickets, greetings, envelopes, and their delivery again until they are acknowledged."""

import asyncio
import json
import uuid
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import WSMsgType, web

ACK_WITHIN: Final = 3.0
PRESS_WAITS: Final = 5.0
MAX_CONNECTIONS: Final = 10


@dataclass(slots=True, kw_only=True)
class Envelope:
    """`answer` is what the acknowledgement carried."""

    id: str
    body: dict[str, Any]
    acked: asyncio.Event
    deliveries: int = 0
    answer: dict[str, Any] | None = None


class Socket:
    """The app's connections. An envelope goes to one of them, and again until somebody acknowledges it."""

    def __init__(self) -> None:
        self.ack_within = ACK_WITHIN
        self.connections: list[web.WebSocketResponse] = []
        self.pending: dict[str, Envelope] = {}
        self.acked: list[str] = []
        self._tickets: set[str] = set()

    def ticket(self) -> str:
        """Opens the socket once."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=404)
        self._tickets.discard(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        if len(self.connections) >= MAX_CONNECTIONS:
            await _disconnect(connection, "too_many_websockets")
            return connection
        self.connections.append(connection)
        try:
            await self._greet(connection)
            await self._listen(connection)
        finally:
            self.connections.remove(connection)
        return connection

    async def deliver(
        self, payload: dict[str, Any], *, kind: str = "interactive", answerable: bool = False
    ) -> Envelope:
        """Hand the payload to the app; returns when it is acknowledged, or after PRESS_WAITS seconds.

        `answerable`: the acknowledgement may carry an answer.
        """
        number = str(uuid.uuid4())
        body = {
            "envelope_id": number,
            "type": kind,
            "accepts_response_payload": answerable,
            "payload": payload,
        }
        envelope = Envelope(id=number, body=body, acked=asyncio.Event())
        self.pending[number] = envelope
        deadline = asyncio.get_running_loop().time() + PRESS_WAITS
        while not envelope.acked.is_set() and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await self.send(envelope)
            try:
                await asyncio.wait_for(envelope.acked.wait(), min(self.ack_within, left))
            except TimeoutError:
                continue
        return envelope

    async def send(self, envelope: Envelope) -> None:
        """One delivery, over the newest connection; without any it waits for the next one."""
        if not self.connections:
            return
        body = envelope.body
        if envelope.deliveries:
            body = {**body, "retry_attempt": envelope.deliveries, "retry_reason": "timeout"}
        envelope.deliveries += 1
        try:
            await self.connections[-1].send_str(json.dumps(body))
        except ConnectionError:
            # It comes again with the next connection.
            return

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """End every connection as Slack does when it moves an app to another server."""
        for connection in list(self.connections):
            await _disconnect(connection, reason)

    async def cut(self) -> None:
        """Every connection breaks without a word."""
        for connection in list(self.connections):
            await connection.close()

    async def _greet(self, connection: web.WebSocketResponse) -> None:
        hello = {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": "A01"},
            "debug_info": {"host": "simulated", "approximate_connection_time": 3600},
        }
        await connection.send_str(json.dumps(hello))
        for envelope in list(self.pending.values()):
            await self.send(envelope)

    async def _listen(self, connection: web.WebSocketResponse) -> None:
        async for message in connection:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                said = json.loads(message.data)
                number = str(said.get("envelope_id"))
            except (ValueError, AttributeError):
                continue
            envelope = self.pending.pop(number, None)
            if envelope is not None:
                answer = said.get("payload")
                envelope.answer = answer if isinstance(answer, dict) else None
                self.acked.append(number)
                envelope.acked.set()


async def _disconnect(connection: web.WebSocketResponse, reason: str) -> None:
    body = {"type": "disconnect", "reason": reason, "debug_info": {"host": "simulated"}}
    await connection.send_str(json.dumps(body))
    await connection.close()
