"""The outbox from the teller's side: `alerts.ports.Outbox`, deliveries leased to one worker at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, case, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.case import Case
from alerts.ports import Delivery
from alerts.routing import Chat
from domain.person import Messenger
from listener.store import cases
from listener.store.engine import insert
from listener.store.mentions import storable
from listener.store.tables import STILL_OPEN, Time, aliases, deliveries
from listener.store.tables import cases as all_cases

LEASE: Final = timedelta(seconds=60)
"""Longer than a card takes to be sent. Later the worker is taken for dead, and its card for perhaps shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The chat shows the delivery's card under `ref` since `at`."""

    delivery: Delivery
    ref: str
    at: datetime


async def claim(
    connection: AsyncConnection, worker: str, now: datetime, limit: int, skip: frozenset[Messenger]
) -> list[Delivery]:
    """Lease what is due. A row found in `sending` was left there by a worker that died."""
    due = (
        select(deliveries)
        .where(STILL_OPEN, deliveries.c.due_at <= now)
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if skip:
        due = due.where(deliveries.c.messenger.not_in(sorted(skip)))
    rows = list(await connection.execute(due))
    if not rows:
        return []
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_([row.id for row in rows]))
        .values(
            unknown=or_(deliveries.c.unknown, deliveries.c.state == "sending"),
            state="sending",
            worker=worker,
            due_at=now + LEASE,
        )
    )
    loaded = await cases.load(connection, {row.case_id for row in rows})
    return [_delivery(row, loaded[row.case_id]) for row in rows]


async def shown(connection: AsyncConnection, worker: str, marks: Sequence[Mark]) -> None:
    """Mark what the chats show now. A row is due at once again if its case has changed meanwhile."""
    rows = [
        {
            "delivery": mark.delivery.id,
            "by": worker,
            "now_ref": storable(mark.ref),
            "revision": mark.delivery.case.revision,
            "now": mark.at,
        }
        # Sorted, so that two daemons lock the rows in the same order.
        for mark in sorted(marks, key=lambda one: one.delivery.id)
    ]
    await connection.execute(_SHOWN, rows)


async def retry(
    connection: AsyncConnection, worker: str, delivery: Delivery, at: datetime, error: str, *, unknown: bool
) -> None:
    """An unknown outcome stays unknown until the card is shown, whatever the later tries say."""
    await connection.execute(
        _leased(worker, delivery).values(
            state="due",
            due_at=at,
            tries=deliveries.c.tries + 1,
            unknown=or_(deliveries.c.unknown, literal(unknown)),
            error=storable(error)[:1000],
            worker=None,
        )
    )


async def fail(connection: AsyncConnection, worker: str, delivery: Delivery, error: str, now: datetime) -> None:
    """Give a delivery up. A case that no chat is left to show goes to the console, or nobody would ever see it."""
    # Its case's last two chats may fail at the same time: one after another, or each would rely on the other.
    await connection.execute(select(all_cases.c.id).where(all_cases.c.id == delivery.case.id).with_for_update())
    await connection.execute(
        _leased(worker, delivery).values(
            state="failed", tries=deliveries.c.tries + 1, error=storable(error)[:1000], worker=None
        )
    )
    others = select(deliveries.c.id).where(
        deliveries.c.case_id == delivery.case.id, deliveries.c.state != "failed"
    )
    if await connection.scalar(others.limit(1)) is not None:
        return
    last_resort = {
        "case_id": delivery.case.id,
        "receiver": delivery.receiver,
        "messenger": "console",
        "chat": delivery.receiver,
        "topic": 0,
        "state": "due",
        "wanted": delivery.case.revision,
        "due_at": now,
        "created_at": now,
    }
    await connection.execute(
        insert(connection.dialect.name, deliveries).values(last_resort).on_conflict_do_nothing()
    )


async def redirect(
    connection: AsyncConnection, worker: str, delivery: Delivery, chat: Chat, now: datetime
) -> None:
    """Send everything meant for the old address to the new one, but no case twice."""
    old = delivery.chat
    moved = {"messenger": old.messenger, "chat": old.chat, "moved_to": chat.chat, "moved_at": now}
    rows = insert(connection.dialect.name, aliases).values(moved)
    await connection.execute(
        rows.on_conflict_do_update(
            index_elements=[aliases.c.messenger, aliases.c.chat],
            set_={"moved_to": rows.excluded.moved_to, "moved_at": rows.excluded.moved_at},
        )
    )
    await connection.execute(_leased(worker, delivery).values(state="due", due_at=now, worker=None))
    there = deliveries.alias("there")
    told = select(there.c.id).where(
        there.c.case_id == deliveries.c.case_id,
        there.c.messenger == old.messenger,
        there.c.chat == chat.chat,
        there.c.topic == deliveries.c.topic,
    )
    here = update(deliveries).where(deliveries.c.messenger == old.messenger, deliveries.c.chat == old.chat)
    # No message keeps its number on the way: under an old one another card may stand there.
    await connection.execute(here.where(~told.exists()).values(chat=chat.chat, ref=None))
    # What is left stands twice: once under each address of the same chat.
    await connection.execute(here.where(STILL_OPEN).values(state="failed", error=f"the chat is {chat.chat} now"))


async def recover(connection: AsyncConnection, worker: str | None, now: datetime) -> int:
    """Make due at once, as perhaps shown, what a worker (None: any) was sending when it died."""
    left = update(deliveries).where(STILL_OPEN, deliveries.c.state == "sending")
    if worker is not None:
        left = left.where(deliveries.c.worker == worker)
    done = await connection.execute(left.values(state="due", due_at=now, unknown=True, worker=None))
    return done.rowcount


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When the earliest open delivery is due, leased ones when their lease runs out."""
    found = await connection.execute(
        select(deliveries.c.due_at).where(STILL_OPEN).order_by(deliveries.c.due_at).limit(1)
    )
    return found.scalar_one_or_none()


async def waiting(connection: AsyncConnection) -> dict[Messenger, int]:
    """How many deliveries are open, by messenger."""
    found = await connection.execute(
        select(deliveries.c.messenger, func.count()).where(STILL_OPEN).group_by(deliveries.c.messenger)
    )
    return {row[0]: row[1] for row in found}


_NOW: Final = bindparam("now", type_=Time)
_SHOWN: Final = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("delivery"),
        deliveries.c.state == "sending",
        deliveries.c.worker == bindparam("by"),
    )
    .values(
        ref=bindparam("now_ref"),
        shown=bindparam("revision"),
        state=case((deliveries.c.wanted > bindparam("revision"), "due"), else_="shown"),
        due_at=_NOW,
        tries=0,
        unknown=False,
        error=None,
        worker=None,
        delivered_at=func.coalesce(deliveries.c.delivered_at, _NOW),
    )
)


def _leased(worker: str, delivery: Delivery) -> Any:
    """The row, as long as it is this worker's: another one that took it over has the last word."""
    return update(deliveries).where(
        deliveries.c.id == delivery.id, deliveries.c.state == "sending", deliveries.c.worker == worker
    )


def _delivery(row: Row[Any], of: Case) -> Delivery:
    return Delivery(
        id=row.id,
        receiver=row.receiver,
        chat=Chat(messenger=row.messenger, chat=row.chat, topic=row.topic or None),
        case=of,
        ref=row.ref,
        shown=row.shown,
        tries=row.tries,
        unknown=row.unknown or row.state == "sending",
        created_at=row.created_at,
    )
