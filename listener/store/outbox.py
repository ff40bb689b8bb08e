"""The outbox from the teller's side: `alerts.ports.Outbox`, what is due leased to one worker at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, assert_never

from sqlalchemy import (
    Integer,
    Row,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
)

from alerts.cards.notices import MOST_CASES
from alerts.cases.case import Case
from alerts.cases.telling import Priority
from alerts.incidents.incident import Incident
from alerts.ports import FARTHEST, ChatState, Delivery, Digest, Due, Notice, Room
from alerts.routing import CONSOLE_ALONE, Chat, StandIns
from domain.person import MessengerId
from listener.mention_format import storable
from listener.store import cases, chats, digests, incident_lists, outbox_rows, standing_in
from listener.store.addresses import chat_of
from listener.store.among import given
from listener.store.codecs import StoredNotice, read_notice
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.group_commit import GroupCommit
from listener.store.many import execute_many
from listener.store.tables import STILL_OPEN, Time, aliases, card_views, notices
from listener.store.tables import cases as all_cases
from listener.store.tables import digests as lists

LEASE: Final = timedelta(seconds=60)
"""Longer than a card takes to be sent. Later the worker is taken for dead, and its card for perhaps shown."""
QUEUES: Final = (lists, card_views, notices)
"""A digest goes before what is as urgent and due as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The chat shows what was due under `ref` since `at`."""

    due: Due
    ref: str
    at: datetime


class OutboxStore:
    """`alerts.ports.Outbox` over the database, for the worker with this name."""

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker
        # A commit takes as long as sending a card: one for each would halve the pace.
        self._marks = GroupCommit(self._mark_shown)

    async def close(self) -> None:
        await self._marks.close()

    async def recover(self, now: datetime, worker: str | None = None) -> int:
        """At start: make due at once what this daemon was sending when it died. SQLite has no other daemon."""
        mine = None if self._database.is_sqlite else worker or self._worker
        return await self._database.write(lambda c: recover(c, mine, now))

    async def claim(self, messenger: MessengerId, room: Room, now: datetime) -> Sequence[Due]:
        return await self._database.write(lambda c: claim(c, self._worker, messenger, room, now))

    async def shown(self, due: Due, ref: str, now: datetime) -> None:
        await self._marks.put(Mark(due=due, ref=ref, at=now))

    async def retry(self, due: Due, at: datetime, error: str, *, unknown: bool) -> None:
        await self._database.write(lambda c: retry(c, self._worker, due, at, error, unknown=unknown))

    async def fail(self, due: Due, error: str, now: datetime, instead: StandIns = CONSOLE_ALONE) -> None:
        await self._database.write(lambda c: fail(c, self._worker, due, error, now, instead))

    async def redirect(self, due: Due, chat: Chat, now: datetime) -> None:
        await self._database.write(lambda c: redirect(c, self._worker, due, chat, now))

    async def park(
        self, due: Due, at: datetime, state: ChatState, now: datetime, instead: StandIns = CONSOLE_ALONE
    ) -> None:
        await self._database.write(lambda c: park(c, self._worker, due, at, state, now, instead))

    async def rest(self, state: ChatState) -> None:
        await self._database.write(lambda c: chats.rest(c, state))

    async def well(self, chat: Chat, now: datetime) -> None:
        await self._database.write(lambda c: chats.well(c, chat, now))

    async def ill(self, messenger: MessengerId) -> Sequence[ChatState]:
        return await self._database.read(lambda c: chats.ill(c, messenger))

    async def next_due(self, messengers: Collection[MessengerId] | None = None) -> datetime | None:
        """When the outbox has work next, in these messengers or in any; None when nothing is open."""
        return await self._database.read(lambda c: next_due(c, messengers))

    async def waiting(self) -> dict[MessengerId, int]:
        """How many cards and notices are open, by messenger."""
        return await self._database.read(waiting)

    async def held(self, now: datetime) -> tuple[int, datetime | None]:
        """How many cards wait for the morning, and until when the first of them does."""
        return await self._database.read(lambda c: held(c, now))

    async def _mark_shown(self, marks: Sequence[Mark]) -> None:
        await self._database.write(lambda c: shown(c, self._worker, marks))


async def waiting_in(
    connection: Connection, messenger: MessengerId, now: datetime
) -> dict[Table, dict[Chat, Priority]]:
    """By queue, each chat's most urgent priority. It goes from chat to chat along the index: ten thousand cards
    that wait in one chat are not looked at.
    """
    first: dict[Table, dict[Chat, Priority]] = {queue: {} for queue in QUEUES}
    for row in await connection.execute(_WAITING, {"messenger": messenger, **_due_by(now)}):
        if row.priority is not None:
            chat = Chat(messenger=messenger, chat=row.chat, topic=row.topic or None)
            first[QUEUES[row.queue]][chat] = Priority(row.priority)
    return first


async def claim(
    connection: Connection, worker: str, messenger: MessengerId, room: Room, now: datetime
) -> list[Due]:
    """Lease what is due. A row found in `sending` was left there by a worker that died."""
    first = await waiting_in(connection, messenger, now)
    leased: dict[Table, list[Row[Any]]] = {queue: [] for queue in QUEUES}
    for chat, share in room(_most_urgent(first.values())).items():
        folding = share.folds is not None and await digests.fold(
            connection, chat, now, due_now(card_views, now), share.folds
        )
        waits = [queue for queue in QUEUES if chat in first[queue] or (folding and queue is lists)]
        found = [(row, queue) for queue in waits for row in await _due(connection, queue, chat, share.most, now)]
        if folding:
            found = [(row, queue) for row, queue in found if queue is not card_views or not digests.is_old(row)]
        found.sort(key=lambda pair: (pair[0].priority, pair[0].due_at))
        pressing = [pair for pair in found[: share.most] if pair[0].priority <= Priority.URGENT]
        others = found[len(pressing) : min(share.most, len(pressing) + share.plain)]
        for row, queue in (*pressing, *others):
            leased[queue].append(row)
    for queue, rows in leased.items():
        await _lease(connection, queue, rows, worker, now)
    return await _loaded(connection, leased, now)


def _most_urgent(queues: Iterable[Mapping[Chat, Priority]]) -> dict[Chat, Priority]:
    most: dict[Chat, Priority] = {}
    for queue in queues:
        for chat, priority in queue.items():
            most[chat] = min(priority, most.get(chat, priority))
    return most


async def shown(connection: Connection, worker: str, marks: Sequence[Mark]) -> None:
    """Mark what the chats show now. A card is due at once again if its case has changed meanwhile."""
    # Sorted, so that two daemons lock the rows in the same order.
    ordered = sorted(marks, key=lambda mark: mark.due.id)
    views = [
        _mark(mark, worker) | {"revision": mark.due.case.revision}
        for mark in ordered
        if isinstance(mark.due, Delivery)
    ]
    words = [_mark(mark, worker) for mark in ordered if isinstance(mark.due, Notice)]
    listed = [
        _mark(mark, worker) | {"revision": mark.due.revision} for mark in ordered if isinstance(mark.due, Digest)
    ]
    if views:
        await execute_many(connection, _SHOWN_VIEW, views)
    if listed:
        await connection.execute(_SHOWN_DIGEST, listed)
        # An incident's list grows, and is told anew with each showing.
        told = {
            mark.due.id: mark.at
            for mark in ordered
            if isinstance(mark.due, Digest) and (mark.due.shown == 0 or mark.due.listing.incident is not None)
        }
        for number, at in told.items():
            await digests.delivered(connection, number, at)
    if words:
        await connection.execute(_SHOWN_NOTICE, words)


async def retry(connection: Connection, worker: str, due: Due, at: datetime, error: str, *, unknown: bool) -> None:
    """An unknown outcome stays unknown until it is shown, whatever the later tries say."""
    queue = _queue(due)
    await connection.execute(
        _leased(worker, due).values(
            state="due",
            due_at=at,
            tries=queue.c.tries + 1,
            unknown=or_(queue.c.unknown, literal(unknown)),
            error=storable(error)[:1000],
            worker=None,
        )
    )


async def park(
    connection: Connection,
    worker: str,
    due: Due,
    at: datetime,
    state: ChatState,
    now: datetime,
    instead: StandIns,
) -> None:
    """The chat refuses everything. What was refused waits behind the others: the next try is another's."""
    await retry(connection, worker, due, at, state.reason, unknown=False)
    await chats.park(connection, state, instead, now)


