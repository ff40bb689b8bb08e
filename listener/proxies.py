"""Proxies of one platform, tried in order: one that fails is passed over for a while, and tried again."""

import asyncio
import logging
import ssl as ssl_module
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientProxyConnectionError,
    TCPConnector,
)
from aiohttp_socks import ProxyConnector
from python_socks import ProxyError, parse_proxy_url

from listener.environment import Road

log = logging.getLogger(__name__)

EACH: Final = 3.0
"""Seconds for one proxy to reach the platform; the next is tried after them."""
REST: Final = 60.0
"""Seconds that a proxy which failed is passed over, as long as another one works."""

_FAILED: Final = (ProxyError, OSError)
"""Everything that python-socks raises; its refusals by time and by connection are OSErrors."""


class Proxies:
    """The proxies of a platform, shared by its connections; `in_use` is the one that works, password left out."""

    def __init__(self, platform: str, road: Road) -> None:
        self.platform = platform
        self._addresses = road.proxies
        self._certificates = road.certificates
        self._news = road.news
        self._resting: dict[str, float] = {}
        self.in_use: str | None = None
        self.failures: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._addresses)

    def connector(self) -> TCPConnector:
        """A connector for one session: straight when there is no proxy. Call it in the running loop."""
        context = self.tls()
        extra: dict[str, Any] = {} if context is None else {"ssl": context}
        return _Connector(self, **extra) if self._addresses else TCPConnector(**extra)

    def tls(self) -> ssl_module.SSLContext | None:
        """The system's authorities and the platform's own; None when the system's will do. Raises OSError."""
        if self._certificates is None:
            return None
        context = ssl_module.create_default_context()
        context.load_verify_locations(cafile=self._certificates)
        return context

    def order(self, now: float) -> tuple[str, ...]:
        """The proxies to try: those not resting first, then the others, for all may have failed by chance."""
        return tuple(sorted(self._addresses, key=lambda address: self._resting.get(address, now) > now))

    def worked(self, address: str) -> None:
        self._resting.pop(address, None)
        known = self.in_use == shown(address) and shown(address) not in self.failures
        self.failures.pop(shown(address), None)
        if self.in_use != shown(address):
            log.info("%s goes by the proxy %s", self.platform, shown(address))
        self.in_use = shown(address)
        if not known:
            self._tell()

    def failed(self, address: str, reason: str, now: float) -> None:
        self._resting[address] = now + REST
        if shown(address) not in self.failures:
            log.warning("%s: the proxy %s fails: %s", self.platform, shown(address), reason)
        self.failures[shown(address)] = reason
        if self.in_use == shown(address):
            self.in_use = None
        self._tell()

    def _tell(self) -> None:
        if self._news is not None:
            self._news(self.in_use, dict(self.failures))


def shown(address: str) -> str:
    """A proxy's address without name and password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}:{parts.port}"


class _Connector(ProxyConnector):
    """aiohttp-socks' connector over the first proxy that gets through.

    When none does, nothing was sent: the error is the one that aiohttp raises for a proxy that cannot be reached.
    """

    def __init__(self, proxies: Proxies, **kwargs: Any) -> None:
        super().__init__("", 0, **kwargs)
        self._proxies = proxies

    async def _wrap_create_connection(self, *args: Any, req: Any, **kwargs: Any) -> Any:
        try:
            return await super()._wrap_create_connection(*args, req=req, **kwargs)
        except ssl_module.SSLCertVerificationError as error:
            raise ClientConnectorCertificateError(req.connection_key, error) from error
        except ssl_module.SSLError as error:
            raise ClientConnectorSSLError(req.connection_key, error) from error
        except ClientConnectorError:
            raise
        except _FAILED as error:
            raise ClientProxyConnectionError(req.connection_key, OSError(str(error))) from error

    async def _connect_via_proxy(
        self,
        host: str,
        port: int,
        ssl: ssl_module.SSLContext | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the same
    ) -> Any:
        loop = asyncio.get_running_loop()
        each = min(EACH, timeout or EACH)
        reasons = []
        for address in self._proxies.order(loop.time()):
            # Read before the first wait below: connections that are opened side by side do not mix.
            self._proxy_type, self._proxy_host, self._proxy_port, self._proxy_username, self._proxy_password = (
                parse_proxy_url(address.replace("socks5h://", "socks5://"))
            )
            try:
                connection = await super()._connect_via_proxy(host, port, ssl, each)
            except ssl_module.SSLCertVerificationError:
                raise  # the platform was reached and is not whom it says it is: no other proxy mends that
            except _FAILED as error:
                reason = str(error) or type(error).__name__
                reasons.append(f"{shown(address)}: {reason}")
                self._proxies.failed(address, reason, loop.time())
            else:
                self._proxies.worked(address)
                return connection
        raise OSError("; ".join(reasons))
