"""The outbox from the writer's side: what chats must be shown, a view for each case and chat, a notice once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Integer,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from alerts.cases.telling import NoticeDraft, NoticeKind, Priority
from alerts.ports import Notice
from alerts.routing import Chat
from listener.decided import Routed
from listener.store.codecs import NOTICE_VERSION, notice_payload, read_notice
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.many import execute_many
from listener.store.tables import MICROSECOND, Json, Time, aliases, card_views, is_living, notices

NO_WAIT: Final = timedelta(0)
COLLECTING: Final[dict[NoticeKind, timedelta]] = {"wrote": timedelta(seconds=2)}
"""Words that wait a moment for more of their kind: who writes in short messages is read in one note."""
BY_DAY: Final = frozenset[NoticeKind]({"forgotten"})
"""What nobody is woken for: the day that brings it is counted by the calendar, not by working hours."""
NOBODY: Final[Mapping[int, datetime]] = MappingProxyType({})


async def raise_wanted(connection: Connection, revisions: Sequence[tuple[int, int, int]], now: datetime) -> None:
    """Every chat that knows these cases (id, revision, priority) must show the new revision.

    A row that is being sent stays with its sender; it comes back due when that one reports an older revision.
    """
    if revisions:
        await connection.execute(
            _RAISE,
            [
                {"of_case": of_case, "revision": revision, "new_priority": priority, "now": now}
                for of_case, revision, priority in revisions
            ],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """A case that gets new cards. `held` are the receivers (by name) that are not woken before then."""

    case: int
    revision: int
    at: datetime
    held: Mapping[str, datetime] = field(default_factory=dict)

    def when(self, receiver: str) -> datetime:
        return max(self.at, self.held.get(receiver, self.at))


async def renew(connection: Connection, cases: Sequence[Anew], now: datetime) -> None:
    """The chats that show these cases get a card of their own for what is new.

    An edit of the card far up in the chat would be seen by nobody. Who is editing that one right now loses the
    row, so that its late report cannot bring the old reference back. `shown` stays: by it the new card is told
    from the old one.
    """
    if cases:
        await _lead_on(connection, cases, now)
        await connection.execute(_RENEW, [{"of_case": anew.case, "at": anew.at} for anew in cases])
    asleep = [
        {"of_case": anew.case, "of_receiver": receiver, "until": anew.when(receiver)}
        for anew in cases
        for receiver in anew.held
    ]
    if asleep:
        await connection.execute(_LET_SLEEP, asleep)


async def _lead_on(connection: Connection, cases: Sequence[Anew], now: datetime) -> None:
    """The cards that others follow now are to say so, once each and behind everything else."""
    of = {anew.case: anew for anew in cases}
    shown = await connection.execute(
        select(*(card_views.c[name] for name in ("case_id", "receiver", "messenger", "chat", "topic", "ref")))
        .where(
            card_views.c.case_id.in_(sorted(of)),
            card_views.c.ref.is_not(None),
            is_living(card_views),
        )
        .order_by(card_views.c.id)
    )
    rows = []
    for view in shown.mappings():
        anew = of[view["case_id"]]
        draft = NoticeDraft(kind="moved_on", event=anew.revision, to=(), priority=Priority.OLD)
        row = dict(view) | {
            "priority": int(draft.priority),
            "state": "due",
            "version": NOTICE_VERSION,
            "created_at": now,
        }
        followed_at = anew.when(view["receiver"]) + FOLLOWED
        row |= {"due_at": followed_at, "dedup_key": _dedup_key(view["case_id"], draft)}
        rows.append(row | {"payload": notice_payload(draft, on=row.pop("ref"))})
    if rows:
        await connection.execute(insert(connection.dialect.name, notices).on_conflict_do_nothing(), rows)


async def add(connection: Connection, routed: Sequence[tuple[int, int, Routed]], now: datetime) -> None:
    """The chats that must see these cases (id, revision, why); a chat that already does is not told twice."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for of_case, revision, why in routed:
        for receiver, chat in why.chats:
            until = why.held.get(receiver, why.not_before)
            due_at = max(now, until) if until else now
            row = _row(of_case, revision, receiver, chat)
            row |= {"due_at": due_at, "created_at": now}
            row["priority"] = int(_priority(why))
            key = (of_case, chat)
            if key not in rows or due_at < rows[key]["due_at"]:
                rows[key] = row
    if rows:
        await execute_many(connection, _upsert(connection.dialect.name), list(rows.values()))


