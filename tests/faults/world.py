"""The outside of the daemon in memory: a network, a messenger and a machine that fail when a seed says so."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from alerts.cards.card import Card
from alerts.cards.note import Note
from alerts.ports import NotifyError
from alerts.routing import Chat
from domain.mention import Author, Mention, NetworkId
from listener.ports import Batch, SourceError
from listener.store.engine import Database, Work
from listener.store.errors import StoreError
from tests.contract.store_samples import mention
from tests.fakes import TurnedClock

PAGE = 7
AUTHORS = 5
THREADS = 3
VK = NetworkId("vk")


class Killed(BaseException):
    """The process ends here: nothing after it runs, and what was in memory is gone."""


@dataclass
class Fate:
    """What goes wrong, drawn from a seed; nothing does once `calm`."""

    random: random.Random
    often: float = 0.12
    calm: bool = False
    met: Counter[str] = field(default_factory=Counter)

    def strikes(self, what: str, share: float = 1.0) -> bool:
        struck = not self.calm and self.random.random() < self.often * share
        self.met[what] += struck
        return struck


@dataclass
class Network:
    """Posts by number, the newest last. A look may be late, cut, answered twice, or not at all."""

    fate: Fate
    clock: TurnedClock
    posts: list[Mention] = field(default_factory=list)

    name: str = "vk.search:romashka"
    every: timedelta | None = timedelta(seconds=60)
    network: NetworkId = VK

    def publish(self) -> None:
        number = len(self.posts) + 1
        author = Author(id=str(self.fate.random.randrange(AUTHORS)), name="Пётр")
        thread = f"t{self.fate.random.randrange(THREADS)}"
        self.posts.append(mention(number, author=author, thread=thread, published_at=self.clock.now()))

    async def fetch(self, cursor: str | None) -> Batch:
        """The next few posts, now and then with older ones once more."""
        begin = int(cursor or 0)
        if self.fate.strikes("no answer"):
            raise SourceError("HTTP 502", unreachable=True)
        if self.fate.strikes("killed while it asks", 0.3):
            raise Killed
        stale = self.fate.random.randrange(PAGE) if self.fate.strikes("stale read") else 0
        end = min(len(self.posts), begin + PAGE)
        page = self.posts[max(0, begin - stale) : end]
        return Batch(mentions=tuple(page), cursor=str(end), more=end < len(self.posts))

    async def close(self) -> None:
        return None


@dataclass
class Message:
    key: str
    revision: Card


@dataclass
class Messenger:
    """Chats as people see them. An answer may be lost after the message is there, a chat may die for a while."""

    fate: Fate
    chats: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    notes: Counter[str] = field(default_factory=Counter)
    dead: set[str] = field(default_factory=set)
    doubtful: Counter[str] = field(default_factory=Counter)
    """Keys whose send had an end that nobody was told: each may be sent once more."""

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        self._meet(chat)
        self.chats[chat.chat].append(Message(key, card))
        self._after(key)
        return str(len(self.chats[chat.chat]) - 1)

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        self._meet(chat)
        self.chats[chat.chat][int(ref)].revision = card
        self._after(None)

    async def note(self, chat: Chat, card_ref: str | None, _note: Note, key: str) -> str:
        self._meet(chat)
        self.notes[f"{chat.chat} {key}"] += 1
        self._after(f"{chat.chat} {key}")
        return f"note under {card_ref}"

    async def close(self) -> None:
        return None

    def times(self, chat: str, key: str) -> int:
        return sum(message.key == key for message in self.chats[chat])

    def _meet(self, chat: Chat) -> None:
        if chat.chat in self.dead:
            raise NotifyError("bot was kicked", permanent=True, closed=True)
        if self.fate.strikes("429"):
            raise NotifyError("too many requests", retry_after=self.fate.random.choice([1.0, 30.0, 1e9]))

    def _after(self, key: str | None) -> None:
        """What may happen once the message is there."""
        if self.fate.strikes("lost answer"):
            self._doubt(key)
            raise NotifyError("no answer in time", ambiguous=True)
        if self.fate.strikes("killed after it was sent", 0.3):
            self._doubt(key)
            raise Killed

    def _doubt(self, key: str | None) -> None:
        if key is not None:
            self.doubtful[key] += 1


@contextmanager
def failing_store(database: Database, fate: Fate) -> Iterator[None]:
    """Transactions torn at a statement, refused at their commit, or done without a word of it."""
    engine = database.writing  # the place where a disk fails
    real = database._write

    def statement(*_: Any) -> None:
        if fate.strikes("torn step", 0.1):
            raise OSError(5, "Input/output error")
        if fate.strikes("killed in a step", 0.03):
            raise Killed

    def commit(_connection: Any) -> None:
        if fate.strikes("refused commit", 0.5):
            raise OSError(28, "No space left on device")

    async def write(work: Work[Any], led: str | None, *, urgent: bool = False) -> Any:
        result = await real(work, led, urgent=urgent)
        if fate.strikes("lost answer of the store", 0.5):
            raise StoreError("the connection was lost", transient=True)
        return result

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    database._write = write  # type: ignore[method-assign]
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)
        database._write = real  # type: ignore[method-assign]
