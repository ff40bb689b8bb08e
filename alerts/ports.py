"""What alerts ask of a messenger and of the store: Notifier, Inbox, Outbox and their values."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from alerts.card import Card
from alerts.case import Case
from alerts.routing import Chat
from domain.person import Messenger


class NotifyError(Exception):
    """A card that was not shown; says what to do.

    `permanent`: this chat will never take it (bot kicked, chat gone): go to the next receiver.
    `retry_after`: seconds the messenger asked for; it holds for the whole messenger.
    `ambiguous`: the card may have been shown (time-out after sending): look before sending again.
    `moved_to`: the chat has a new address (Telegram: the group became a supergroup).
    `gone`: the message to edit is no longer there: send the card anew (the chat is well, so not `permanent`).
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        ambiguous: bool = False,
        moved_to: str | None = None,
        gone: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.ambiguous = ambiguous
        self.moved_to = moved_to
        self.gone = gone


class Notifier(Protocol):
    """One messenger. Every method raises NotifyError and nothing else."""

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        """Show the card and return the message's reference (Telegram message id, Slack ts).

        `key` is the delivery's own, the same at every try.
        """

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        """Bring the shown card up to date; one that already looks so is a success."""

    async def close(self) -> None: ...


@runtime_checkable
class Searchable(Protocol):
    """A notifier that can find out whether an earlier, ambiguous try was shown."""

    async def find(self, chat: Chat, key: str, since: datetime) -> str | None:
        """The reference of the message sent under `key`, or None when it was never shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that somebody pressed. `key` is unique to the press and the same when it is delivered again."""

    messenger: Messenger
    key: str
    user: str
    user_name: str
    case: int
    action: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person who pressed reads, in Russian; `alert` for a refusal that must not be overlooked."""

    text: str
    alert: bool = False


OnPress = Callable[[Press], Awaitable[Answer]]


class Inbox(Protocol):
    """Brings presses from a messenger. `run` returns only when cancelled; it survives network faults by itself."""

    async def run(self, on_press: OnPress) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A card that a chat must see: the chat shows `shown` (0: nothing yet), the case is at `case.revision`.

    `ref` is the message's reference once it was sent; a reopened case has none, and is told by a new message.
    `unknown` marks an earlier try whose outcome is not known.
    """

    id: int
    receiver: str
    chat: Chat
    case: Case
    ref: str | None
    shown: int
    tries: int
    unknown: bool
    created_at: datetime


class Outbox(Protocol):
    """The store's side of telling. A claimed delivery is leased: if the process dies it comes back `unknown`."""

    async def claim(self, now: datetime, *, limit: int, skip: frozenset[Messenger]) -> Sequence[Delivery]:
        """Lease due deliveries whose card is behind its case, oldest first, leaving out `skip`ped messengers."""

    async def shown(self, delivery: Delivery, ref: str, now: datetime) -> None:
        """The chat now shows `delivery.case.revision` under `ref`."""

    async def retry(self, delivery: Delivery, at: datetime, error: str, *, unknown: bool) -> None:
        """Not shown; due again at `at`. Counts a try."""

    async def fail(self, delivery: Delivery, error: str, now: datetime) -> None:
        """Never to be tried again; the error is kept for people to see, a case left without chats is not lost."""

    async def redirect(self, delivery: Delivery, chat: Chat, now: datetime) -> None:
        """The chat has moved: everything meant for it goes to `chat` as new messages; this one is due at once."""
