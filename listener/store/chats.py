"""Chats that are not fine: who is told instead of them, and what becomes on their return of what waited."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, case, delete, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.cases.telling import Priority
from alerts.ports import ChatState
from alerts.routing import Chat
from domain.person import CONSOLE, MessengerId
from listener.store.addresses import chat_of, columns_of, is_chat
from listener.store.digests import FEW
from listener.store.engine import insert
from listener.store.tables import STILL_OPEN, card_views, chats, digests, notices

LATE: Final = timedelta(minutes=10)
"""A bell that could not ring for so long is no news."""
BELLS: Final = ("%:warn", "%:due", "%:breach", "many:%")
"""How their dedup keys look."""
QUEUES: Final = (digests, card_views, notices)


async def ill(connection: AsyncConnection, messenger: MessengerId | None = None) -> list[ChatState]:
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


async def park(connection: AsyncConnection, state: ChatState, now: datetime) -> None:
    """Note that the chat refuses everything; what waits there and nowhere else is told on the console."""
    await _write(connection, state)
    await _stand_in(connection, state.chat, now)


async def rest(connection: AsyncConnection, state: ChatState) -> None:
    await _write(connection, state)


async def well(connection: AsyncConnection, chat: Chat, now: datetime) -> None:
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


async def give_up(connection: AsyncConnection, chat: Chat, error: str) -> None:
    """Nothing is sent there any more, and nobody asks how it is."""
    for queue in QUEUES:
        unsent = or_(STILL_OPEN, queue.c.state == "digest")
        await connection.execute(
            update(queue).where(is_chat(queue, chat), unsent).values(state="failed", error=error, worker=None)
        )
    await connection.execute(delete(chats).where(is_chat(chats, chat)))


async def _write(connection: AsyncConnection, state: ChatState) -> None:
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


async def _stand_in(connection: AsyncConnection, chat: Chat, now: datetime) -> None:
    """A card on the console for each case that waits in this chat and has no other chat to be shown in."""
    other = card_views.alias("other")
    parked = exists().where(
        chats.c.messenger == other.c.messenger,
        chats.c.chat == other.c.chat,
        chats.c.topic == other.c.topic,
        chats.c.state == "parked",
    )
    elsewhere = exists().where(
        other.c.case_id == card_views.c.case_id,
        other.c.id != card_views.c.id,
        other.c.state != "failed",
        ~parked,
    )
    # The night holds back what was never tried.
    tried_or_due = or_(card_views.c.tries > 0, card_views.c.due_at <= now)
    left = select(
        card_views.c.case_id,
        card_views.c.receiver,
        literal(CONSOLE),
        card_views.c.receiver,
        literal(0),
        literal(int(Priority.URGENT)),
        literal("due"),
        card_views.c.wanted,
        literal(now, chats.c.since.type),
        literal(now, chats.c.since.type),
    ).where(is_chat(card_views, chat), STILL_OPEN, card_views.c.ref.is_(None), tried_or_due, ~elsewhere)
    names = (
        "case_id",
        "receiver",
        "messenger",
        "chat",
        "topic",
        "priority",
        "state",
        "wanted",
        "due_at",
        "created_at",
    )
    await connection.execute(
        insert(connection.dialect.name, card_views).from_select(names, left).on_conflict_do_nothing()
    )
