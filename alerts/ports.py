"""What alerts ask of a messenger and of the store: Notifier and its abilities, Inbox, Outbox, and their values."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol, runtime_checkable

from alerts.bucket import Limit
from alerts.cards.card import Card
from alerts.cards.context import CardContext
from alerts.cards.digest import Listing, Sheet
from alerts.cards.note import Note
from alerts.cards.prompt import Prompt
from alerts.cases.case import Case
from alerts.cases.telling import NoticeDraft, Priority
from alerts.incidents.incident import Incident
from alerts.routing import Chat, StandIns
from domain.person import MessengerId

FARTHEST: Final = timedelta(minutes=5)
"""Nothing is put off by `Outbox.retry` for longer than this."""


class NotifyError(Exception):
    """A card that was not shown; says what to do.

    `permanent`: the chat refuses it, and would refuse the same again.
    `closed`: it is the chat itself that takes nothing from us (bot kicked, channel archived); `permanent` too.
    `retry_after`: seconds the messenger asked for, bounded where they were read; it holds for this chat, or for
    the whole messenger where `everywhere` says so (a refused token), or where it is `ambiguous` too (a 503).
    `ambiguous`: the card may have been shown (time-out after sending): look before sending again.
    `moved_to`: the chat has a new address (Telegram: the group became a supergroup).
    `gone`: the message to edit is no longer there: send the card anew (the chat is well, so not `permanent`).
    `advice`: what a person has to do about it, in Russian, where only a person can.
    """

    def __init__(  # noqa: PLR0913  # each is a thing that a messenger may say
        self,
        message: str,
        *,
        permanent: bool = False,
        closed: bool = False,
        retry_after: float | None = None,
        everywhere: bool = False,
        ambiguous: bool = False,
        moved_to: str | None = None,
        gone: bool = False,
        advice: str | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent or closed
        self.closed = closed
        self.retry_after = retry_after
        self.everywhere = everywhere
        self.ambiguous = ambiguous
        self.moved_to = moved_to
        self.gone = gone
        self.advice = advice


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

    async def find(self, chat: Chat, key: str, since: datetime, *, under: str | None = None) -> str | None:
        """The reference of the message sent under `key`, or None when it was never shown.

        A note is looked for `under` the card's message, where it was said.
        """


@runtime_checkable
class Threads(Protocol):
    """A notifier that can say a word under a card."""

    async def note(self, chat: Chat, card_ref: str | None, note: Note, key: str) -> str:
        """Say the note under the card's message (in the chat itself where there is none) and return its reference.

        Raises NotifyError.
        """


@runtime_checkable
class Lists(Protocol):
    """A notifier that can show a digest, with a button for each of its cases. Both raise NotifyError."""

    async def send_digest(self, chat: Chat, sheet: Sheet, key: str) -> str:
        """Show it and return the message's reference."""

    async def edit_digest(self, chat: Chat, ref: str, sheet: Sheet) -> None:
        """Bring it up to date; one that already looks so is a success."""


@runtime_checkable
class Snapshots(Protocol):
    """A notifier for a program, which is told how a case stands in place of a card. Telling it the same revision
    again changes nothing there.
    """

    async def snapshot(self, chat: Chat, case: Case, context: CardContext, *, shown: int) -> str:
        """Tell the endpoint of `chat`; `shown` is the revision that it knows, 0 for none. Returns a reference.

        Raises NotifyError.
        """


@runtime_checkable
class Reachable(Protocol):
    """A notifier that can ask its messenger whether it is there, without showing anything to anybody."""

    async def ping(self) -> None:
        """Raises NotifyError."""


@runtime_checkable
class Linked(Protocol):
    """A notifier whose messages have addresses."""

    def link(self, chat: Chat, ref: str) -> str | None:
        """The web address of the message; None where this chat gives none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How fast a messenger may be told: each chat, and all of it together; None for no limit.

    Cards, edits and notes count alike.
    """

    chat: Callable[[Chat], Limit | None] = lambda _chat: None
    whole: Limit | None = None


@runtime_checkable
class Paced(Protocol):
    """A notifier that knows its messenger's limits."""

    @property
    def limits(self) -> Limits: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that somebody pressed, or the answer to what it asked. `key` is unique to the press and the same
    when it is delivered again. `value` is the text or the option that the person gave.

    `chat` and `ref` are the card's message that it came from, where the messenger says so: the reference as
    `Notifier.send` gave it, the chat by its id, also where the config has its name. The answer to a text prompt in
    Telegram comes from the prompt's own message, which the PromptBook knows.
    """

    messenger: MessengerId
    key: str
    user: str
    user_name: str
    case: int
    action: str
    at: datetime
    value: str | None = None
    chat: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person who pressed reads, in Russian; `alert` for a refusal that must not be overlooked.

    `is_long`: an explanation, which wants more time than a toast gives. `prompt` asks for what the command still
    needs; its answer comes back as another press, with a `value`.
    `reason` names for programs why nothing came of it.
    """

    text: str
    alert: bool = False
    is_long: bool = False
    prompt: Prompt | None = None
    reason: str | None = None


