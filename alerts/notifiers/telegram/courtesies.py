"""Answers to people who ask nothing of a case: few and apart, so that no press ever waits for them."""

import asyncio
import logging
import time
from typing import Any, Final

from alerts.bucket import Bucket, Limit
from alerts.notifiers.telegram.api import TelegramApi, TelegramError
from alerts.notifiers.telegram.refusals import notify_error

log = logging.getLogger(__name__)

OF_A_CHAT: Final = Limit(burst=3, every=10.0)
OF_ALL: Final = Limit(burst=10, every=2.0)
MOST_WAITING: Final = 20
MOST_CHATS: Final = 1_000


class Courtesies:
    """`offer` never waits: what is too much goes unanswered. `run` says the rest, until it is cancelled."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api
        self._all = Bucket(OF_ALL)
        self._chats: dict[int, Bucket] = {}
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_WAITING)

    def offer(self, chat: int, **message: Any) -> None:
        """To say this in the chat. `message` are parameters of sendMessage."""
        now = time.monotonic()
        if chat not in self._chats and len(self._chats) >= MOST_CHATS:
            self._chats.clear()
        bucket = self._chats.setdefault(chat, Bucket(OF_A_CHAT))
        if not bucket.free(now) or not self._all.free(now) or self._waiting.full():
            log.debug("somebody in Telegram's chat %s asks too often", chat)
            return
        bucket.take(now)
        self._all.take(now)
        self._waiting.put_nowait({"chat_id": chat, **message})

    async def run(self) -> None:
        while True:
            message = await self._waiting.get()
            try:
                await self._api.call("sendMessage", **message)
            except TelegramError as error:
                log.info("a courtesy in Telegram was not shown: %s", notify_error(error))