async def add_notices(
    connection: Connection,
    drafts: Sequence[tuple[int, NoticeDraft]],
    now: datetime,
    asleep: Mapping[int, datetime] = NOBODY,
) -> None:
    """Say these words (case, draft) once in every chat that shows the case; where its card waits, after it.

    What may wait for the day is said when the people of the case are no more `asleep` (by case, until when).
    """
    if drafts:
        await connection.execute(
            _insert_notices(connection.dialect.name),
            [
                {
                    "of_case": of_case,
                    "new_priority": int(draft.priority),
                    "now": now,
                    "key": _dedup_key(of_case, draft),
                    "draft": notice_payload(draft),
                    "waits": _waits(draft.kind, asleep.get(of_case), now) // MICROSECOND,
                    "collecting": COLLECTING.get(draft.kind, NO_WAIT) // MICROSECOND,
                    "collects": draft.kind in COLLECTING,
                }
                for of_case, draft in drafts
            ],
        )


def _waits(kind: NoticeKind, until: datetime | None, now: datetime) -> timedelta:
    if kind in BY_DAY and until is not None and until > now:
        return until - now
    return COLLECTING.get(kind, NO_WAIT)


async def add_notices_elsewhere(
    connection: Connection,
    drafts: Sequence[tuple[int, NoticeDraft, Sequence[tuple[str, Chat]]]],
    now: datetime,
) -> None:
    """Say these words (case, draft) once in each of these chats (receiver, chat); they need not show the case.

    Privately a person is told only in messengers where the case is shown: he works there.
    """
    if not any(chats for _, _, chats in drafts):
        return
    at_work = await _messengers_of(connection, sorted({of_case for of_case, _, _ in drafts}))
    moved = await moves(connection)
    rows: list[dict[str, Any]] = [
        {
            "case_id": of_case,
            "receiver": receiver,
            "messenger": chat.messenger,
            "chat": moved.get((chat.messenger, chat.chat), chat.chat),
            "topic": chat.topic or 0,
            "priority": int(draft.priority),
            "state": "due",
            "due_at": now + COLLECTING.get(draft.kind, NO_WAIT),
            "created_at": now + COLLECTING.get(draft.kind, NO_WAIT),
            "dedup_key": _dedup_key(of_case, draft),
            "version": NOTICE_VERSION,
            "payload": notice_payload(draft),
        }
        for of_case, draft, chats in drafts
        for receiver, chat in chats
        if draft.where != "owner" or chat.messenger in at_work[of_case]
    ]
    taken = await _still_collecting(connection, rows)
    new = []
    for row in rows:
        place = (row["case_id"], row["messenger"], row["chat"], row["topic"])
        if row["payload"]["draft"]["kind"] not in COLLECTING:
            new.append(row)
        elif place not in taken:
            new.append(row)
            taken.add(place)
    if new:
        await connection.execute(insert(connection.dialect.name, notices).on_conflict_do_nothing(), new)


