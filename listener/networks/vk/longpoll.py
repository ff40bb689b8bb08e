"""One look at a Bots Long Poll server, told apart into its five possible answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

import aiohttp

from listener.environment import STRAIGHT
from listener.networks.bounded import AnswerTooLargeError, BoundedJson
from listener.networks.doubt import Doubt
from listener.networks.status import retry_after
from listener.networks.vk.transport import Limits, is_loopback
from listener.ports import SourceError
from listener.proxies import Proxies

_READ: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where to look; `key` is a secret of an hour or so."""

    url: str
    key: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the server said.

    events: `updates` up to `ts`. expired: a new key is needed, `ts` holds. outdated: some history is gone, go on
    from `ts`. lost: a new key and a new ts are needed.
    """

    state: Literal["events", "expired", "outdated", "lost"]
    ts: str | None = None
    updates: tuple[Any, ...] = ()


class LongPoll:
    """The plain GET of the long poll on aiohttp, where a hanging one can be cancelled at once.

    vk_api's own VkBotLongPoll moves its ts before the events are read, swallows gaps, and blocks a thread.
    """

    def __init__(self, limits: Limits, proxies: Proxies | None = None) -> None:
        self._limits = limits
        self._proxies = proxies or Proxies("VK", STRAIGHT)
        self._session: aiohttp.ClientSession | None = None
        self._doubt = Doubt()

    async def look(self, server: Server, ts: str) -> Look:
        """Wait for events after `ts`. Raises SourceError."""
        usual = self._limits.wait + self._limits.grace
        total = self._doubt.at_most(usual)
        # No answer for longer than the wait means silence, so a network in doubt is asked to wait less.
        wait = self._limits.wait if total == usual else min(self._limits.wait, int(total / 2))
        query = {"act": "a_check", "key": server.key, "ts": ts, "wait": str(wait)}
        try:
            with self._doubt.settled(aiohttp.ClientError, OSError, TimeoutError):
                body = await self._get(server.url, query, total)
        except AnswerTooLargeError:
            # It would be as large the next time: go on after it, as if VK had lost it.
            return Look(state="lost")
        except (aiohttp.ClientError, OSError, RuntimeError, TimeoutError, ValueError) as error:
            # RuntimeError is what a closed session raises; SourceError is none of these.
            raise SourceError(f"VK long poll: нет связи ({type(error).__name__})", unreachable=True) from None
        try:
            return read_look(json.loads(body))
        except (ValueError, RecursionError) as error:
            raise SourceError(f"VK long poll: ответ непонятен ({type(error).__name__})") from None

    async def close(self) -> None:
        """Abort the look under way, which then raises SourceError."""
        if self._session is not None:
            await self._session.close()

    async def _get(self, url: str, query: Mapping[str, str], total: float) -> bytes:
        # No answer at all for longer than the wait means that the connection is dead, only nobody said so.
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=self._limits.connect)
        async with self._opened().get(url, params=query, timeout=timeout, allow_redirects=False) as response:
            if response.status != HTTPStatus.OK:
                raise SourceError(
                    f"VK long poll: HTTP {response.status}",
                    retry_after=retry_after(response.headers),
                    held_back=response.status == HTTPStatus.TOO_MANY_REQUESTS,
                    unreachable=response.status >= HTTPStatus.INTERNAL_SERVER_ERROR,
                )
            body = BoundedJson("VK", self._limits.body, self._limits.wire)
            async for piece in response.content.iter_chunked(_READ):
                body.feed(piece)
            return body.whole()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=self._proxies.connector())
        return self._session


def read_server(answer: object) -> Server:
    """The answer of groups.getLongPollServer. Raises SourceError, also for an address that is not encrypted."""
    if not isinstance(answer, Mapping):
        raise SourceError("VK groups.getLongPollServer: ответ непонятен")
    url, key, ts = answer.get("server"), answer.get("key"), _ts(answer.get("ts"))
    if not isinstance(url, str) or not isinstance(key, str) or ts is None:
        raise SourceError("VK groups.getLongPollServer: нет server, key или ts")
    if "://" not in url:
        url = f"https://{url}"
    if not url.startswith("https://") and not is_loopback(url):
        raise SourceError("VK groups.getLongPollServer: адрес без шифрования", permanent=True)
    return Server(url=url, key=key, ts=ts)


def read_look(answer: object) -> Look:
    """Raises SourceError for what is none of the documented answers."""
    if not isinstance(answer, Mapping):
        raise SourceError("VK long poll: ответ непонятен")
    ts, updates = _ts(answer.get("ts")), answer.get("updates")
    match answer.get("failed"):
        case None if ts is not None and isinstance(updates, list):
            return Look(state="events", ts=ts, updates=tuple(updates))
        case 1 if ts is not None:
            return Look(state="outdated", ts=ts)
        case 2:
            return Look(state="expired")
        case 1 | 3:
            return Look(state="lost")
        case other:
            raise SourceError(f"VK long poll: ответ непонятен (failed {str(other)[:20]})")


def _ts(value: object) -> str | None:
    """A ts is text in ordinary answers and a number in those of failure 1."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value) or None
