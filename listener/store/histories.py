"""The events of many cases at a time, for whoever asks what became of them."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select

from alerts.cases.events import Event
from listener.store.codecs import read_event
from listener.store.connection import Connection
from listener.store.tables import case_events


async def read(
    connection: Connection, ids: Collection[int], kinds: Collection[str] | None = None
) -> defaultdict[int, list[Event]]:
    """By case, oldest first: all its events, or those of the kinds; none of a case that has none."""
    histories: defaultdict[int, list[Event]] = defaultdict(list)
    if not ids:
        return histories
    wanted = select(case_events).where(case_events.c.case_id.in_(sorted(ids)))
    if kinds is not None:
        wanted = wanted.where(case_events.c.kind.in_(kinds))
    for row in await connection.execute(wanted.order_by(case_events.c.case_id, case_events.c.number)):
        histories[row.case_id].append(read_event(row))
    return histories
