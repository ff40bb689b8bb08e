"""Slack's Web API over slack_sdk: one call, every error as a NotifyError without the token."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import (
    BaseConnector,
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
)
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from alerts.notifiers.answers import read_bounded
from alerts.ports import NotifyError
from alerts.retry_after import OF_A_FAILED, asked_wait

log = logging.getLogger(__name__)

Connect = Callable[[], BaseConnector]
"""Called in the running loop, once for each session."""

CONNECT_SECONDS: Final = 5.0
TOKEN_PAUSE: Final = 60.0
"""Seconds until the next try with a token that was refused: a person has to give a new one."""
SHORTEST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 3_600.0
"""Seconds that Slack may ask for; after them one try finds out."""

TOKEN_ERRORS: Final = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked", "not_allowed_token_type"},
)
PASSING_ERRORS: Final = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"},
)
CLOSED_ERRORS: Final = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "cannot_dm_bot",
        "user_not_in_channel",
    },
)
"""What Slack says of the channel: nothing we send is taken there."""
GONE_ERRORS: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})

_NOT_SENT: Final = (ClientConnectorError, ConnectionTimeoutError, ClientHttpProxyError)


class UnreadableError(NotifyError):
    """An answer that is not Slack's JSON, and no server fault that passes."""


class BoundedResponse(ClientResponse):
    """An answer that is given up when it is too long: slack_sdk would read it to its end, were it endless."""

    async def read(self) -> bytes:
        if self._body is None:
            try:
                self._body = await read_bounded(self.content)
            except ClientPayloadError:
                self.close()
                raise
        return await super().read()


class SlackApi:
    """The client with a session of its own, opened at the first call: slack_sdk opens one for every call."""

    def __init__(self, base_url: str, token: str, *, timeout: float, connector: Connect | None = None) -> None:
        # No retry handlers: waiting is the delivery's business, which knows the whole messenger.
        self.web = AsyncWebClient(token=token, base_url=base_url, retry_handlers=[])
        # slack_sdk takes the environment's proxy and overlooks NO_PROXY; here every platform has its own.
        self.web.proxy = None
        self._connector = connector
        self._timeout = ClientTimeout(total=timeout, sock_connect=CONNECT_SECONDS)

    async def session(self) -> ClientSession:
        if self.web.session is None or self.web.session.closed:
            self.web.session = ClientSession(
                connector=self._connector() if self._connector else None,
                timeout=self._timeout,
                response_class=BoundedResponse,
            )
        return self.web.session

    async def ask(self, call: Awaitable[AsyncSlackResponse]) -> Mapping[str, Any]:
        """The answer's JSON object. Raises NotifyError and nothing else."""
        await self.session()
        try:
            answer: Any = (await call).data
        except SlackApiError as error:
            raise slack_error(error) from None
        except (ClientError, TimeoutError, OSError) as error:
            ambiguous = not isinstance(error, _NOT_SENT)
            raise NotifyError(f"Slack cannot be reached: {type(error).__name__}", ambiguous=ambiguous) from None
        except (SlackClientError, ValueError, AttributeError, TypeError, LookupError, RecursionError) as error:
            # slack_sdk stumbles over bodies that are no JSON objects, in several ways.
            raise _unreadable(type(error).__name__) from None
        if not isinstance(answer, dict):
            raise _unreadable(type(answer).__name__)
        return answer

    async def close(self) -> None:
        if self.web.session is not None:
            await self.web.session.close()


def slack_error(error: SlackApiError) -> NotifyError:
    """What Slack's refusal means for a card."""
    status = _status(error.response)
    code = _code(error.response)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return NotifyError("Slack asks to wait", retry_after=_retry_after(error.response) or SHORTEST_WAIT)
    if code is None:
        # No Slack said this: a proxy's page, or nothing at all.
        return _unreadable(f"HTTP {status}") if status < 500 else _failed("Slack failed", error.response)
    if code in TOKEN_ERRORS:
        log.error(
            "Slack refuses the token (%s): check LISTENER_SLACK_BOT_TOKEN and LISTENER_SLACK_APP_TOKEN", code
        )
        return NotifyError(f"Slack refuses the token: {code}", retry_after=TOKEN_PAUSE, everywhere=True)
    if code in GONE_ERRORS:
        return NotifyError(f"Slack refuses: {code}", gone=True)
    if code in PASSING_ERRORS or status >= 500:
        return _failed(f"Slack failed: {code}", error.response)
    return NotifyError(f"Slack refuses: {code}", permanent=True, closed=code in CLOSED_ERRORS)


def _failed(words: str, response: Any) -> NotifyError:
    wait = _retry_after(response)
    return NotifyError(words, ambiguous=True, retry_after=None if wait is None else min(wait, OF_A_FAILED))


def _unreadable(what: str) -> NotifyError:
    return UnreadableError(f"Slack's answer cannot be read: {what}", ambiguous=True)


def _status(response: Any) -> int:
    """Of slack_sdk's response, or of the bare aiohttp one that it hands over for broken JSON."""
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    return status if isinstance(status, int) else 0


def _code(response: Any) -> str | None:
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) else None


def _retry_after(response: Any) -> float | None:
    wait = asked_wait(getattr(response, "headers", None) or {})
    return None if wait is None else min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)
