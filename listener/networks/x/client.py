"""tweepy's AsyncClient made safe to live with: any address, bounded time and size, one error type.

Measured on tweepy 4.17: the address is fixed in `request`, every call opens a session with five minutes of
timeouts, an error page that is no JSON raises aiohttp's ContentTypeError, `wait_on_rate_limit` sleeps inside the
call or, without a reset header, calls itself in a tight circle. `request` is therefore replaced, as the class
itself invites; parameters and routes stay tweepy's. `return_type=dict` keeps its models away: one null in a post
raises out of them and takes the whole page along.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from tweepy import TweepyException
from tweepy.asynchronous import AsyncClient

from listener.environment import STRAIGHT
from listener.networks.bounded import BoundedJson
from listener.networks.doubt import Doubt
from listener.networks.x.posts import POST_FIELDS, USER_FIELDS
from listener.networks.x.refusals import InvalidRequestError, read_json, refusal, window_left
from listener.ports import Clock, SourceError
from listener.proxies import Proxies

CHUNK: Final = 64 * 1024
PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds: for the whole request, for the connection, between two pieces of the answer."""

    total: float = 30.0
    connect: float = 10.0
    read: float = 10.0


@dataclass(frozen=True, slots=True)
class _Answer:
    """As much of a response as tweepy looks at."""

    value: Mapping[str, Any]

    async def json(self) -> Mapping[str, Any]:
        return self.value


class _Api(AsyncClient):  # type: ignore[misc]  # tweepy publishes no types
    """tweepy's client whose every request goes through our own door."""

    def __init__(self, client: "XClient") -> None:
        super().__init__(return_type=dict)
        self._client = client

    async def request(self, _method: str, route: str, params: Any = None, **_: Any) -> _Answer:
        return _Answer(await self._client.get(route, params or {}))


class XClient:
    """X's API v2 for one bearer token. Every method raises SourceError and nothing else."""

    def __init__(
        self,
        token: str,
        base_url: str,
        clock: Clock,
        timeouts: Timeouts | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        self._token = token
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._proxies = proxies or Proxies("X", STRAIGHT)
        self._session: aiohttp.ClientSession | None = None
        self._shut_until: dict[str, float] = {}  # by the monotonic clock
        self._new_names = False
        self._doubt = Doubt()
        self._api = _Api(self)

    async def search(self, query: str, bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
        """One page of recent search; `bound` is since_id or start_time."""
        return await self._ask(self._api.search_recent_tweets, query, next_token=token, **bound, **_what_is_read())

    async def mentions(self, user: str, bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
        """One page of the posts that mention the account of that number."""
        return await self._ask(
            self._api.get_users_mentions, user, pagination_token=token, **bound, **_what_is_read()
        )

    async def user(self, handle: str) -> Mapping[str, Any]:
        return await self._ask(self._api.get_user, username=handle)

    async def close(self) -> None:
        """Let go of the connections; a later request opens new ones, for the client is shared by sources."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, route: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """One GET below the base address. Raises SourceError."""
        endpoint = "/".join(part for part in route.split("/") if not part.isdecimal())
        self._respect_window(endpoint)
        try:
            with self._doubt.settled(aiohttp.ClientError, OSError, TimeoutError):
                response, body = await self._sent(route, params)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise SourceError(f"X does not answer: {self._safe(error)}", unreachable=True) from None
        self._note_window(endpoint, response)
        if response.status != 200:
            raise self._refused(response, body)
        answer = read_json(body)
        if answer is None:
            raise SourceError(f"X answers 200 with {response.content_type}, not with a JSON object")
        return answer

    async def _sent(self, route: str, params: Mapping[str, Any]) -> tuple[aiohttp.ClientResponse, bytes]:
        async with self._open().get(
            self._base_url + route,
            params=self._renamed(params),
            headers={"Authorization": f"Bearer {self._token}"},
            allow_redirects=False,
            timeout=self._timeout(),
        ) as response:
            return response, await _read(response)

    async def _ask(self, call: Any, *args: Any, **params: Any) -> Mapping[str, Any]:
        given = {name: value for name, value in params.items() if value is not None}
        try:
            try:
                answer: Mapping[str, Any] = await call(*args, **given)
            except InvalidRequestError as error:
                if self._new_names or "tweet.fields" not in error.reason:
                    raise
                self._new_names = True
                answer = await call(*args, **given)
        except TweepyException as error:
            raise SourceError(f"tweepy: {self._safe(error)}") from None
        return answer

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=self._proxies.connector(),
                headers={"User-Agent": self._api.user_agent},
            )
        return self._session

    def _timeout(self) -> aiohttp.ClientTimeout:
        timeouts, at_most = self._timeouts, self._doubt.at_most
        return aiohttp.ClientTimeout(
            total=at_most(timeouts.total), sock_connect=timeouts.connect, sock_read=timeouts.read
        )

    def _renamed(self, params: Mapping[str, Any]) -> dict[str, str]:
        """X's description of July 2026 calls tweets posts; tweepy says tweets, and so does X's prose."""
        renamed = {name: str(value) for name, value in params.items()}
        if self._new_names and "tweet.fields" in renamed:
            renamed["post.fields"] = renamed.pop("tweet.fields").replace("_tweet", "_post")
        return renamed

    def _refused(self, response: aiohttp.ClientResponse, body: bytes) -> SourceError:
        error = refusal(response.status, response.headers, body, self._clock.now())
        error.args = (self._safe(error),)
        return error

    def _respect_window(self, endpoint: str) -> None:
        """Do not knock where X has said that the window is used up, by whichever source it was."""
        left = self._shut_until.get(endpoint, -math.inf) - self._clock.monotonic()
        if left > 0:
            raise SourceError(f"X's window for {endpoint} is used up", retry_after=left, held_back=True)

    def _note_window(self, endpoint: str, response: aiohttp.ClientResponse) -> None:
        left = window_left(response.headers, self._clock.now())
        if left is not None and response.headers.get("x-rate-limit-remaining") == "0":
            self._shut_until[endpoint] = self._clock.monotonic() + left

    def _safe(self, error: Exception) -> str:
        """The error in words, without the token, should a server have sent it back."""
        return (str(error) or type(error).__name__).replace(self._token, "***")[:500]


def _what_is_read() -> dict[str, Any]:
    return {
        "max_results": PAGE_SIZE,
        "expansions": ["author_id"],
        "tweet_fields": list(POST_FIELDS),
        "user_fields": list(USER_FIELDS),
    }


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = BoundedJson("X")
    async for piece in response.content.iter_chunked(CHUNK):
        body.feed(piece)
    return body.whole()
