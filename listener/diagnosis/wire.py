"""The road to one platform, step by step: name, connection, certificate, proxy, and who answers there."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientError,
    ClientOSError,
    ClientProxyConnectionError,
    ClientSession,
    ClientTimeout,
    ServerDisconnectedError,
)

from listener.diagnosis.line import Line, bad, ok, warn
from listener.diagnosis.look import Look
from listener.environment import Road
from listener.proxies import Proxies

PATIENCE: Final = ClientTimeout(total=15, sock_connect=5)
MAX_BODY: Final = 4 * 1024 * 1024
ROAD: Final = "связь"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer. `body` is the JSON object in it, None when there is none; `server_time` is its `Date`."""

    status: int
    body: Mapping[str, Any] | None
    headers: Mapping[str, str] = field(default_factory=dict)
    server_time: float | None = None


class SilentError(Exception):
    """The platform was not reached, or does not answer what was asked; carries the line that says why."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.says)
        self.line = line


class Wire:
    """Calls to one platform over its own road. Close it. `written` is where its address is set."""

    def __init__(
        self, platform: str, base_url: str, road: Road, look: Look, *, written: str = "…_API_URL"
    ) -> None:
        self.platform = platform
        self._written = written
        self._setting = platform.upper()
        self.look = look
        self._base_url = base_url
        self._road = road
        self._proxies = Proxies(platform, road)
        self._session: ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(
        self,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        values: Mapping[str, object] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        patience: float | None = None,
    ) -> Heard:
        """One request: POST with a form or JSON, else GET. Raises SilentError with the line that says why."""
        limits = PATIENCE if patience is None else ClientTimeout(total=patience, sock_connect=5)
        try:
            if self._session is None:
                self._session = ClientSession(connector=self._proxies.connector())
            method = "GET" if form is None and values is None else "POST"
            async with self._session.request(
                method,
                self._base_url + path,
                data=form,
                json=values,
                params=query,
                headers=headers,
                timeout=limits,
                allow_redirects=False,
            ) as response:
                heard = Heard(
                    status=response.status,
                    body=_json(await response.content.read(MAX_BODY)),
                    headers=dict(response.headers),
                    server_time=_date(response.headers.get("Date")),
                )
        except (ClientError, OSError, TimeoutError) as error:
            raise SilentError(self._silent(error)) from None
        if heard.server_time is not None:
            self.look.clocks.append(heard.server_time - self.look.now())
        if heard.body is None:
            raise SilentError(self._stranger(heard))
        return heard

    async def road(self) -> list[Line]:
        """The way there, before any token: straight, or each proxy by itself."""
        if not self._road.proxies:
            return [await self._straight()]
        lines = [line for line in [await self._one_proxy(address) for address in self._road.proxies] if line]
        if len(lines) == len(self._road.proxies):
            return [bad(ROAD, "ни один прокси не работает: " + "; ".join(line.says for line in lines), _NEW_PROXY)]
        return [*lines, ok(ROAD, f"{self._host()}: через прокси {self._proxies.in_use}")]

    async def _straight(self) -> Line:
        began = monotonic()
        parts = urlsplit(self._base_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            async with asyncio.timeout(PATIENCE.sock_connect):
                _, writer = await asyncio.open_connection(
                    parts.hostname, port, ssl=self._tls() if parts.scheme == "https" else None
                )
        except (OSError, TimeoutError) as error:
            return self._silent(error)
        writer.close()
        return ok(ROAD, f"{self._host()}: {(monotonic() - began) * 1000:.0f} мс, напрямую")

    async def _one_proxy(self, address: str) -> Line | None:
        """What is wrong with this proxy; None when it gets through."""
        alone = Proxies(self.platform, Road(proxies=(address,), certificates=self._road.certificates))
        try:
            async with (
                ClientSession(connector=alone.connector(), timeout=PATIENCE) as session,
                session.get(self._base_url, allow_redirects=False) as response,
            ):
                await response.content.read(1)
        except (ClientConnectorCertificateError, ssl.SSLCertVerificationError):
            return self._certificate()
        except (ClientError, OSError, TimeoutError):
            reason = next(iter(alone.failures.values()), "не отвечает")
            shown = next(iter(alone.failures), self.platform)
            return warn(ROAD, f"прокси {shown} не работает ({reason[:120]})", _NEW_PROXY)
        self._proxies.worked(address)
        return None

    def _tls(self) -> ssl.SSLContext:
        return self._proxies.tls() or ssl.create_default_context()

    def _silent(self, error: BaseException) -> Line:
        """Why nothing was heard. A block shows as a connection that hangs or is cut."""
        host, proxies = self._host(), f"LISTENER_PROXIES_{self._setting}"
        if isinstance(error, (ClientConnectorCertificateError, ssl.SSLCertVerificationError)):
            return self._certificate()
        if isinstance(error, ClientProxyConnectionError):
            return bad(ROAD, "ни один прокси не пропускает", _NEW_PROXY)
        if isinstance(error, (socket.gaierror, ClientConnectorDNSError)):
            return bad(
                ROAD, f"имя {host} не находится", f"проверьте интернет и DNS сервера; если они целы — {proxies}"
            )
        if isinstance(error, ConnectionRefusedError) or isinstance(error.__cause__, ConnectionRefusedError):
            return bad(
                ROAD, f"{host} не принимает соединений", f"проверьте адрес ({self._written}) и межсетевой экран"
            )
        if isinstance(error, _CUT):
            cut = "молчит" if isinstance(error, TimeoutError) else "обрывает соединение"
            return bad(ROAD, f"{host} {cut}: похоже, заблокировано здесь", f"нужен прокси: {proxies}")
        return bad(ROAD, f"{host}: нет связи ({type(error).__name__})", f"попробуйте прокси: {proxies}")

    def _stranger(self, heard: Heard) -> Line:
        says = f"отвечает не {self.platform}, а чья-то страница (HTTP {heard.status}): похоже, заблокировано здесь"
        return bad(
            ROAD, says, f"нужен прокси: LISTENER_PROXIES_{self._setting}; свой адрес — проверьте {self._written}"
        )

    def _certificate(self) -> Line:
        remedy = f"если сертификат ваш, назовите его файл в LISTENER_CA_{self._setting}; если нет, это перехват"
        return bad(ROAD, f"{self._host()}: сертификату не доверяем", remedy)

    def _host(self) -> str:
        return urlsplit(self._base_url).hostname or self._base_url


async def along(wire: Wire, beyond: AsyncIterator[Line]) -> AsyncIterator[Line]:
    """The road's lines, then those beyond it unless the road is cut; an answer that never came ends them."""
    try:
        road = await wire.road()
        for line in road:
            yield line
        if all(line.state != "bad" for line in road):
            async for line in beyond:
                yield line
    except SilentError as error:
        yield error.line
    finally:
        await wire.close()


_CUT: Final = (ClientOSError, ServerDisconnectedError, ssl.SSLError, ConnectionResetError, TimeoutError)
"""What a block looks like from inside: the name is found, the connection hangs or is cut."""
_NEW_PROXY: Final = "проверьте адрес, имя и пароль прокси или назовите другой; их может быть несколько, по порядку"


def _json(body: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _date(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
