"""Rescheduling: by when open cases are to be answered, by terms that have changed, a few hundred at a time."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import or_, select

from alerts.cards.rescheduled import Moved
from alerts.cases.commands import Reschedule
from alerts.cases.events import PROGRAM, Deadlines
from alerts.cases.transitions import Asker
from alerts.cases.waiting import promised_at
from listener.store import histories, history
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import case_mentions, cases, mentions

AT_ONCE: Final = 200
THE_PROGRAM: Final = Asker(actor=PROGRAM)

Promise = Callable[[str | None, datetime], Deadlines]
"""By when a receiver (by name) answers who wrote at that time."""


async def reschedule(
    database: Database, receivers: Collection[str | None], promise: Promise, now: datetime
) -> Mapping[str | None, Sequence[Moved]]:
    """Promise anew what was promised to the open cases of these receivers (None: of those that have none), counted
    from when it was promised; returns by receiver which are to be answered at another time. Raises StoreError.
    """
    moved: dict[str | None, list[Moved]] = defaultdict(list)
    last: int | None = 0
    while last is not None:
        ids = await database.read(partial(_promised, receivers=receivers, after=last))
        if ids:
            changes = await database.write(partial(_reschedule, ids=ids, promise=promise, now=now))
            for receiver, each in changes:
                moved[receiver].append(each)
        last = ids[-1] if len(ids) == AT_ONCE else None
    return moved


async def _promised(connection: Connection, receivers: Collection[str | None], after: int) -> Sequence[int]:
    named = sorted(name for name in receivers if name is not None)
    theirs: Any = cases.c.receiver.in_(named)
    if None in receivers:
        theirs = or_(theirs, cases.c.receiver.is_(None))
    promise = or_(*(cases.c[name].is_not(None) for name in ("warn_at", "due_at", "breach_at")))
    found = await connection.execute(
        select(cases.c.id)
        .where(cases.c.stage != "closed", promise, theirs, cases.c.id > after)
        .order_by(cases.c.id)
        .limit(AT_ONCE)
    )
    return list(found.scalars())


async def _reschedule(
    connection: Connection, ids: Sequence[int], promise: Promise, now: datetime
) -> list[tuple[str | None, Moved]]:
    changes = await history.lock(connection, ids)
    events, published = await histories.read(connection, ids), await _published(connection, ids)
    moved = []
    for number, change in changes.items():
        since = promised_at(events[number], published)
        if since is None:
            continue
        deadlines = promise(change.state.receiver, since)
        before = change.state.deadlines
        change.obey(Reschedule(deadlines=deadlines), THE_PROGRAM, now)
        if change.events and deadlines.due_at != before.due_at:
            moved.append((change.state.receiver, Moved(case=number, due_at=deadlines.due_at)))
    await history.write(connection, changes.values(), now)
    return moved


async def _published(connection: Connection, ids: Sequence[int]) -> Mapping[int, datetime]:
    found = await connection.execute(
        select(mentions.c.id, mentions.c.published_at)
        .join(case_mentions, case_mentions.c.mention_id == mentions.c.id)
        .where(case_mentions.c.case_id.in_(ids))
    )
    return {row.id: row.published_at for row in found}
