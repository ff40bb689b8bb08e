"""Words to people that no case depends on: few and apart, so that no press ever waits for them."""

import asyncio
import logging
import time
from typing import Any, Final

from alerts.bucket import Bucket, Limit
from alerts.notifiers.telegram.api import TelegramApi, TelegramError
from alerts.notifiers.telegram.refusals import notify_error

log = logging.getLogger(__name__)

OF_A_CHAT: Final = Limit(burst=3, every=10.0)
OF_A_PERSON: Final = Limit(burst=3, every=10.0)
OF_ALL: Final = Limit(burst=10, every=2.0)
MOST_WAITING: Final = 20
MOST_OWED: Final = 200
MOST_KNOWN: Final = 1_000
"""Chats, or people in chats, whose pace is remembered."""
MOST_TRIES: Final = 3
LONGEST_REST: Final = 60.0
"""Seconds, whatever Telegram asks for: who answered has looked at the chat by then."""


class Courtesies:
    """`offer` never waits: what is too much goes unanswered. `owe` is for words that somebody goes by.

    `run` says them all, until it is cancelled.
    """

    def __init__(self, api: TelegramApi) -> None:
        self._api = api
        self._all = Bucket(OF_ALL)
        self._buckets: dict[tuple[int, ...], Bucket] = {}
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_WAITING)
        self._owed: set[asyncio.Task[None]] = set()

    def offer(self, chat: int, **message: Any) -> None:
        """To say this in the chat. `message` are parameters of sendMessage."""
        now = time.monotonic()
        bucket = self._bucket(OF_A_CHAT, chat)
        if not bucket.free(now) or not self._all.free(now) or self._waiting.full():
            log.debug("somebody in Telegram's chat %s asks too often", chat)
            return
        bucket.take(now)
        self._all.take(now)
        self._waiting.put_nowait({"chat_id": chat, **message})

    async def owe(self, chat: int, person: int, within: float, **message: Any) -> None:
        """To tell this person that what he wrote was not taken, however many others are told the same.

        Returns when it is said, or after so many seconds; then it is still said, again where the chat asks for
        rest. One who is told three times in a row knows it.
        """
        now = time.monotonic()
        bucket = self._bucket(OF_A_PERSON, chat, person)
        if not bucket.free(now) or len(self._owed) >= MOST_OWED:
            log.debug("somebody in Telegram's chat %s writes too often", chat)
            return
        bucket.take(now)
        saying = asyncio.create_task(self._pay({"chat_id": chat, **message}))
        self._owed.add(saying)
        saying.add_done_callback(self._owed.discard)
        await asyncio.wait({saying}, timeout=within)

    async def run(self) -> None:
        try:
            while True:
                message = await self._waiting.get()
                try:
                    await self._api.call("sendMessage", **message)
                except TelegramError as error:
                    log.info("a courtesy in Telegram was not shown: %s", notify_error(error))
        finally:
            for saying in self._owed:
                saying.cancel()

    async def _pay(self, message: dict[str, Any]) -> None:
        for _ in range(MOST_TRIES):
            try:
                await self._api.call("sendMessage", **message)
            except TelegramError as error:
                refused = notify_error(error)
                log.warning("a word to somebody in Telegram was not shown: %s", refused)
                if refused.retry_after is None:
                    return
                await asyncio.sleep(min(refused.retry_after, LONGEST_REST))
            else:
                return

    def _bucket(self, limit: Limit, *whose: int) -> Bucket:
        if whose not in self._buckets and len(self._buckets) >= MOST_KNOWN:
            self._buckets.clear()
        return self._buckets.setdefault(whose, Bucket(limit))
