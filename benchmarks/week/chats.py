"""Messengers in memory as people see them: paced and failing like the real ones, and remembering every word."""

import itertools
import random
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from alerts.cards.card import Card
from alerts.cards.digest import Sheet
from alerts.cards.note import Note
from alerts.notifiers.slack.notifier import LIMITS as SLACK_LIMITS
from alerts.notifiers.telegram.notifier import LIMITS as TELEGRAM_LIMITS
from alerts.ports import Limits, NotifyError
from alerts.routing import Chat
from benchmarks.week.clock import TurnedClock
from domain.person import MessengerId

A_MINUTE: Final = 60.0
GROUP_MOST: Final = 20
"""Sends and edits that a Telegram group takes in a minute."""
CHANNEL_EVERY: Final = 1.0
"""Seconds between two words in a Slack channel; a short burst is forgiven."""
CHANNEL_BURST: Final = 3
NUMBER: Final = re.compile(r"-?\d+(otklik-)?(\d+)")


@dataclass(slots=True)
class Message:
    """What stands in a chat, as it looks now. `under` is the message whose thread it is in."""

    chat: Chat
    ref: str
    key: str
    said: Card | Note | Sheet
    at: datetime
    under: str | None = None
    edits: int = 0


@dataclass
class Messenger:
    """`alerts.ports.Notifier` with threads and lists. `down` is what every call meets; it is asked each time."""

    name: MessengerId
    clock: TurnedClock
    chance: random.Random
    limits: Limits = TELEGRAM_LIMITS
    down: Callable[[datetime], bool] = lambda _now: False
    said: Callable[[Message], None] = lambda _message: None
    edited: Callable[[Message], None] = lambda _message: None
    messages: dict[str, Message] = field(default_factory=dict)
    keys: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    doubtful: set[str] = field(default_factory=set)
    """Keys whose sending had an end that nobody was told: each may stand there once more."""

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._taken: dict[str, deque[float]] = defaultdict(deque)

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        return self._say(chat, card, key, None)

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        self._change(chat, ref, card)

    async def note(self, chat: Chat, card_ref: str | None, note: Note, key: str) -> str:
        return self._say(chat, note, key, card_ref)

    async def send_digest(self, chat: Chat, sheet: Sheet, key: str) -> str:
        return self._say(chat, sheet, key, None)

    async def edit_digest(self, chat: Chat, ref: str, sheet: Sheet) -> None:
        self._change(chat, ref, sheet)

    async def ping(self) -> None:
        if self.down(self.clock.now()):
            raise NotifyError("connection refused")

    async def close(self) -> None:
        return None

    def _say(self, chat: Chat, said: Card | Note | Sheet, key: str, under: str | None) -> str:
        self._meet(chat, key)
        ref = str(next(self._numbers))
        message = Message(chat=chat, ref=ref, key=key, said=said, at=self.clock.now(), under=under)
        self.messages[ref] = message
        self.keys[f"{chat.chat} {key}"] += 1
        self.said(message)
        return ref

    def _change(self, chat: Chat, ref: str, said: Card | Sheet) -> None:
        self._meet(chat, None)
        message = self.messages[ref]
        message.said, message.edits = said, message.edits + 1
        self.edited(message)

    def _meet(self, chat: Chat, _key: str | None) -> None:
        if self.down(self.clock.now()):
            self.refused["down"] += 1
            raise NotifyError("connection refused")
        if (wait := self._too_fast(chat)) is not None:
            self.refused["too fast"] += 1
            raise NotifyError("too many requests", retry_after=wait)

    def _too_fast(self, chat: Chat) -> float | None:
        """Seconds to rest where the chat has had all that it takes; a private chat takes what one person reads."""
        now, taken = self.clock.monotonic(), self._taken[chat.chat]
        span, most = (A_MINUTE, GROUP_MOST) if self.name == "telegram" else (CHANNEL_EVERY, CHANNEL_BURST)
        while taken and taken[0] <= now - span:
            taken.popleft()
        if len(taken) >= most:
            return span - (now - taken[0])
        taken.append(now)
        return None


@dataclass
class Slack(Messenger):
    """Slack knows a message again by the key in its metadata."""

    limits: Limits = SLACK_LIMITS
    cut: Callable[[datetime], bool] = lambda _now: False
    """Whether the line is cut after the message was taken: there it stands, and nobody is told."""

    async def find(self, chat: Chat, key: str, since: datetime, *, under: str | None = None) -> str | None:  # noqa: ARG002 - the whole chat is looked through
        await self.ping()
        return next((each.ref for each in self.messages.values() if each.key == key and each.chat == chat), None)

    def _say(self, chat: Chat, said: Card | Note | Sheet, key: str, under: str | None) -> str:
        ref = super()._say(chat, said, key, under)
        if self.cut(self.clock.now()):
            self.refused["cut"] += 1
            self.doubtful.add(key)
            raise NotifyError("no answer in time", ambiguous=True)
        return ref