async def fail(
    connection: Connection, worker: str, due: Due, error: str, now: datetime, instead: StandIns
) -> None:
    """Give it up. A case that no chat is left to show goes elsewhere, or nobody would ever see it."""
    gone = _leased(worker, due).values(
        state="failed", tries=_queue(due).c.tries + 1, error=storable(error)[:1000], worker=None
    )
    if not isinstance(due, Delivery):
        await connection.execute(gone)
        if isinstance(due, Digest):
            await digests.dissolve(connection, due, now)
        elif due.draft.where == "owner":
            await outbox_rows.say_unreachable(connection, due, now)
        return
    # Its case's last two chats may fail at the same time: one after another, or each would rely on the other.
    await connection.execute(select(all_cases.c.id).where(all_cases.c.id == due.case.id).with_for_update())
    await connection.execute(gone)
    await standing_in.hand_on(connection, due.case.id, due.receiver, instead, now)


async def redirect(connection: Connection, worker: str, due: Due, chat: Chat, now: datetime) -> None:
    """Send everything meant for the old address to the new one, but nothing twice."""
    old = due.chat
    moved = {"messenger": old.messenger, "chat": old.chat, "moved_to": chat.chat, "moved_at": now}
    rows = insert(connection.dialect.name, aliases).values(moved)
    await connection.execute(
        rows.on_conflict_do_update(
            index_elements=[aliases.c.messenger, aliases.c.chat],
            set_={"moved_to": rows.excluded.moved_to, "moved_at": rows.excluded.moved_at},
        )
    )
    await connection.execute(_leased(worker, due).values(state="due", due_at=now, worker=None))
    for queue, same in ((card_views, "case_id"), (notices, "dedup_key"), (lists, "id")):
        await _move(connection, queue, same, old, chat)


