"""One bot's calls to the Bot API: JSON there and back, every failure as a TelegramError without the token."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from aiohttp import (
    BaseConnector,
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
)

from alerts.notifiers.answers import as_object, number_of, object_of, read_bounded
from alerts.retry_after import OF_A_FAILED, asked_wait

Connect = Callable[[], BaseConnector]
"""Called in the running loop, once for each session."""

CONNECT_SECONDS: Final = 5.0
TOO_MANY: Final = 429
LONGEST_NUMBER: Final = 400
"""Digits."""
LONGEST_WAIT: Final = 3_600
"""Seconds that Telegram may ask for; after them one try finds out."""

_NOT_SENT: Final = (ClientConnectorError, ConnectionTimeoutError, ClientHttpProxyError, InvalidURL)


class TelegramError(Exception):
    """A call without a result.

    `code` and `description` are Telegram's own; without a `code` no Telegram was heard.
    `sent` is False when the request certainly went nowhere.
    """

    def __init__(
        self,
        description: str,
        *,
        code: int | None = None,
        retry_after: float | None = None,
        migrate_to_chat_id: int | None = None,
        sent: bool = True,
    ) -> None:
        super().__init__(description)
        self.description = description
        self.code = code
        self.retry_after = retry_after
        self.migrate_to_chat_id = migrate_to_chat_id
        self.sent = sent


class TelegramApi:
    """The Bot API at `base_url`; a path in it is kept, any token is taken.

    `connector` makes the road there, through proxies where they are needed.
    """

    def __init__(
        self, base_url: str, token: str, *, connector: Connect | None = None, timeout: float = 10.0
    ) -> None:
        self._address = f"{base_url.rstrip('/')}/bot{quote(token, safe=':')}/"
        self._token = token
        self._connector = connector
        self._timeout = timeout
        self._session: ClientSession | None = None

    async def call(self, method: str, *, patience: float | None = None, **params: object) -> Any:
        """The `result` of a method; parameters that are None are left out. Raises TelegramError and nothing else.

        `patience` is for the whole call, in seconds; the bot's own when it is not given.
        """
        given = {name: value for name, value in params.items() if value is not None}
        # Connecting is limited by itself: with one total limit an unreachable Telegram would look like an answer
        # that got lost, and every card would be marked as a possible repeat.
        limits = ClientTimeout(total=self._timeout if patience is None else patience, connect=CONNECT_SECONDS)
        try:
            # A redirect would carry the token to another host.
            async with self._open().post(
                self._address + method, json=given, timeout=limits, allow_redirects=False
            ) as response:
                body = await read_bounded(response.content)
        except (ClientError, TimeoutError, OSError) as error:
            # The error's own words may hold the address, and the address holds the token.
            sent = not isinstance(error, _NOT_SENT)
            raise TelegramError(f"cannot be reached: {type(error).__name__}", sent=sent) from None
        return self._result(response.status, response.headers, _parsed(body))

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> ClientSession:
        """One session, opened at the first call: it belongs to the loop that is running then."""
        if self._session is None or self._session.closed:
            self._session = ClientSession(connector=self._connector() if self._connector else None)
        return self._session

    def _result(self, status: int, headers: Mapping[str, str], answer: Mapping[str, Any]) -> Any:
        ok, description = answer.get("ok"), answer.get("description")
        if ok is True and status < 300:
            return answer.get("result")
        # A proxy before a Bot API server says it in a header, as HTTP has it.
        asked = asked_wait(headers) if status == TOO_MANY or status >= 500 else None
        most = OF_A_FAILED if status >= 500 else LONGEST_WAIT
        if ok is not False or not isinstance(description, str):
            words = f"an answer that says nothing: HTTP {status}"
            raise TelegramError(words, retry_after=_bounded(asked, most), sent=status != TOO_MANY)
        parameters = object_of(answer, "parameters")
        wait = number_of(parameters, "retry_after") or asked
        raise TelegramError(
            description.replace(self._token, "***")[:500],
            code=number_of(answer, "error_code") or status,
            retry_after=_bounded(wait, most),
            migrate_to_chat_id=number_of(parameters, "migrate_to_chat_id"),
        )


def _bounded(wait: float | None, most: float) -> float | None:
    return float(min(wait, most)) if wait is not None and wait > 0 else None


def _whole(digits: str) -> int | None:
    """Python refuses to read a number of thousands of digits, and with it the whole answer."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else None


def _parsed(body: bytes) -> Mapping[str, Any]:
    """The JSON object in the body, or an empty one: a proxy's page says nothing, and says it without an error."""
    try:
        answer = json.loads(body.decode(errors="replace"), parse_int=_whole)
    except (ValueError, RecursionError):
        return {}
    return as_object(answer)
