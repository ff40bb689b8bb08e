"""Real parts that keep everything in memory: an outbox, messengers and a clock that tests turn by hand."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from alerts.candidate import Candidate
from alerts.card import Card
from alerts.case import Case, Said
from alerts.ports import Delivery, NotifyError
from alerts.routing import Chat
from domain.person import Messenger

NOON = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
"""Wednesday noon in Moscow."""
LEASE = timedelta(seconds=60)


@dataclass
class TurnedClock:
    """A clock that stands still until a test turns it."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def turn(self, **spans: float) -> datetime:
        self.time += timedelta(**spans)
        return self.time


def a_said(text: str = "Третий день не работает интернет", **fields: object) -> Said:
    """A complaint as the judge left it."""
    said = Said(
        mention="-1_2",
        kind="comment",
        url="https://vk.com/wall-1_1?reply=2",
        text=text,
        published_at=NOON,
        reach=None,
        complaint=0.87,
        intent="vent",
        topics=("связь",),
        urgency=0.2,
        because=(),
        named=(),
    )
    return replace(said, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for


def a_case(**fields: object) -> Case:
    """A new case of one complaint."""
    case = Case(
        id=12,
        revision=1,
        brand="vasilek",
        brand_title="Василёк Телеком",
        network="vk",
        thread="-1_1",
        author_id="7",
        author_name="Иван Петров",
        author_handle=None,
        followers=None,
        state="new",
        owner=None,
        opened_at=NOON,
        warn_at=None,
        due_at=None,
        breach_at=None,
        snoozed_until=None,
        said=(a_said(),),
    )
    return replace(case, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for


def a_candidate(**fields: object) -> Candidate:
    """An unhappy customer of one brand."""
    candidate = Candidate(
        brand="vasilek",
        brand_title="Василёк Телеком",
        network="vk",
        kind="comment",
        mention="-1_2",
        url="https://vk.com/wall-1_1?reply=2",
        author_id="7",
        author_name="Иван Петров",
        author_handle=None,
        followers=None,
        text="Третий день не работает интернет",
        published_at=NOON,
        thread="-1_1",
        reach=None,
        complaint=0.87,
        intent="vent",
        topics=("связь",),
        urgency=0.2,
        because=(),
        named=(),
    )
    return replace(candidate, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for


def a_delivery(**fields: object) -> Delivery:
    """A card that nobody has been shown yet."""
    delivery = Delivery(
        id=1,
        receiver="support",
        chat=Chat(messenger="telegram", chat="-1001"),
        case=a_case(),
        ref=None,
        shown=0,
        tries=0,
        unknown=False,
        created_at=NOON,
    )
    return replace(delivery, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for


@dataclass
class _Row:
    delivery: Delivery
    due: datetime
    leased_until: datetime | None = None
    error: str | None = None
    failed: bool = False


@dataclass
class MemoryOutbox:
    """The outbox of `alerts.ports` in memory, leases included."""

    rows: dict[int, _Row] = field(default_factory=dict)

    def put(self, *deliveries: Delivery, due: datetime = NOON) -> None:
        for delivery in deliveries:
            self.rows[delivery.id] = _Row(delivery=delivery, due=due)

    def become(self, number: int, case: Case) -> None:
        """The case of a delivery has changed."""
        row = self.rows[number]
        row.delivery = replace(row.delivery, case=case)

    def delivery(self, number: int = 1) -> Delivery:
        return self.rows[number].delivery

    async def claim(self, now: datetime, *, limit: int, skip: frozenset[Messenger]) -> Sequence[Delivery]:
        claimed = []
        for row in sorted(self.rows.values(), key=lambda row: row.due):
            if row.failed or row.due > now or row.delivery.shown >= row.delivery.case.revision:
                continue
            if row.delivery.chat.messenger in skip or (row.leased_until and now < row.leased_until):
                continue
            if row.leased_until:
                row.delivery = replace(row.delivery, unknown=True)
            row.leased_until = now + LEASE
            claimed.append(row.delivery)
        return claimed[:limit]

    async def shown(self, delivery: Delivery, ref: str, now: datetime) -> None:
        row = self.rows[delivery.id]
        row.leased_until = None
        row.delivery = replace(
            row.delivery, ref=ref, shown=delivery.case.revision, tries=0, unknown=False, chat=delivery.chat
        )

    async def retry(self, delivery: Delivery, at: datetime, error: str, *, unknown: bool) -> None:
        row = self.rows[delivery.id]
        row.leased_until, row.due, row.error = None, at, error
        row.delivery = replace(row.delivery, tries=row.delivery.tries + 1, unknown=unknown)

    async def fail(self, delivery: Delivery, error: str, now: datetime) -> None:
        row = self.rows[delivery.id]
        row.leased_until, row.error, row.failed = None, error, True

    async def redirect(self, delivery: Delivery, chat: Chat, now: datetime) -> None:
        for row in self.rows.values():
            if row.delivery.chat == delivery.chat:
                row.delivery = replace(row.delivery, chat=chat, ref=None)
        self.rows[delivery.id].leased_until = None


@dataclass
class MemoryMessenger:
    """A messenger that shows cards in memory. `faults` are raised one a call, oldest first.

    A fault of kind `ambiguous` strikes after the card is shown, all others before.
    """

    shown: dict[str, Card] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    faults: deque[Exception | None] = field(default_factory=deque)
    sent: list[Card] = field(default_factory=list)

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        self.calls.append("send")
        fault = self._fault()
        ref = str(len(self.calls))
        if fault is None or (isinstance(fault, NotifyError) and fault.ambiguous):
            self.shown[ref], self.keys[ref], self.chats[ref] = card, key, chat
            self.sent.append(card)
        if fault is not None:
            raise fault
        return ref

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        self.calls.append("edit")
        fault = self._fault()
        if fault is not None:
            raise fault
        if ref not in self.shown:
            raise NotifyError("message to edit not found", gone=True)
        self.shown[ref] = card

    async def close(self) -> None:
        self.calls.append("close")

    def _fault(self) -> Exception | None:
        return self.faults.popleft() if self.faults else None


@dataclass
class SearchableMessenger(MemoryMessenger):
    """A messenger that can look for an earlier try."""

    async def find(self, chat: Chat, key: str, since: datetime) -> str | None:
        self.calls.append("find")
        fault = self._fault()
        if fault is not None:
            raise fault
        return next((ref for ref, known in self.keys.items() if known == key and ref in self.shown), None)
