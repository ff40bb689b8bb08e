"""An outbox and messengers in memory, and the two clocks between them: real parts that tests turn by hand."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from alerts.cards.card import Card
from alerts.cards.digest import Listing, Sheet
from alerts.cards.note import Note
from alerts.cases.case import Case, CaseMention
from alerts.cases.state import State
from alerts.cases.telling import NoticeDraft, Priority
from alerts.ports import (
    FARTHEST,
    Asked,
    ChatState,
    Delivery,
    Digest,
    Due,
    Limits,
    Notice,
    NotifyError,
    Room,
    Share,
)
from alerts.routing import Chat, StandIns
from domain.person import MessengerId

NOON = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
"""Wednesday noon in Moscow."""
LEASE = timedelta(seconds=60)
GROUP = Chat(messenger="telegram", chat="-1001")


@dataclass
class Clocks:
    """The wall clock, which may be set, and the monotonic one, which may not. Both stand still until turned."""

    wall: datetime = NOON
    monotonic: float = 1_000.0

    def now(self) -> datetime:
        return self.wall

    def seconds(self) -> float:
        return self.monotonic

    def turn(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds

    def set(self, **by: float) -> None:
        """Somebody sets the wall clock."""
        self.wall += timedelta(**by)


def a_told_case(number: int = 12, *, revision: int = 1) -> Case:
    mention = CaseMention(
        row=1,
        id="-1_2",
        kind="comment",
        url="https://vk.com/wall-1_1?reply=2",
        text="Нет связи",
        published_at=NOON,
    )
    return Case(
        id=number,
        brand="vasilek",
        brand_title="Василёк Телеком",
        network="vk",
        thread="-1_1",
        author_id="7",
        author_name="Иван Петров",
        author_handle=None,
        followers=None,
        opened_at=NOON,
        state=State(revision=revision),
        mentions=(mention,),
    )


def a_delivery(number: int = 1, **fields: object) -> Delivery:
    """A card that nobody has been shown yet."""
    delivery = Delivery(
        id=number,
        receiver="support",
        chat=GROUP,
        case=a_told_case(),
        ref=None,
        shown=0,
        tries=0,
        unknown=False,
        created_at=NOON,
    )
    return replace(delivery, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for


def a_notice(number: int = 1, **fields: object) -> Notice:
    """The deadline of a case came."""
    notice = Notice(
        id=number,
        receiver="support",
        chat=GROUP,
        draft=NoticeDraft(kind="due", event=2, to=("receiver",), priority=Priority.URGENT),
        cases=(a_told_case(),),
        card_ref=None,
        tries=0,
        unknown=False,
        created_at=NOON,
    )
    return replace(notice, **fields)  # type: ignore[arg-type]  # as above


def a_digest(number: int = 1, **fields: object) -> Digest:
    """Three cases that waited."""
    cases = tuple(a_told_case(case) for case in (12, 13, 14))
    digest = Digest(
        id=number,
        receiver="support",
        chat=GROUP,
        listing=Listing(why="flood", cases=cases, first=0, total=3, free=3, late=0),
        revision=1,
        ref=None,
        shown=0,
        tries=0,
        unknown=False,
        created_at=NOON,
    )
    return replace(digest, **fields)  # type: ignore[arg-type]  # as above


@dataclass
class _Row:
    due: Due
    at: datetime
    leased_until: datetime | None = None
    error: str | None = None
    done: bool = False
    failed: bool = False

    @property
    def priority(self) -> Priority:
        return self.due.draft.priority if isinstance(self.due, Notice) else self.due.priority

    @property
    def order(self) -> tuple[Priority, datetime, int]:
        return self.priority, self.at, self.due.id

    def waits(self, now: datetime) -> bool:
        put_off = now < self.at <= now + FARTHEST if self.due.tries else now < self.at
        if self.done or self.failed or put_off:
            return False
        return self.leased_until is None or not now < self.leased_until <= now + LEASE


@dataclass
class MemoryOutbox:
    """The outbox of `alerts.ports` in memory, leases included. `claimed` keeps what each claim asked for.

    It makes no digests; `returned` are the chats that were said to be well again.
    """

    rows: dict[tuple[str, int], _Row] = field(default_factory=dict)
    claimed: list[dict[Chat, Share]] = field(default_factory=list)
    chats: dict[Chat, ChatState] = field(default_factory=dict)
    returned: list[Chat] = field(default_factory=list)

    def put(self, *things: Due, at: datetime = NOON) -> None:
        for due in things:
            self.rows[_name(due)] = _Row(due=due, at=at)

    def become(self, number: int, case: Case, *, priority: Priority = Priority.CHANGE) -> None:
        """The case of a delivery has changed: it is due at once."""
        row = self.rows["card", number]
        assert isinstance(row.due, Delivery)
        row.due = replace(row.due, case=case, priority=priority)
        row.done, row.at = False, NOON

    def delivery(self, number: int = 1) -> Delivery:
        found = self.rows["card", number].due
        assert isinstance(found, Delivery)
        return found

    def row(self, number: int = 1, kind: str = "card") -> _Row:
        return self.rows[kind, number]

    def _waiting_in(self, messenger: MessengerId, now: datetime) -> Mapping[Chat, Priority]:
        waiting: dict[Chat, Priority] = {}
        for row in self.rows.values():
            if row.due.chat.messenger == messenger and row.waits(now):
                waiting[row.due.chat] = min(row.priority, waiting.get(row.due.chat, row.priority))
        return waiting

    async def claim(self, messenger: MessengerId, room: Room, now: datetime) -> Sequence[Due]:
        chats = room(self._waiting_in(messenger, now))
        self.claimed.append(dict(chats))
        by_chat = defaultdict[Chat, list[_Row]](list)
        for row in sorted(self.rows.values(), key=lambda row: row.order):
            share = chats.get(row.due.chat, Share(most=0, plain=0))
            plain = sum(one.priority > Priority.URGENT for one in by_chat[row.due.chat])
            room = share.most - len(by_chat[row.due.chat])
            if row.waits(now) and room > 0 and (row.priority <= Priority.URGENT or plain < share.plain):
                by_chat[row.due.chat].append(row)
        claimed = [row for rows in by_chat.values() for row in rows]
        for row in claimed:
            if row.leased_until:
                row.due = replace(row.due, unknown=True)
            row.leased_until = now + LEASE
        return [row.due for row in claimed]

    async def shown(self, due: Due, ref: str, now: datetime) -> None:
        row = self.rows[_name(due)]
        row.leased_until = None
        if isinstance(row.due, Delivery) and isinstance(due, Delivery):
            row.due = replace(row.due, ref=ref, shown=due.case.revision, tries=0, unknown=False)
            row.done = row.due.case.revision <= due.case.revision
        elif isinstance(row.due, Digest) and isinstance(due, Digest):
            row.due = replace(row.due, ref=ref, shown=due.revision, tries=0, unknown=False)
            row.done = True
        else:
            row.done = True

    async def retry(self, due: Due, at: datetime, error: str, *, unknown: bool) -> None:
        row = self.rows[_name(due)]
        row.leased_until, row.error = None, error
        row.at = at
        row.due = replace(row.due, tries=row.due.tries + 1, unknown=unknown)

    async def fail(self, due: Due, error: str, now: datetime, instead: StandIns) -> None:
        row = self.rows[_name(due)]
        row.leased_until, row.error, row.failed = None, error, True

    async def park(self, due: Due, at: datetime, state: ChatState, now: datetime, instead: StandIns) -> None:
        await self.retry(due, at, state.reason, unknown=False)
        self.chats[state.chat] = state

    async def rest(self, state: ChatState) -> None:
        self.chats.setdefault(state.chat, state)

    async def well(self, chat: Chat, now: datetime) -> None:
        self.returned.append(chat)
        self.chats.pop(chat, None)
        for row in self.rows.values():
            row.at = min(row.at, now) if row.due.chat == chat and row.due.tries else row.at

    async def ill(self, messenger: MessengerId) -> Sequence[ChatState]:
        return [state for state in self.chats.values() if state.chat.messenger == messenger]

    async def redirect(self, due: Due, chat: Chat, now: datetime) -> None:
        for row in self.rows.values():
            if row.due.chat.chat == due.chat.chat:
                new = replace(chat, topic=row.due.chat.topic)
                row.due = (
                    replace(row.due, chat=new, ref=None)
                    if isinstance(row.due, Delivery | Digest)
                    else replace(row.due, chat=new, card_ref=None)
                )
        self.rows[_name(due)].leased_until = None


def _name(due: Due) -> tuple[str, int]:
    return {Delivery: "card", Digest: "digest", Notice: "notice"}[type(due)], due.id


@dataclass
class PlainMessenger:
    """A messenger that shows cards in memory and can do no more. `faults` are raised one a call, oldest first.

    A fault of kind `ambiguous` strikes after the card is shown, all others before. `refusing` holds chats' faults
    that last.
    """

    limits: Limits = Limits()  # noqa: RUF009 - frozen
    shown: dict[str, Card | Note | Sheet] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    faults: deque[Exception | None] = field(default_factory=deque)
    refusing: dict[str, NotifyError] = field(default_factory=dict)
    sent: list[Card | Note | Sheet] = field(default_factory=list)

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        return self._say("send", chat, card, key)

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        self._call("edit", chat)
        if ref not in self.shown:
            raise NotifyError("message to edit not found", gone=True)
        self.shown[ref] = card

    async def close(self) -> None:
        self.calls.append("close")

    def cards(self) -> list[Card]:
        return [shown for shown in self.shown.values() if isinstance(shown, Card)]

    def _say(self, call: str, chat: Chat, said: Card | Note | Sheet, key: str) -> str:
        ref = str(len(self.calls) + 1)
        try:
            self._call(call, chat)
        except NotifyError as error:
            if error.ambiguous:
                self._show(ref, chat, said, key)
            raise
        self._show(ref, chat, said, key)
        return ref

    def _show(self, ref: str, chat: Chat, said: Card | Note | Sheet, key: str) -> None:
        self.shown[ref], self.keys[ref], self.chats[ref] = said, key, chat
        self.sent.append(said)

    def _call(self, call: str, chat: Chat) -> None:
        self.calls.append(call)
        fault = self.refusing.get(chat.chat) or (self.faults.popleft() if self.faults else None)
        if fault is not None:
            raise fault


@dataclass
class MemoryMessenger(PlainMessenger):
    """A messenger that can say a word under a card and show a digest."""

    unders: list[str | None] = field(default_factory=list)

    async def note(self, chat: Chat, card_ref: str | None, note: Note, key: str) -> str:
        self.unders.append(card_ref)
        return self._say("note", chat, note, key)

    async def send_digest(self, chat: Chat, sheet: Sheet, key: str) -> str:
        return self._say("send_digest", chat, sheet, key)

    async def edit_digest(self, chat: Chat, ref: str, sheet: Sheet) -> None:
        self._call("edit_digest", chat)
        if ref not in self.shown:
            raise NotifyError("message to edit not found", gone=True)
        self.shown[ref] = sheet

    def notes(self) -> list[Note]:
        return [said for said in self.sent if isinstance(said, Note)]


@dataclass
class SearchableMessenger(MemoryMessenger):
    """A messenger that can look for an earlier try."""

    async def find(self, chat: Chat, key: str, since: datetime, *, under: str | None = None) -> str | None:
        self._call("find", chat)
        return next((ref for ref, known in self.keys.items() if known == key and ref in self.shown), None)


@dataclass
class ReachableMessenger(MemoryMessenger):
    """A messenger that can be asked whether it is there. `away` is what every call meets meanwhile."""

    away: NotifyError | None = None

    async def ping(self) -> None:
        self.calls.append("ping")
        if self.away is not None:
            raise self.away

    def _call(self, call: str, chat: Chat) -> None:
        if self.away is not None:
            self.calls.append(call)
            raise self.away
        super()._call(call, chat)


@dataclass
class MemoryPromptBook:
    """The book of prompts of `alerts.ports` in memory. `faults` are raised one a `remember`."""

    asked: dict[tuple[MessengerId, str, str], Asked] = field(default_factory=dict)
    faults: deque[Exception] = field(default_factory=deque)

    async def remember(self, asked: Asked) -> None:
        if self.faults:
            raise self.faults.popleft()
        self.asked[asked.messenger, asked.chat, asked.ref] = asked

    async def recall(self, messenger: MessengerId, chat: str, ref: str) -> Asked | None:
        return self.asked.get((messenger, chat, ref))
