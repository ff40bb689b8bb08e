"""The road under vk_api: another base address, a time-out on everything and a bound on what is read."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from listener.networks.bounded import BODY, WIRE, BoundedJson
from listener.networks.doubt import Doubt
from listener.proxies import Proxies

VK_API_PREFIX: Final = "https://api.vk.ru/method/"
"""Where vk_api 11.10.1 sends every call; it cannot be told otherwise, so the adapter is mounted over it."""
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_CHUNK: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds to connect, between two reads and for a whole call; bytes of a body; seconds a long poll waits.

    `body` bounds what is kept of an answer, `wire` what is read of it: a monstrous text is read and thrown away,
    so that it costs only its own post.
    """

    connect: float = 5.0
    read: float = 10.0
    total: float = 40.0
    body: int = BODY
    wire: int = WIRE
    wait: int = 25
    grace: float = 10.0
    """Seconds beyond `wait` after which a silent long poll counts as half-open."""


class BaseUrlAdapter(HTTPAdapter):
    """Sends what was meant for VK to `base`, and reads the answer itself so that no answer is endless."""

    def __init__(self, base: str, limits: Limits, proxies: Proxies) -> None:
        self._context = proxies.tls()
        super().__init__()
        self._base = base
        self._limits = limits
        self._proxies = proxies
        self._doubt = Doubt()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - requests' own
        super().init_poolmanager(connections, maxsize, block, **kwargs, **self._trusting())

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **kwargs, **self._trusting())

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        if request.url and request.url.startswith(VK_API_PREFIX):
            request.url = self._base + request.url.removeprefix(VK_API_PREFIX)
        limits, at_most = self._limits, self._doubt.at_most
        deadline = time.monotonic() + at_most(limits.total)
        options |= {"stream": True, "timeout": (at_most(limits.connect), at_most(limits.read))}
        with self._doubt.settled(requests.RequestException, HTTPError, OSError):
            response = self._sent(request, options)
            try:
                body = read_bounded(response.raw.read1, limits, lambda: time.monotonic() > deadline)
            except BaseException:
                response.close()
                raise
        response.raw.release_conn()
        # What requests itself sets after reading: nobody reads the socket again.
        response._content = body  # noqa: SLF001
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
        return response

    def _trusting(self) -> dict[str, Any]:
        return {} if self._context is None else {"ssl_context": self._context}

    def _sent(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        """Through the first proxy that gets there; straight where there is none."""
        order = self._proxies.order(time.monotonic())
        for place, address in enumerate(order):
            began = time.monotonic()
            road = address.replace("socks5://", "socks5h://")  # names are looked up at the far end
            try:
                response = super().send(request, **options | {"proxies": {"http": road, "https": road}})
            except requests.RequestException as error:
                if not _is_the_proxys(error, time.monotonic() - began, self._limits):
                    raise
                self._proxies.failed(address, type(error).__name__, time.monotonic())
                if place + 1 == len(order):
                    raise
            else:
                self._proxies.worked(address)
                return response
        return super().send(request, **options)


def _is_the_proxys(error: requests.RequestException, took: float, limits: Limits) -> bool:
    """Whether the request did not get through the proxy; what VK itself was too slow for is no fault of it.

    urllib3 calls a proxy that stalls a read time-out, only it comes after the time to connect.
    """
    if isinstance(error, requests.exceptions.SSLError):
        return False
    if isinstance(error, requests.exceptions.ReadTimeout):
        return took < limits.read
    return isinstance(error, requests.exceptions.ConnectionError)


def read_bounded(read: Callable[..., bytes], limits: Limits, late: Callable[[], bool]) -> bytes:
    """All that `read` gives, within limits. A server that trickles keeps every read short: hence `late`."""
    body = BoundedJson("VK", limits.body, limits.wire)
    while piece := read(_CHUNK, decode_content=True):
        body.feed(piece)
        if late():
            # A large answer will be as large the next time, a slow one may not.
            raise body.too_large() if body.is_large else requests.exceptions.ReadTimeout("the answer trickles")
    return body.whole()


def open_session(base: str, limits: Limits, proxies: Proxies) -> requests.Session:
    """A session whose calls to VK go to `base`. Redirects are refused: they would carry the token elsewhere."""
    session = requests.Session()
    session.max_redirects = 0
    session.trust_env = False  # no proxy of the environment: every platform has its own
    session.mount("https://", BaseUrlAdapter(base, limits, proxies))
    return session


def is_loopback(address: str) -> bool:
    return urlsplit(address).hostname in LOOPBACK