OnPress = Callable[[Press], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A prompt as it stands in a messenger: whoever answers message `ref` answers `action` of `case`.

    `user` is who was asked; None where everybody may answer: a note with a customer's words.
    """

    messenger: MessengerId
    chat: str
    ref: str
    user: str | None
    case: int
    action: str
    at: datetime


class PromptBook(Protocol):
    """Remembers prompts over restarts, for messengers where an answer only names the message it answers.

    Notes that may be answered are known without being remembered: they went out through the outbox.
    """

    async def remember(self, asked: Asked) -> None: ...

    async def recall(self, messenger: MessengerId, chat: str, ref: str) -> Asked | None: ...


class Inbox(Protocol):
    """Brings presses from a messenger. `run` returns only when cancelled; it survives network faults by itself.

    `deaf` is why none can come just now, None while they can: a person who presses in vain must not be the first
    to know.
    """

    @property
    def deaf(self) -> NotifyError | None: ...

    async def run(self, on_press: OnPress) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a request at the program's own port is answered: a status and a JSON object."""

    status: int
    body: Mapping[str, Any]


@runtime_checkable
class Doors(Protocol):
    """An inbox that is written to at the program's own port, while it runs."""

    async def call(self, chat: Chat, headers: Mapping[str, str], body: bytes) -> Response:
        """A request in the name of the chat's endpoint. Raises nothing."""


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
    priority: Priority = Priority.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A word that a chat must read. `card_ref` is the card's message in that chat, under which it is said.

    A digest speaks of several `cases` at once (open and late ones first), and of `others` that are only counted;
    any other notice of one. `on` is the message of an earlier card, on which it is written once: the case went on
    under `card_ref`. An `incident` is spoken of under its own card, and of no case.
    """

    id: int
    receiver: str
    chat: Chat
    draft: NoticeDraft
    cases: tuple[Case, ...]
    others: int = 0
    card_ref: str | None
    tries: int
    unknown: bool
    created_at: datetime
    on: str | None = None
    incident: Incident | None = None

    def __post_init__(self) -> None:
        if not self.cases and self.incident is None:
            raise ValueError("a notice speaks of a case or of an incident")


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A list that a chat must see; like a delivery it shows `shown` and is at `revision`."""

    id: int
    receiver: str
    chat: Chat
    listing: Listing
    revision: int
    ref: str | None
    shown: int
    tries: int
    unknown: bool
    created_at: datetime
    priority: Priority = Priority.NEW


Due = Delivery | Notice | Digest
"""What a worker of the outbox is given to do."""


Folds = Literal["all", "old", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a chat may get now: `most` in all, of which at most `plain` may wait on no person (NEW and below).

    `folds`: where more first cards wait than a person reads one by one, the others become a digest, or those
    that are old; `later`: not yet, and what is old waits for it; None: all go one by one.
    """

    most: int
    plain: int
    folds: Folds | None = None


Room = Callable[[Mapping[Chat, Priority]], Mapping[Chat, Share]]
"""How much each chat may get now: asked with the chats where something is due, and its most urgent priority."""

ChatTrouble = Literal["resting", "parked"]
"""Why a chat gets nothing now: it asked for rest, or it refuses everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatState:
    """A chat that is not fine. `until` is when it is tried next, `tries` how often it has refused in a row."""

    chat: Chat
    state: ChatTrouble
    since: datetime
    until: datetime
    reason: str
    tries: int = 1


class Outbox(Protocol):
    """The store's side of telling. What is claimed is leased: if the process dies it comes back `unknown`.

    `now` is the wall clock, which may be set back. What was tried and put off to later than FARTHEST from `now` is
    due all the same, and a lease that ends FARTHEST later than a lease lasts is over (the clocks of two daemons
    differ). What was never tried may be due much later: the night holds it.

    The marks (all methods but `claim` and `ill`) are repeated with the same words when one of them failed,
    until it is written; nothing is claimed before. They count as long as nobody else has claimed the thing since,
    even after the lease ran out, and a mark that was written already changes nothing.
    """

    async def claim(self, messenger: MessengerId, room: Room, now: datetime) -> Sequence[Due]:
        """Lease what is due in one messenger: for each chat at most as many as `room` gives it, by priority, then
        oldest first. `room` is asked once, with all chats where something is due, inside the claim's transaction.
        """

    async def shown(self, due: Due, ref: str, now: datetime) -> None:
        """The chat now shows `due.case.revision`, or the notice, under `ref`. Forgets the tries.

        A delivery whose case has changed meanwhile is due at once.
        """

    async def retry(self, due: Due, at: datetime, error: str, *, unknown: bool) -> None:
        """Not shown; due again at `at`. Counts a try.

        A new change of the case makes a delivery due at once, however far it was put off (a refused edit).
        """

    async def fail(self, due: Due, error: str, now: datetime, instead: StandIns) -> None:
        """Never to be tried again; the error is kept for people to see. A case left without chats goes to the
        first of its receiver's stand-ins that has not refused it, or to the console.
        """

    async def park(self, due: Due, at: datetime, state: ChatState, now: datetime, instead: StandIns) -> None:
        """The chat refuses everything: this is due again at `at`, the chat is tried at `state.until`.

        What waits there and no other chat shows goes to the first stand-in that is not parked, or to the console.
        """

    async def ill(self, messenger: MessengerId) -> Sequence[ChatState]:
        """The chats of a messenger that are not fine, by any daemon's knowledge."""

    async def rest(self, state: ChatState) -> None:
        """The chat asked for rest; one that is parked stays so."""

    async def well(self, chat: Chat, now: datetime) -> None:
        """The chat takes messages again. What waited for it is due; where that is much, it is old: a digest."""

    async def redirect(self, due: Due, chat: Chat, now: datetime) -> None:
        """The chat has moved: everything meant for it goes to `chat` as new messages; this one is due at once."""
