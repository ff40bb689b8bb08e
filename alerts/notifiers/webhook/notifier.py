"""Events to other programs: one signed POST for each revision of a case, safe to be repeated."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NoReturn

from aiohttp import BaseConnector, ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar

from alerts.backoff import Backoff
from alerts.cards.card import Card
from alerts.cards.context import CardContext
from alerts.cases.case import Case
from alerts.notifiers.webhook.addresses import is_allowed, is_loopback, literal
from alerts.notifiers.webhook.refusals import refusal_of
from alerts.notifiers.webhook.resolver import is_forbidden
from alerts.notifiers.webhook.signing import signature_headers
from alerts.notifiers.webhook.snapshot import body_of, key_of_case, ping_body
from alerts.ports import NotifyError
from alerts.routing import Chat, Endpoint

log = logging.getLogger(__name__)

PATIENCE: Final = ClientTimeout(total=10.0, sock_connect=5.0)
"""Shorter than the worker's own: it is this receiver that rests, and not all of them."""
REST: Final = Backoff(first=1.0, longest=5.0)
"""Between two tries of a receiver that fails and does not say for how long."""
MOST_READ: Final = 64 * 1024
"""Bytes of an answer that are read, so that the connection can be used again; nothing in it counts."""

Connect = Callable[[bool], BaseConnector]
"""A connector for one session, called in the running loop; True: one that may call private addresses."""


class WebhookNotifier:
    """`keys` are each receiver's by its name, the first signs first. A receiver that fails rests alone."""

    def __init__(self, keys: Mapping[str, Sequence[bytes]], now: Callable[[], datetime], connect: Connect) -> None:
        self._keys = keys
        self._now = now
        self._connect = connect
        self._sessions: dict[bool, ClientSession] = {}
        self._failures = Counter[str]()

    async def snapshot(self, chat: Chat, case: Case, context: CardContext, *, shown: int) -> str:
        endpoint = _endpoint(chat)
        body = body_of(case, context, shown=shown, masked=not endpoint.whole)
        await self._tell(chat, endpoint, key_of_case(case), body)
        return f"{chat.chat}:{case.id}"

    async def probe(self, chat: Chat, key: str) -> None:
        """An event about nothing, to see whether the receiver takes our events. Raises NotifyError."""
        await self._tell(chat, _endpoint(chat), key, ping_body())

    async def send(self, chat: Chat, card: Card, key: str) -> str:  # noqa: ARG002 - a program reads no cards
        _no_cards()

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:  # noqa: ARG002 - the same
        _no_cards()

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    async def _tell(self, chat: Chat, endpoint: Endpoint, key: str, body: bytes) -> None:
        name = chat.chat
        keys = self._keys.get(name)
        if not keys:
            raise NotifyError(f"there is no secret of {name} in LISTENER_WEBHOOK_SECRETS", closed=True)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": key,
            "User-Agent": "Otklik",
            **signature_headers(keys, key, self._now(), body),
        }
        refusal = await self._post(name, endpoint, headers, body)
        if refusal is not None:
            self._failures[name] += refusal.retry_after is not None
            raise refusal
        del self._failures[name]

    async def _post(
        self, name: str, endpoint: Endpoint, headers: Mapping[str, str], body: bytes
    ) -> NotifyError | None:
        near = endpoint.private or is_loopback(endpoint.url)
        host = literal(endpoint.url)
        if host is not None and not (is_loopback(endpoint.url) or is_allowed(host, private=endpoint.private)):
            return _forbidden(name, host)
        rest = REST.after(self._failures[name])
        try:
            async with self._session(near).post(
                endpoint.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                await _drain(answer)
                return refusal_of(name, answer.status, answer.headers, rest)
        except (ClientError, TimeoutError, OSError) as error:
            if is_forbidden(error):
                return _forbidden(name, str(error))
            # Whether it got there does not matter: it is known by its key there.
            return NotifyError(f"{name} cannot be reached: {type(error).__name__}", retry_after=rest)
        except ValueError as error:
            return NotifyError(f"{name} has no address that can be called: {error}", closed=True)

    def _session(self, near: bool) -> ClientSession:  # noqa: FBT001 - which of the two sessions
        if near not in self._sessions:
            # No cookies: what one answer sets is no business of the next event.
            self._sessions[near] = ClientSession(
                connector=self._connect(near), timeout=PATIENCE, cookie_jar=DummyCookieJar()
            )
        return self._sessions[near]


async def _drain(answer: ClientResponse) -> None:
    """A longer answer costs its connection and nothing else."""
    await answer.content.read(MOST_READ)
    if not answer.content.at_eof():
        answer.close()


def _endpoint(chat: Chat) -> Endpoint:
    if chat.endpoint is None:
        raise NotifyError(f"no receiver has {chat.chat} any more", closed=True)
    return chat.endpoint


def _forbidden(name: str, where: str) -> NotifyError:
    words = f"{name} stands at an address that may not be called ({where}): private: true allows a private network"
    return NotifyError(words, closed=True)


def _no_cards() -> NoReturn:
    raise NotifyError("a program is told of cases, not of cards", permanent=True)