async def say_unreachable(connection: Connection, due: Notice, now: datetime) -> None:
    """Under the case's cards there, once for each person: the bot may not write to him before he writes to it."""
    if not due.cases:
        return  # an incident is spoken of in chats, and to nobody in private
    draft = NoticeDraft(kind="unreachable", event=due.draft.event, to=("owner",), priority=Priority.CHANGE)
    found = await connection.execute(
        select(card_views.c.receiver, card_views.c.chat, card_views.c.topic).where(
            card_views.c.case_id == due.cases[0].id,
            card_views.c.messenger == due.chat.messenger,
            is_living(card_views),
        )
    )
    rows = [
        {
            "case_id": due.cases[0].id,
            "receiver": row.receiver,
            "messenger": due.chat.messenger,
            "chat": row.chat,
            "topic": row.topic,
            "priority": int(draft.priority),
            "state": "due",
            "due_at": now,
            "created_at": now,
            "dedup_key": f"unreachable:{due.receiver}",
            "version": NOTICE_VERSION,
            "payload": notice_payload(draft),
        }
        for row in found
    ]
    if rows:
        await connection.execute(insert(connection.dialect.name, notices).on_conflict_do_nothing(), rows)


async def _messengers_of(connection: Connection, cases: Sequence[int]) -> dict[int, set[str]]:
    """The messengers in which cases are shown."""
    found = await connection.execute(
        select(card_views.c.case_id, card_views.c.messenger)
        .where(card_views.c.case_id.in_(cases), is_living(card_views))
        .distinct()
    )
    shown: dict[int, set[str]] = {number: set() for number in cases}
    for row in found:
        shown[row.case_id].add(row.messenger)
    return shown


async def _still_collecting(
    connection: Connection, rows: Sequence[dict[str, Any]]
) -> set[tuple[int, str, str, int]]:
    """Where a word that collects is still to be said: it takes the new one along."""
    cases = sorted({row["case_id"] for row in rows if row["payload"]["draft"]["kind"] in COLLECTING})
    if not cases:
        return set()
    found = await connection.execute(
        select(notices.c.case_id, notices.c.messenger, notices.c.chat, notices.c.topic).where(
            notices.c.case_id.in_(cases), _collects(notices)
        )
    )
    return {(row.case_id, row.messenger, row.chat, row.topic) for row in found}


def _collects(those: Any) -> Any:
    ends = [those.c.dedup_key.like(f"%:{kind}") for kind in sorted(COLLECTING)]
    return and_(those.c.state == "due", those.c.tries == 0, or_(*ends))


def _dedup_key(of_case: int, draft: NoticeDraft) -> str:
    return f"{of_case}:{draft.event}:{draft.kind}"


async def add_many(
    connection: Connection,
    draft: NoticeDraft,
    cases: Sequence[int],
    now: datetime,
    asleep: Mapping[int, datetime] = NOBODY,
) -> None:
    """Say once in every chat which of these cases ring, instead of a word for each; `asleep` as above."""
    rows = [
        row
        | {
            "due_at": now + _waits(draft.kind, asleep.get(min(numbers)), now),
            "dedup_key": f"many:{draft.kind}:{now.isoformat()}:{min(numbers)}",
            "payload": notice_payload(draft, tuple(numbers)),
        }
        for row, numbers in await _by_chat(connection, draft, cases, now)
    ]
    if rows:
        await connection.execute(insert(connection.dialect.name, notices).on_conflict_do_nothing(), rows)


async def add_later(
    connection: Connection,
    draft: NoticeDraft,
    cases: Sequence[int],
    now: datetime,
    at: datetime,
    about: str,
) -> None:
    """Say in every chat that these cases ring, at `at`, with what else of the kind is to be said `about` the same.

    Everybody is called who is by any.
    """
    key = f"gathered:{draft.kind}:{about}:{at.isoformat()}"
    for row, numbers in await _by_chat(connection, draft, cases, now):
        where = [notices.c[name] == row[name] for name in ("messenger", "chat", "topic")]
        waiting = await connection.execute(
            select(notices.c.id, notices.c.version, notices.c.payload)
            .where(*where, notices.c.dedup_key == key, notices.c.state == "due", notices.c.tries == 0)
            .with_for_update()
        )
        known = waiting.first()
        kept = read_notice(known.version, known.payload) if known is not None else None
        if known is None or kept is None:
            said = row | {"due_at": at, "dedup_key": key, "payload": notice_payload(draft, tuple(numbers))}
            # One that is on its way, or said, under this key: said by itself, so that nothing is lost.
            new = insert(connection.dialect.name, notices).on_conflict_do_nothing()
            if (await connection.execute(new.values(said))).rowcount == 0:
                said["dedup_key"] = f"{key}:{min(numbers)}"
                await connection.execute(new.values(said))
            continue
        to = tuple(dict.fromkeys((*kept.draft.to, *draft.to)))
        every = tuple(dict.fromkeys((*kept.cases, *numbers)))
        changed = notice_payload(replace(kept.draft, to=to), every)
        await connection.execute(update(notices).where(notices.c.id == known.id).values(payload=changed))


