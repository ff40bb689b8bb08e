"""The daemon's web server: /livez for Docker, /readyz for a balancer, /healthz for people, /metrics."""

import errno
import json

from aiohttp import web

from listener.metrics import CONTENT_TYPE, Metrics
from listener.ports import Clock
from listener.web.health import Health, Verdict


class BindError(OSError):
    """The address cannot be listened on; the message, in Russian, names the setting."""

    def __init__(self, host: str, port: int, why: OSError) -> None:
        what = "занят другой программой" if why.errno == errno.EADDRINUSE else f"недоступен ({why.strerror})"
        super().__init__(f"LISTENER_HTTP_BIND: адрес {host}:{port} {what}; выберите другой")


class WebServer:
    """Serves until stopped. It answers from memory only, so that a sick store cannot make it hang."""

    def __init__(self, health: Health, metrics: Metrics, clock: Clock) -> None:
        self._health = health
        self._metrics = metrics
        self._clock = clock
        self._runner: web.AppRunner | None = None
        self.address: tuple[str, int] | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one, `address` then says which. Raises BindError."""
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except BaseException as error:
            await runner.cleanup()
            if isinstance(error, OSError):
                raise BindError(host, port, error) from error
            raise
        self._runner = runner
        self.address = runner.addresses[0][0], runner.addresses[0][1]

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._exposition)
        return app

    async def _livez(self, _: web.Request) -> web.Response:
        """Red when only a new start helps."""
        verdict = self._health.verdict(self._clock.now())
        return _shown(verdict, red=not verdict.alive)

    async def _healthz(self, _: web.Request) -> web.Response:
        """Red when anything is wrong, a dead token too."""
        verdict = self._health.verdict(self._clock.now())
        return _shown(verdict, red=bool(verdict.problems))

    async def _readyz(self, _: web.Request) -> web.Response:
        ready = self._health.ready
        return web.json_response({"status": "ready" if ready else "starting"}, status=200 if ready else 503)

    async def _exposition(self, _: web.Request) -> web.Response:
        self._metrics.problems(len(self._health.verdict(self._clock.now()).problems))
        return web.Response(body=self._metrics.exposition(), headers={"Content-Type": CONTENT_TYPE})


def _shown(verdict: Verdict, *, red: bool) -> web.Response:
    """Russian as it is, for a person who opens it."""
    body = json.dumps(dict(verdict.details), ensure_ascii=False)
    return web.Response(text=body, content_type="application/json", status=503 if red else 200)
