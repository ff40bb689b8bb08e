"""tweepy's AsyncClient made safe to live with: any address, bounded time and size, one error type.

Measured on tweepy 4.17: the address is fixed in `request`, every call opens a session with five minutes of
timeouts, an error page that is no JSON raises aiohttp's ContentTypeError, `wait_on_rate_limit` sleeps inside the
call or, without a reset header, calls itself in a tight circle. `request` is therefore replaced, as the class
itself invites; parameters and routes stay tweepy's. `return_type=dict` keeps its models away: one null in a post
raises out of them and takes the whole page along.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp
from tweepy import TweepyException
from tweepy.asynchronous import AsyncClient

from listener.environment import STRAIGHT
from listener.networks.bounded import BoundedJson
from listener.networks.doubt import Doubt
from listener.networks.status import seconds
from listener.networks.x.credentials import Credentials
from listener.networks.x.posts import POST_FIELDS, USER_FIELDS
from listener.networks.x.refusals import InvalidRequestError, read_json, refusal, window_left
from listener.ports import Clock, SourceError
from listener.proxies import Proxies

CHUNK: Final = 64 * 1024
PAGE_SIZE: Final = 100
REMAINING: Final = "x-rate-limit-remaining"
MOST_REQUESTS: Final = 1_000_000
"""Of a quarter of an hour: more makes no difference."""
DIRECT_FIELDS: Final = ("id", "text", "sender_id", "created_at", "dm_conversation_id", "attachments", "entities")


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

    async def request(self, method: str, route: str, params: Any = None, json: Any = None, **_: Any) -> _Answer:
        return _Answer(await self._client.request(method, route, params or {}, json))


class XClient:
    """X's API v2 in one name, an app's or an account's. Every method raises SourceError and nothing else."""

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        clock: Clock,
        timeouts: Timeouts | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        self._credentials = credentials
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._proxies = proxies or Proxies("X", STRAIGHT)
        self._doubt = Doubt()
        self._session: aiohttp.ClientSession | None = None
        self._shut_until: dict[str, float] = {}  # by the monotonic clock
        self._limits: dict[str, int] = {}
        self._left: dict[str, tuple[int, float]] = {}  # requests, and until when by the monotonic clock
        self._new_names = False
        self._api = _Api(self)

    async def search(self, query: str, bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
        """One page of recent search; `bound` is since_id or start_time."""
        return await self._ask(self._api.search_recent_tweets, query, next_token=token, **bound, **_what_is_read())

    async def mentions(self, user: str, bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
        """One page of the posts that mention the account of that number."""
        return await self._ask(
            self._api.get_users_mentions, user, pagination_token=token, **bound, **_what_is_read()
        )

    async def own_posts(self, user: str, bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
        """One page of what an account has posted, as a source reads it."""
        return await self._ask(
            self._api.get_users_tweets,
            user,
            exclude=["retweets"],
            pagination_token=token,
            **bound,
            **_what_is_read(),
        )

    def can_spare_search(self) -> bool:
        """Whether half of the window's searches are left, as far as X has said."""
        return self._can_spare("GET /tweets/search/recent")

    def can_spare_mentions(self) -> bool:
        """The same of accounts' mentions."""
        return self._can_spare("GET /users/mentions")

    async def user(self, handle: str) -> Mapping[str, Any]:
        return await self._ask(self._api.get_user, username=handle)

    async def me(self) -> Mapping[str, Any]:
        """The account in whose name is asked."""
        return await self._ask(self._api.get_me)

    async def person(self, number: str) -> Mapping[str, Any]:
        """A user, with whether he takes the account's messages."""
        return await self._ask(self._api.get_user, id=number, user_fields=["receives_your_dm"], user_auth=True)

    async def posts(self, numbers: Sequence[str]) -> Mapping[str, Any]:
        return await self._ask(self._api.get_tweets, list(numbers))

    async def timeline(self, user: str, since: datetime, token: str | None = None) -> Mapping[str, Any]:
        """One page of an account's own posts, newest first."""
        asked = {"max_results": PAGE_SIZE, "tweet_fields": ["created_at", "referenced_tweets", "author_id"]}
        return await self._ask(
            self._api.get_users_tweets, user, start_time=since, pagination_token=token, user_auth=True, **asked
        )

    async def create_post(self, text: str, answers: str, link: str | None) -> Mapping[str, Any]:
        """An answer to the post of that number; `link` becomes a button under it that leads into private."""
        return await self._ask(
            self._api.create_tweet, text=text, in_reply_to_tweet_id=answers, direct_message_deep_link=link
        )

    async def delete_post(self, number: str) -> Mapping[str, Any]:
        return await self._ask(self._api.delete_tweet, number)

    async def create_message(self, person: str, text: str) -> Mapping[str, Any]:
        return await self._ask(self._api.create_direct_message, participant_id=person, text=text)

    async def messages(
        self, *, person: str | None = None, token: str | None = None, size: int = PAGE_SIZE
    ) -> Mapping[str, Any]:
        """One page of the account's private messages, newest first; of one talk where `person` is named."""
        return await self._ask(
            self._api.get_direct_message_events,
            participant_id=person,
            pagination_token=token,
            event_types="MessageCreate",
            max_results=size,
            expansions=["sender_id"],
            dm_event_fields=list(DIRECT_FIELDS),
            user_fields=["name", "username"],
        )

    def looks_for_messages(self) -> int | None:
        """How many pages of messages X gives in a quarter of an hour, by its own word."""
        return self._limits.get("GET /dm_events")

    async def message(self, number: str) -> Mapping[str, Any]:
        """One private message; tweepy has no method for it."""
        return await self.request("GET", f"/2/dm_events/{number}", {})

    async def close(self) -> None:
        """Let go of the connections; a later request opens new ones, for the client is shared by sources."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def request(
        self, method: str, route: str, params: Mapping[str, Any], body: Any = None
    ) -> Mapping[str, Any]:
        """One request below the base address. Raises SourceError."""
        endpoint = f"{method} {'/'.join(part for part in route.split('/') if not part.isdecimal())}"
        self._respect_window(endpoint)
        url = self._base_url + route
        if params:
            # Quoted by the rules of OAuth 1.0a, which signs the address as it is sent.
            url += "?" + urlencode(sorted(self._renamed(params).items()), quote_via=quote, safe="-._~")
        try:
            with self._doubt.settled(aiohttp.ClientError, OSError, TimeoutError):
                response, answer = await self._sent(method, url, body)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            sent = not isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
            words = f"X does not answer: {self._safe(error)}"
            raise SourceError(words, unreachable=True, maybe_done=sent) from None
        self._note_window(endpoint, response)
        if not 200 <= response.status < 300:
            raise self._refused(response, answer)
        value = read_json(answer)
        if value is None:
            words = f"X answers {response.status} with {response.content_type}, not with a JSON object"
            raise SourceError(words, maybe_done=True)
        return value

    async def _sent(self, method: str, url: str, body: Any) -> tuple[aiohttp.ClientResponse, bytes]:
        headers = await self._credentials.headers(method, url)
        async with self._open().request(
            method, url, json=body, headers=headers, allow_redirects=False, timeout=self._timeout(method)
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

    def _timeout(self, method: str) -> aiohttp.ClientTimeout:
        """Whoever writes is patient: an answer that is not waited for leaves open what became of it."""
        timeouts = self._timeouts
        total = self._doubt.at_most(timeouts.total) if method == "GET" else timeouts.total
        return aiohttp.ClientTimeout(total=total, sock_connect=timeouts.connect, sock_read=timeouts.read)

    def _renamed(self, params: Mapping[str, Any]) -> dict[str, str]:
        """X's description of July 2026 calls tweets posts; tweepy says tweets, and so does X's prose."""
        renamed = {name: str(value) for name, value in params.items()}
        if self._new_names and "tweet.fields" in renamed:
            renamed["post.fields"] = renamed.pop("tweet.fields").replace("_tweet", "_post")
        return renamed

    def _refused(self, response: aiohttp.ClientResponse, body: bytes) -> SourceError:
        error = refusal(response.status, response.headers, body, self._clock.now(), self._credentials.setting)
        error.args = (self._safe(error),)
        return error

    def _respect_window(self, endpoint: str) -> None:
        """Do not knock where X has said that the window is used up, by whichever source it was."""
        left = self._shut_until.get(endpoint, -math.inf) - self._clock.monotonic()
        if left > 0:
            raise SourceError(f"X's window for {endpoint} is used up", retry_after=left, held_back=True)

    def _can_spare(self, endpoint: str) -> bool:
        left, until = self._left.get(endpoint, (0, -math.inf))
        return self._clock.monotonic() >= until or 2 * left >= self._limits.get(endpoint, 0)

    def _note_window(self, endpoint: str, response: aiohttp.ClientResponse) -> None:
        limit = _count(response.headers.get("x-rate-limit-limit"))
        if limit:
            self._limits[endpoint] = limit
        left, remaining = window_left(response.headers, self._clock.now()), _count(response.headers.get(REMAINING))
        if left is None or remaining is None:
            return
        until = self._clock.monotonic() + left
        self._left[endpoint] = remaining, until
        if remaining == 0:
            self._shut_until[endpoint] = until

    def _safe(self, error: Exception) -> str:
        """The error in words, without the keys, should a server have sent them back."""
        words = str(error) or type(error).__name__
        for secret in self._credentials.secrets:
            words = words.replace(secret, "***")
        return words[:500]


def _count(text: str | None) -> int | None:
    """A number of requests in a header, bounded; None for what is no such number."""
    number = seconds(text, MOST_REQUESTS)
    return None if number is None else int(number)


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