async def are_shown(connection: Connection, cases: Sequence[int]) -> bool:
    """Whether any chat shows one of these cases, or will."""
    living = select(card_views.c.id).where(card_views.c.case_id.in_(cases), is_living(card_views)).limit(1)
    return (await connection.execute(living)).first() is not None


async def _by_chat(
    connection: Connection, draft: NoticeDraft, cases: Sequence[int], now: datetime
) -> list[tuple[dict[str, Any], list[int]]]:
    """For every chat that shows some of these cases, a row without its time, key and payload; and which ones."""
    found = await connection.execute(
        select(
            card_views.c.receiver,
            card_views.c.messenger,
            card_views.c.chat,
            card_views.c.topic,
            card_views.c.case_id,
        )
        .where(card_views.c.case_id.in_(cases), is_living(card_views))
        .order_by(card_views.c.case_id)
    )
    of_chat: dict[tuple[Any, ...], list[int]] = {}
    receivers: dict[tuple[Any, ...], str] = {}
    for row in found:
        chat = (row.messenger, row.chat, row.topic)
        of_chat.setdefault(chat, []).append(row.case_id)
        receivers.setdefault(chat, row.receiver)
    return [
        (
            {
                "receiver": receivers[chat],
                "messenger": chat[0],
                "chat": chat[1],
                "topic": chat[2],
                "priority": int(draft.priority),
                "state": "due",
                "created_at": now,
                "version": NOTICE_VERSION,
            },
            numbers,
        )
        for chat, numbers in of_chat.items()
    ]


FOLLOWED: Final = timedelta(seconds=5)
"""After the card that follows: it has its address by then."""

_NOW: Final = bindparam("now", type_=Time)
_WAITS: Final = card_views.c.state == "shown"
_PUT_OFF: Final = and_(card_views.c.state == "due", card_views.c.ref.is_not(None), card_views.c.due_at > _NOW)
"""An edit that the chat refused; a change of the case may be one that it takes."""

_RISES: Final = card_views.c.priority > bindparam("new_priority")
_PRESSED_ELSEWHERE: Final = and_(card_views.c.ref.is_(None), bindparam("new_priority") == int(Priority.PRESS))
"""A card that this chat has not seen yet waits its turn: nobody here has pressed anything."""

_RAISE: Final = (
    update(card_views)
    .where(card_views.c.case_id == bindparam("of_case"), card_views.c.wanted < bindparam("revision"))
    .values(
        wanted=bindparam("revision"),
        state=case((_WAITS, "due"), else_=card_views.c.state),
        due_at=case((_WAITS | _PUT_OFF, _NOW), else_=card_views.c.due_at),
        priority=case(
            (_WAITS | (_RISES & ~_PRESSED_ELSEWHERE), bindparam("new_priority")),
            else_=card_views.c.priority,
        ),
    )
)

_RENEW: Final = (
    update(card_views)
    .where(card_views.c.case_id == bindparam("of_case"))
    .where(or_(card_views.c.ref.is_not(None), card_views.c.state == "digest"), is_living(card_views))
    .values(
        ref=None,
        state="due",
        due_at=bindparam("at", type_=Time),
        tries=0,
        unknown=False,
        worker=None,
    )
)