async def recover(connection: Connection, worker: str | None, now: datetime) -> int:
    """Make due at once, as perhaps shown, what a worker (None: any) was sending when it died."""
    count = 0
    for queue in QUEUES:
        left = update(queue).where(STILL_OPEN, queue.c.state == "sending")
        if worker is not None:
            left = left.where(queue.c.worker == worker)
        done = await connection.execute(left.values(state="due", due_at=now, unknown=True, worker=None))
        count += done.rowcount
    return count


async def next_due(connection: Connection, messengers: Collection[MessengerId] | None) -> datetime | None:
    """When the earliest open row is due, leased ones when their lease runs out."""
    asked = [
        STILL_OPEN if messengers is None else and_(STILL_OPEN, queue.c.messenger.in_(messengers))
        for queue in QUEUES
    ]
    earliest = union_all(
        *(select(func.min(queue.c.due_at).label("at")).where(of) for queue, of in zip(QUEUES, asked, strict=True))
    )
    times = [row.at for row in await connection.execute(earliest) if row.at is not None]
    return min(times, default=None)


async def waiting(connection: Connection) -> dict[MessengerId, int]:
    counts: dict[MessengerId, int] = {}
    for queue in QUEUES:
        found = await connection.execute(
            select(queue.c.messenger, func.count()).where(STILL_OPEN).group_by(queue.c.messenger)
        )
        for messenger, count in found:
            counts[messenger] = counts.get(messenger, 0) + count
    return counts


