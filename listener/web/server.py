"""The daemon's web server: /livez for Docker, /readyz for a balancer, /healthz for people, /metrics, /hooks.

Names of brands, sources and chats are for those who show the token; without one set, for this machine alone.
"""

import hmac
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from alerts.ports import Response
from listener.metrics import CONTENT_TYPE, Metrics
from listener.redaction import Redactor, one_line
from listener.refusals import refusal
from listener.web.door import open_door
from listener.web.health import Verdict

FORWARDED: Final = (hdrs.FORWARDED, hdrs.X_FORWARDED_FOR, "X-Real-IP")
"""Headers of a proxy: behind one, everybody comes from this machine."""


class BindError(OSError):
    """The address cannot be listened on; the message, in Russian, names the setting."""

    def __init__(self, host: str, port: int, why: OSError) -> None:
        super().__init__(f"LISTENER_HTTP_BIND: адрес {host}:{port}: {refusal(why)}; выберите другой")


MOST_BODY: Final = 64 * 1024
"""Bytes of what is asked at /hooks: the longest order is a third of it."""


Asked = Callable[[str, Mapping[str, str], bytes], Awaitable[Response | None]]
"""What takes requests at /hooks/NAME, by name, headers and body; None where nothing has that name."""


async def _nothing(_name: str, _headers: Mapping[str, str], _body: bytes) -> Response | None:
    return None


class Watched(Protocol):
    """What is known of the daemon."""

    @property
    def metrics(self) -> Metrics: ...

    @property
    def ready(self) -> bool: ...

    def verdict(self) -> Verdict: ...


class WebServer:
    """Serves until stopped. It answers from memory only, so that a sick store cannot make it hang; what is asked
    at /hooks waits for the store, each request for itself and for as long as the door leaves it.

    `token` is what strangers must show to read names; `redacted` takes secrets out of what networks wrote; `asked`
    is who answers at /hooks.
    """

    def __init__(
        self,
        watched: Watched,
        token: str | None = None,
        redacted: Redactor | None = None,
        asked: Asked = _nothing,
    ) -> None:
        self._watched = watched
        self._asked = asked
        self._token = token
        self._redacted = redacted or Redactor()
        self._runner: web.AppRunner | None = None
        self.address: tuple[str, int] | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one, `address` then says which. Raises BindError."""
        runner = web.AppRunner(
            self._app(),
            access_log=None,
            logger=_own_faults_alone(),
            auto_decompress=False,  # a signature is over the bytes as they came
            shutdown_timeout=1.0,
            keepalive_timeout=0,
        )
        await runner.setup()
        try:
            self._door = await open_door(runner, host, port)
        except BaseException as error:
            await runner.cleanup()
            if isinstance(error, OSError):
                raise BindError(host, port, error) from error
            raise
        self._runner = runner
        self.address = self._door.address

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            self._door.close()
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=MOST_BODY)
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._exposition)
        app.router.add_post("/hooks/{name}", self._hook)
        return app

    async def _livez(self, request: web.Request) -> web.Response:
        """Red when only a new start helps."""
        verdict = self._watched.verdict()
        return self._shown(request, verdict, red=not verdict.alive)

    async def _healthz(self, request: web.Request) -> web.Response:
        """Red when anything is wrong, a dead token too."""
        verdict = self._watched.verdict()
        return self._shown(request, verdict, red=bool(verdict.problems))

    async def _readyz(self, _: web.Request) -> web.Response:
        ready = self._watched.ready
        return web.json_response({"status": "ready" if ready else "starting"}, status=200 if ready else 503)

    async def _exposition(self, request: web.Request) -> web.Response:
        metrics = self._watched.metrics
        metrics.problems(len(self._watched.verdict().problems))
        body = metrics.exposition(names=self._may_read_names(request))
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    async def _hook(self, request: web.Request) -> web.Response:
        """Who asks proves it by a signature over the bytes of the body."""
        try:
            body = await request.read()
        except (RequestPayloadError, ConnectionError):  # nonsense, or a client that left or was sent away
            raise web.HTTPBadRequest from None
        answer = await self._asked(request.match_info["name"], request.headers, body)
        if answer is None:
            raise web.HTTPNotFound
        text = json.dumps(answer.body, ensure_ascii=False)
        headers = {hdrs.RETRY_AFTER: str(after)} if (after := answer.body.get("retry_after")) else {}
        return web.Response(text=text, content_type="application/json", status=answer.status, headers=headers)

    def _shown(self, request: web.Request, verdict: Verdict, *, red: bool) -> web.Response:
        """Russian as it is, for a person who opens it."""
        details = verdict.details if self._may_read_names(request) else verdict.nameless
        body = self._redacted(json.dumps(_in_lines(details), ensure_ascii=False))
        return web.Response(text=body, content_type="application/json", status=503 if red else 200)

    def _may_read_names(self, request: web.Request) -> bool:
        shown = request.headers.get(hdrs.AUTHORIZATION, "")
        if self._token is not None:
            return hmac.compare_digest(shown.encode(errors="surrogateescape"), f"Bearer {self._token}".encode())
        return _is_near(request.remote) and not any(name in request.headers for name in FORWARDED)


def _own_faults_alone() -> logging.Logger:
    """Of aiohttp's words none about requests that are no HTTP: any stranger could fill the log with those."""
    logger = logging.getLogger("listener.web.requests")
    logger.addFilter(_is_own_fault)
    return logger


def _is_own_fault(record: logging.LogRecord) -> bool:
    fault = record.exc_info[1] if record.exc_info else None
    return not isinstance(fault, HttpProcessingError | RequestPayloadError)


def _is_near(remote: str | None) -> bool:
    try:
        return ipaddress.ip_address((remote or "").partition("%")[0]).is_loopback
    except ValueError:
        return False


def _in_lines(value: Any) -> Any:
    """The same with every text in one line: errors are in a network's own words."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, dict):
        return {one_line(key): _in_lines(inner) for key, inner in value.items()}
    return [_in_lines(inner) for inner in value] if isinstance(value, list) else value
