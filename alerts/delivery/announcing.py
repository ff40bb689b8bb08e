"""A word to a receiver that belongs to no case: said once in each of its chats, tried again for a while."""

import asyncio
import logging
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from alerts.backoff import Backoff
from alerts.cards.note import Note
from alerts.ports import Notifier, NotifyError, Threads
from alerts.routing import Chat, Receiver
from domain.person import MessengerId

log = logging.getLogger(__name__)

TRIES: Final = 12
AGAIN: Final = Backoff(first=2.0, longest=120.0)
"""With TRIES some twenty minutes: who reads a word about how things stood earlier is misled."""


class Announcer:
    """Says words one by one, newest wins: of two about the same thing the earlier is not said any more.

    They are not stored. Whoever needs a word after a restart says it again.
    """

    def __init__(self, notifiers: Mapping[MessengerId, Notifier]) -> None:
        self.notifiers = notifiers
        self._saying: dict[tuple[str, Chat], asyncio.Task[None]] = {}

    def say(self, receiver: Receiver, note: Note, *, about: str) -> None:
        """Returns at once."""
        for chat in receiver.chats:
            earlier = self._saying.pop((about, chat), None)
            if earlier is not None:
                earlier.cancel()
            self._saying[about, chat] = asyncio.create_task(self._say(chat, note))

    async def close(self) -> None:
        """Leave unsaid what is not said yet."""
        for task in self._saying.values():
            task.cancel()
        await asyncio.gather(*self._saying.values(), return_exceptions=True)

    async def _say(self, chat: Chat, note: Note) -> None:
        key = f"otklik-word-{uuid.uuid4().hex}"
        for turn in range(TRIES):
            notifier = self.notifiers.get(chat.messenger)
            if not isinstance(notifier, Threads):
                log.warning("%s %s is not told: %s", chat.messenger, chat.chat, note.text)
                return
            try:
                await notifier.note(chat, None, note, key)
            except NotifyError as error:
                if error.permanent or error.ambiguous:
                    log.warning("%s %s is not told: %s", chat.messenger, chat.chat, error)
                    return
                if error.moved_to is not None:
                    chat = replace(chat, chat=error.moved_to)
                await asyncio.sleep(max(error.retry_after or 0.0, AGAIN.after(turn)))
            else:
                return
        log.warning("%s %s could not be told", chat.messenger, chat.chat)