async def held(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    """Never tried and not yet due: only the night holds a card so."""
    found = await connection.execute(
        select(func.count(), func.min(card_views.c.due_at)).where(
            STILL_OPEN,
            card_views.c.state == "due",
            card_views.c.due_at > now,
            card_views.c.delivered_at.is_(None),
            card_views.c.tries == 0,
        )
    )
    count, until = found.one()
    return count, until


_NOW: Final = bindparam("now", type_=Time)


def _is_due(queue: Table) -> str:
    """By the clock, or by what no clock can have meant: it was set back since.

    A lease lasts so long and no longer (FARTHEST more, for the clocks of two daemons differ), what was or may
    have been tried is never put off for longer than FARTHEST, and an edit or what is due from the moment it was
    written waits for nothing. The night alone holds what was never tried. As text, for the index scan has it too.
    """
    of = queue.name
    return f"""(
        {of}.due_at <= :now
        OR ({of}.state = 'sending' AND {of}.due_at > :lost)
        OR ({of}.state = 'due' AND {of}.due_at > :far
            AND ({of}.tries > 0 OR {of}.unknown OR {of}.ref IS NOT NULL OR {of}.due_at <= {of}.created_at))
    )"""


def _due_by(now: datetime) -> dict[str, datetime]:
    """The parameters of `_is_due`."""
    return {"now": now, "lost": now + LEASE + FARTHEST, "far": now + FARTHEST}


def due_now(queue: Table, now: datetime) -> Any:
    """The condition that a row of the queue is due."""
    return text(_is_due(queue)).bindparams(*_TIMES).bindparams(**_due_by(now))


_TIMES: Final = (_NOW, bindparam("lost", type_=Time), bindparam("far", type_=Time))


def _chats_that_wait() -> Any:
    """A loose index scan of each queue, which neither engine does by itself
    (wiki.postgresql.org/wiki/Loose_indexscan); all in one statement.
    """
    places, chosen = [], []
    for number, queue in enumerate(QUEUES):
        waits, place = f"FROM {queue.name} WHERE {STILL_OPEN} AND messenger = :messenger", f"place_{number}"
        places.append(
            f"""
        {place} (chat, topic) AS (
            SELECT chat, topic FROM (SELECT chat, topic {waits} ORDER BY chat, topic LIMIT 1) AS least
            UNION ALL
            SELECT following.chat, following.topic FROM {place} JOIN {queue.name} AS following ON following.id = (
                SELECT id {waits} AND (chat, topic) > ({place}.chat, {place}.topic) ORDER BY chat, topic LIMIT 1
            )
        )"""  # noqa: S608  # a table's own name, here and below
        )
        chosen.append(
            f"""
        SELECT {number} AS queue, chat, topic, (
            SELECT priority {waits} AND chat = {place}.chat AND topic = {place}.topic AND {_is_due(queue)}
            ORDER BY priority, due_at LIMIT 1
        ) AS priority FROM {place}"""  # noqa: S608  # as above
        )
    return text("WITH RECURSIVE" + ",".join(places) + " UNION ALL ".join(chosen)).bindparams(*_TIMES)


def _first_due(queue: Table) -> Any:
    return (
        select(queue)
        .where(
            STILL_OPEN,
            queue.c.messenger == bindparam("of_messenger"),
            queue.c.chat == bindparam("of_chat"),
            queue.c.topic == bindparam("of_topic"),
            text(_is_due(queue)).bindparams(*_TIMES),
        )
        .order_by(queue.c.priority, queue.c.due_at, queue.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


_WAITING: Final = _chats_that_wait()
_FIRST_DUE: Final = {queue: _first_due(queue) for queue in QUEUES}


def _marking(queue: Table, **values: Any) -> Any:
    """The rows as shown, as long as they are this worker's."""
    return (
        update(queue)
        .where(queue.c.id == bindparam("row"), queue.c.state == "sending", queue.c.worker == bindparam("by"))
        .values(
            ref=bindparam("now_ref"),
            due_at=_NOW,
            tries=0,
            unknown=False,
            error=None,
            worker=None,
            delivered_at=func.coalesce(queue.c.delivered_at, _NOW),
            **values,
        )
    )


_SHOWN_VIEW: Final = _marking(
    card_views,
    shown=bindparam("revision"),
    state=case((card_views.c.wanted > bindparam("revision"), "due"), else_="shown"),
)
_SHOWN_DIGEST: Final = _marking(
    lists,
    shown=bindparam("revision"),
    state=case((lists.c.wanted > bindparam("revision"), "due"), else_="shown"),
)
_SHOWN_NOTICE: Final = _marking(notices, state="shown")


@cache
def _leasing(queue: Table, dialect: str) -> Any:
    return (
        update(queue)
        .where(given(queue.c.id, "ids", dialect))
        .values(
            unknown=or_(queue.c.unknown, queue.c.state == "sending"),
            state="sending",
            worker=bindparam("by"),
            due_at=bindparam("until", type_=Time),
        )
    )


def _mark(mark: Mark, worker: str) -> dict[str, Any]:
    return {"row": mark.due.id, "by": worker, "now_ref": storable(mark.ref), "now": mark.at}


async def _due(connection: Connection, queue: Table, chat: Chat, most: int, now: datetime) -> Sequence[Row[Any]]:
    place = {"of_messenger": chat.messenger, "of_chat": chat.chat, "of_topic": chat.topic or 0}
    return (await connection.execute(_FIRST_DUE[queue], {**place, "most": most, **_due_by(now)})).all()


async def _lease(
    connection: Connection, queue: Table, rows: Sequence[Row[Any]], worker: str, now: datetime
) -> None:
    if rows:
        ids = [row.id for row in rows]
        leasing = _leasing(queue, connection.dialect.name)
        await connection.execute(leasing, {"ids": ids, "by": worker, "until": now + LEASE})


async def _loaded(connection: Connection, leased: Mapping[Table, Sequence[Row[Any]]], now: datetime) -> list[Due]:
    """In the order of priority. A notice that only a later version can word stays leased, and comes back to it."""
    views, words = leased[card_views], leased[notices]
    stored = {row.id: read_notice(row.version, row.payload) for row in words}
    about = {
        row.id: await _spoken_of(connection, notice.cases) if notice.cases else (row.case_id,)
        for row in words
        if (notice := stored[row.id]) is not None and notice.incident is None
    }
    wanted = {row.case_id for row in views} | {number for cases_of in about.values() for number in cases_of}
    loaded = await cases.load(connection, wanted) if wanted else {}
    refs = await _card_refs(connection, [row for row in words if row.case_id is not None])
    due: list[tuple[tuple[int, datetime], Due]] = [
        ((row.priority, row.due_at), _delivery(row, loaded[row.case_id])) for row in views
    ]
    listed = await digests.load(connection, leased[lists], now)
    due += [((row.priority, row.due_at), listed[row.id]) for row in leased[lists]]
    of_incidents = await _of_incidents(connection, words, stored, now)
    due += [((row.priority, row.due_at), of_incidents[row.id]) for row in words if row.id in of_incidents]
    for row in words:
        notice = stored[row.id]
        speaks_of = tuple(loaded[number] for number in about.get(row.id, ()) if number in loaded)
        if notice is not None and speaks_of:
            key = (row.case_id, row.messenger, row.chat, row.topic)
            due.append(((row.priority, row.due_at), _notice(row, notice, speaks_of, refs.get(key))))
    return [entry for _, entry in sorted(due, key=lambda entry: entry[0])]


async def _of_incidents(
    connection: Connection,
    words: Sequence[Row[Any]],
    stored: Mapping[int, StoredNotice | None],
    now: datetime,
) -> dict[int, Notice]:
    """The notices that speak of incidents."""
    about = {
        row.id: notice.incident for row in words if (notice := stored[row.id]) is not None and notice.incident
    }
    found = {number: await incident_lists.load(connection, number, now) for number in set(about.values())}
    refs = await incident_lists.refs(connection, found)
    spoken: dict[int, Notice] = {}
    for row in words:
        notice, number = stored[row.id], about.get(row.id)
        incident = found.get(number) if number is not None else None
        if notice is not None and incident is not None:
            ref = refs.get((number, row.messenger, row.chat, row.topic))
            spoken[row.id] = _notice(row, notice, (), ref, incident=incident)
    return spoken


async def _spoken_of(connection: Connection, of_many: Sequence[int]) -> Sequence[int]:
    """Of many cases those that a digest names; a deadline's wave of thousands is not loaded to be counted."""
    if len(of_many) <= MOST_CASES:
        return of_many
    columns = all_cases.c
    ended = case((columns.stage == "closed", 1), else_=0)
    first = select(columns.id).where(columns.id.in_(of_many)).limit(MOST_CASES)
    return (
        (await connection.execute(first.order_by(ended, columns.due_at.nulls_last(), columns.id))).scalars().all()
    )


async def _card_refs(connection: Connection, words: Sequence[Row[Any]]) -> dict[tuple[Any, ...], str]:
    """The messages under which notices are said."""
    of_cases: Collection[int] = {row.case_id for row in words}
    if not of_cases:
        return {}
    found = await connection.execute(
        select(
            card_views.c.case_id, card_views.c.messenger, card_views.c.chat, card_views.c.topic, card_views.c.ref
        ).where(card_views.c.case_id.in_(of_cases), card_views.c.ref.is_not(None))
    )
    return {(row.case_id, row.messenger, row.chat, row.topic): row.ref for row in found}


async def _move(connection: Connection, queue: Table, same: str, old: Chat, chat: Chat) -> None:
    there = queue.alias("there")
    taken = select(there.c.id).where(
        there.c[same] == queue.c[same],
        there.c.messenger == old.messenger,
        there.c.chat == chat.chat,
        there.c.topic == queue.c.topic,
    )
    here = update(queue).where(queue.c.messenger == old.messenger, queue.c.chat == old.chat)
    # No message keeps its number on the way: under an old one another card may stand there.
    await connection.execute(here.where(~taken.exists()).values(chat=chat.chat, ref=None))
    # What is left stands twice: once under each address of the same chat.
    await connection.execute(here.where(STILL_OPEN).values(state="failed", error=f"the chat is {chat.chat} now"))


def _queue(due: Due) -> Table:
    match due:
        case Delivery():
            return card_views
        case Digest():
            return lists
        case Notice():
            return notices
        case _:
            assert_never(due)


def _leased(worker: str, due: Due) -> Any:
    """The row, as long as it is this worker's: another one that took it over has the last word."""
    queue = _queue(due)
    return update(queue).where(queue.c.id == due.id, queue.c.state == "sending", queue.c.worker == worker)


def _delivery(row: Row[Any], of: Case) -> Delivery:
    return Delivery(
        id=row.id,
        receiver=row.receiver,
        chat=chat_of(row),
        case=of,
        ref=row.ref,
        shown=row.shown,
        tries=row.tries,
        unknown=row.unknown or row.state == "sending",
        created_at=row.created_at,
        priority=Priority(row.priority),
    )


def _notice(
    row: Row[Any],
    notice: StoredNotice,
    speaks_of: tuple[Case, ...],
    card_ref: str | None,
    *,
    incident: Incident | None = None,
) -> Notice:
    return Notice(
        id=row.id,
        receiver=row.receiver,
        chat=chat_of(row),
        draft=notice.draft,
        cases=speaks_of,
        others=max(0, len(notice.cases) - MOST_CASES),
        card_ref=card_ref,
        tries=row.tries,
        unknown=row.unknown or row.state == "sending",
        created_at=row.created_at,
        on=notice.on,
        incident=incident,
    )
