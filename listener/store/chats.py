"""Chats that are not fine, and what becomes on their return of what waited."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, case, delete, func, or_, select, update

from alerts.cases.telling import Priority
from alerts.ports import ChatState
from alerts.routing import Chat, StandIns
from domain.person import MessengerId
from listener.store.addresses import chat_of, columns_of, is_chat
from listener.store.connection import Connection
from listener.store.digests import FEW
from listener.store.engine import insert
from listener.store.standing_in import stand_in
from listener.store.tables import STILL_OPEN, card_views, chats, digests, notices

LATE: Final = timedelta(minutes=10)
"""A bell that could not ring for so long is no news."""
BELLS: Final = ("%:warn", "%:due", "%:breach", "many:%")
"""How their dedup keys look."""
QUEUES: Final = (digests, card_views, notices)


async def ill(connection: Connection, messenger: MessengerId | None = None) -> list[ChatState]:
    """The chats that are not fine, of one messenger or of all."""
    asked = select(chats).order_by(chats.c.messenger, chats.c.chat, chats.c.topic)
    if messenger is not None:
        asked = asked.where(chats.c.messenger == messenger)
    return [
        ChatState(
            chat=chat_of(row),
            state="parked" if row.state == "parked" else "resting",
            since=row.since,
            until=row.until,
            reason=row.reason,
            tries=row.tries,
        )
        for row in await connection.execute(asked)
    ]


async def park(connection: Connection, state: ChatState, instead: StandIns, now: datetime) -> None:
    """Note that the chat refuses everything; what waits there and nowhere else is told elsewhere."""
    await _write(connection, state)
    await stand_in(connection, state.chat, instead, now)


async def rest(connection: Connection, state: ChatState) -> None:
    await _write(connection, state)


async def well(connection: Connection, chat: Chat, now: datetime) -> None:
    """The chat is fine. What came while it was away is due now, behind what comes from now on where it is much.

    Bells are not rung late: the card says that its deadline is past.
    """
    found = await connection.execute(delete(chats).where(is_chat(chats, chat)).returning(chats.c.state))
    if "parked" not in found.scalars().all():
        return
    waits = and_(is_chat(card_views, chat), STILL_OPEN, card_views.c.ref.is_(None))
    count = await connection.scalar(select(func.count()).select_from(card_views).where(waits)) or 0
    old = Priority.OLD if count > FEW else Priority.NEW
    await connection.execute(
        update(card_views)
        .where(waits, card_views.c.state == "due", card_views.c.priority == int(Priority.NEW))
        .values(priority=int(old))
    )
    for queue in QUEUES:
        waits = and_(is_chat(queue, chat), STILL_OPEN, queue.c.state == "due", queue.c.tries > 0)
        await connection.execute(update(queue).where(waits).values(due_at=now))
    late = and_(is_chat(notices, chat), STILL_OPEN, notices.c.state == "due", notices.c.created_at < now - LATE)
    is_bell = or_(*(notices.c.dedup_key.like(name) for name in BELLS))
    await connection.execute(
        update(notices).where(late, is_bell).values(state="failed", error="too late: the card says it")
    )


async def give_up(connection: Connection, chat: Chat, error: str) -> None:
    """Nothing is sent there any more, and nobody asks how it is."""
    for queue in QUEUES:
        unsent = or_(STILL_OPEN, queue.c.state == "digest")
        await connection.execute(
            update(queue).where(is_chat(queue, chat), unsent).values(state="failed", error=error, worker=None)
        )
    await connection.execute(delete(chats).where(is_chat(chats, chat)))


async def waits(connection: Connection, chat: Chat) -> bool:
    """Whether anything is to be shown or said there."""
    for queue in QUEUES:
        if (
            await connection.scalar(select(queue.c.id).where(is_chat(queue, chat), STILL_OPEN).limit(1))
            is not None
        ):
            return True
    return False


async def _write(connection: Connection, state: ChatState) -> None:
    """A parked chat that asks for rest stays parked; `since` is when it began."""
    row = {
        **columns_of(state.chat),
        "state": state.state,
        "since": state.since,
        "until": state.until,
        "reason": state.reason[:1000],
        "tries": state.tries,
    }
    rows = insert(connection.dialect.name, chats).values(row)
    await connection.execute(
        rows.on_conflict_do_update(
            index_elements=[chats.c.messenger, chats.c.chat, chats.c.topic],
            set_={
                "state": case((chats.c.state == "parked", chats.c.state), else_=rows.excluded.state),
                "until": rows.excluded.until,
                "reason": rows.excluded.reason,
                "tries": rows.excluded.tries,
            },
        )
    )