_LET_SLEEP: Final = (
    update(card_views)
    .where(card_views.c.case_id == bindparam("of_case"), card_views.c.receiver == bindparam("of_receiver"))
    .where(card_views.c.state == "due", card_views.c.ref.is_(None), card_views.c.tries == 0)
    .where(card_views.c.due_at < bindparam("until", type_=Time))
    .values(due_at=bindparam("until", type_=Time))
)


@cache
def _upsert(dialect: str) -> Any:
    """It goes where the chat has moved to. A card held until the morning goes out earlier when something urgent
    joins; one that failed to be sent keeps the time of its next try.
    """
    moved = select(aliases.c.moved_to).where(
        aliases.c.messenger == bindparam("of_messenger"), aliases.c.chat == bindparam("to_chat")
    )
    there = func.coalesce(moved.scalar_subquery(), bindparam("to_chat"))
    rows = insert(dialect, card_views).values(messenger=bindparam("of_messenger"), chat=there)
    earlier = and_(
        card_views.c.state == "due", card_views.c.tries == 0, rows.excluded.due_at < card_views.c.due_at
    )
    more_urgent = rows.excluded.priority < card_views.c.priority
    return rows.on_conflict_do_update(
        index_elements=[card_views.c.case_id, card_views.c.messenger, card_views.c.chat, card_views.c.topic],
        set_={
            "due_at": case((earlier, rows.excluded.due_at), else_=card_views.c.due_at),
            "priority": case((more_urgent, rows.excluded.priority), else_=card_views.c.priority),
        },
    )


@cache
def _insert_notices(dialect: str) -> Any:
    views = card_views
    after_its_card = case((views.c.delivered_at.is_(None), func.coalesce(views.c.due_at, _NOW)), else_=_NOW)
    wait = type_coerce(type_coerce(after_its_card, BigInteger) + bindparam("waits", type_=BigInteger), Time)
    there = notices.alias("there")
    collecting = exists().where(
        there.c.case_id == views.c.case_id,
        there.c.messenger == views.c.messenger,
        there.c.chat == views.c.chat,
        there.c.topic == views.c.topic,
        _collects(there),
    )
    chosen = select(
        views.c.receiver,
        views.c.messenger,
        views.c.chat,
        views.c.topic,
        bindparam("new_priority", type_=Integer),
        literal("due"),
        wait,
        type_coerce(type_coerce(_NOW, BigInteger) + bindparam("collecting", type_=BigInteger), Time),
        views.c.case_id,
        bindparam("key"),
        literal(NOTICE_VERSION),
        bindparam("draft", type_=Json),
    ).where(
        views.c.case_id == bindparam("of_case"),
        is_living(views),
        or_(~bindparam("collects", type_=Boolean), ~collecting),
    )
    names = (
        "receiver",
        "messenger",
        "chat",
        "topic",
        "priority",
        "state",
        "due_at",
        "created_at",
        "case_id",
        "dedup_key",
        "version",
        "payload",
    )
    return insert(dialect, notices).from_select(names, chosen).on_conflict_do_nothing()


def _priority(why: Routed) -> Priority:
    if why.is_urgent:
        return Priority.URGENT
    return Priority.OLD if why.is_late else Priority.NEW


def _row(of_case: int, revision: int, receiver: str, chat: Chat) -> dict[str, Any]:
    return {
        "case_id": of_case,
        "receiver": receiver,
        "of_messenger": chat.messenger,
        "to_chat": chat.chat,
        "topic": chat.topic or 0,
        "state": "due",
        "wanted": revision,
    }


async def moves(connection: Connection) -> dict[tuple[str, str], str]:
    rows = await connection.execute(select(aliases.c.messenger, aliases.c.chat, aliases.c.moved_to))
    return {(row.messenger, row.chat): row.moved_to for row in rows}
