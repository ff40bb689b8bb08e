"""One Telegram bot over aiogram: its address, its proxy, and every error as a NotifyError without the token."""

import logging
import re
from collections.abc import Callable
from typing import Any, Final

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientTimeout,
    ConnectionTimeoutError,
)

from alerts.ports import NotifyError

log = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 5.0
TOKEN_PAUSE: Final = 60.0
"""Seconds until the next try with a token that was refused: a person has to give a new one."""

_NOT_SENT: Final = (ClientConnectorError, ConnectionTimeoutError, ClientHttpProxyError)
_MESSAGE_GONE: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")
_WAIT: Final = re.compile(r"retry after (\d+)", re.IGNORECASE)


class AnyTokenBot(Bot):
    """aiogram refuses tokens that do not look like Telegram's; other servers of the protocol have others."""

    def __init__(self, token: str, session: AiohttpSession) -> None:
        super().__init__("1:unused", session=session)
        self._given = token

    @property
    def token(self) -> str:
        return self._given


class Session(AiohttpSession):
    """aiogram's session with a limit of its own for connecting, so that «not sent» and «unknown» stay apart.

    `proxy` is an http address; aiogram's own proxy support needs one more dependency.
    """

    def __init__(self, base_url: str, *, proxy: str | None, timeout: float) -> None:
        if proxy is not None and not proxy.startswith(("http://", "https://")):
            raise ValueError("LISTENER_TELEGRAM_PROXY: нужен прокси вида http://сервер:порт")
        super().__init__(api=TelegramAPIServer.from_base(base_url), timeout=timeout)
        self._through = proxy

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's signature
    ) -> TelegramType:
        session = await self.create_session()
        limits = ClientTimeout(total=self.timeout if timeout is None else timeout, sock_connect=CONNECT_SECONDS)
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        form = self.build_form_data(bot, method)
        try:
            # A redirect would repeat the token to another host.
            async with session.post(
                url, data=form, timeout=limits, proxy=self._through, allow_redirects=False
            ) as answer:
                content = await answer.text(errors="replace")
        except (ClientError, TimeoutError, OSError) as error:
            # The error's own words may hold the address, and the address holds the token.
            raise TelegramNetworkError(method=method, message=type(error).__name__) from error
        try:
            result: Any = self.check_response(bot, method, answer.status, content).result
        except TypeError as error:
            # aiogram looks into a description that an odd error answer does not have.
            raise ClientDecodeError("an error without a description", error, None) from error
        checked: TelegramType = result
        return checked


def make_bot(base_url: str, token: str, *, proxy: str | None = None, timeout: float = 10.0) -> Bot:
    """A bot at `base_url` (a path in it is kept). Close it with `await bot.session.close()`.

    Raises ValueError, in Russian, for a proxy that cannot be used.
    """
    return AnyTokenBot(token, Session(base_url, proxy=proxy, timeout=timeout))


def notify_error(error: AiogramError) -> NotifyError:
    """What aiogram's error means for a card."""
    for kind, verdict in _VERDICTS:
        if isinstance(error, kind):
            return verdict(error)
    return _other(error)


def _wait(error: TelegramRetryAfter) -> NotifyError:
    return NotifyError("Telegram asks to wait", retry_after=float(error.retry_after))


def _moved(error: TelegramMigrateToChat) -> NotifyError:
    return NotifyError("the group became a supergroup", moved_to=str(error.migrate_to_chat_id))


def _forbidden(error: TelegramForbiddenError) -> NotifyError:
    return NotifyError(f"Telegram refuses: {error.message}", permanent=True)


def _token(_error: AiogramError) -> NotifyError:
    log.error("Telegram does not know the bot's token: check LISTENER_TELEGRAM_TOKEN")
    return NotifyError("Telegram does not know the bot's token", retry_after=TOKEN_PAUSE)


def _unknown(error: AiogramError) -> NotifyError:
    return NotifyError(f"Telegram's answer says nothing: {type(error).__name__}", ambiguous=True)


def _bad_request(error: TelegramBadRequest) -> NotifyError:
    said = error.message or ""
    if any(gone in said.lower() for gone in _MESSAGE_GONE):
        return NotifyError(f"Telegram refuses: {said}", gone=True)
    # The same card would be refused again, whatever the reason.
    return NotifyError(f"Telegram refuses: {said}", permanent=True)


def _network(error: TelegramNetworkError) -> NotifyError:
    ambiguous = not isinstance(error.__cause__, _NOT_SENT)
    return NotifyError(f"Telegram cannot be reached: {error.message}", ambiguous=ambiguous)


def _other(error: AiogramError) -> NotifyError:
    """A code that aiogram has no class for, such as a 429 without its parameters."""
    said = getattr(error, "message", "") or type(error).__name__
    found = _WAIT.search(said)
    if found or "too many requests" in said.lower():
        return NotifyError("Telegram asks to wait", retry_after=float(found[1]) if found else 5.0)
    return NotifyError(f"Telegram refuses: {said}")


# The first match wins; what stands below has no class of its own above.
_VERDICTS: Final[tuple[tuple[type[AiogramError], Callable[[Any], NotifyError]], ...]] = (
    (TelegramRetryAfter, _wait),
    (TelegramMigrateToChat, _moved),
    (TelegramForbiddenError, _forbidden),
    (TelegramUnauthorizedError, _token),
    (TelegramNotFound, _token),
    (TelegramBadRequest, _bad_request),
    (TelegramNetworkError, _network),
    (TelegramServerError, _unknown),
    (ClientDecodeError, _unknown),
)
