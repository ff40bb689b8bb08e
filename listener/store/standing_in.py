"""Cards that their chat does not take are told elsewhere: to who answers for them, on the console in the end."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, exists, or_, select, update

from alerts.cases.telling import Priority
from alerts.routing import Chat, StandIns
from domain.person import CONSOLE
from listener.store.addresses import chat_of, columns_of, is_chat
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.tables import STILL_OPEN, card_views, chats, digests, is_living

AT_ONCE: Final = 1_000
"""Cases that are handed on in one transaction; the chat's next refusal hands on the others."""
_UNTOLD: Final = or_(
    and_(STILL_OPEN, card_views.c.ref.is_(None)),
    and_(card_views.c.state == "digest", card_views.c.delivered_at.is_(None)),
)


async def stand_in(connection: Connection, chat: Chat, instead: StandIns, now: datetime) -> None:
    """A card elsewhere for each case that waits in this parked chat and has no other chat to be shown in."""
    found = await connection.execute(_waiting(chat, now).limit(AT_ONCE))
    await _hand_on(connection, found.all(), instead, now)
    await _leave(connection, chat, [name for name, chats_of in instead.items() if chat in chats_of])


async def hand_on(connection: Connection, case: int, receiver: str, instead: StandIns, now: datetime) -> None:
    """A card elsewhere for a case that no chat is left to show."""
    others = select(card_views.c.id).where(card_views.c.case_id == case, is_living(card_views))
    if await connection.scalar(others.limit(1)) is None:
        asked = select(card_views.c.case_id, card_views.c.receiver, card_views.c.wanted)
        row = asked.where(card_views.c.case_id == case, card_views.c.receiver == receiver).limit(1)
        await _hand_on(connection, (await connection.execute(row)).all(), instead, now)


async def _hand_on(connection: Connection, waiting: Sequence[Row[Any]], instead: StandIns, now: datetime) -> None:
    if not waiting:
        return
    shut = {chat_of(row) for row in await connection.execute(select(chats).where(chats.c.state == "parked"))}
    tried: dict[int, set[Chat]] = defaultdict(set)
    asked = select(card_views).where(card_views.c.case_id.in_([row.case_id for row in waiting]))
    for view in await connection.execute(asked):
        tried[view.case_id].add(chat_of(view))
    rows = [_view(row, _next(row.receiver, instead, shut | tried[row.case_id]), now) for row in waiting]
    await connection.execute(insert(connection.dialect.name, card_views).on_conflict_do_nothing(), rows)


def _next(receiver: str, instead: StandIns, without: set[Chat]) -> Chat:
    console = Chat(messenger=CONSOLE, chat=receiver)
    return next((chat for chat in instead.get(receiver, ()) if chat not in without), console)


def _view(row: Row[Any], chat: Chat, now: datetime) -> dict[str, Any]:
    return {
        "case_id": row.case_id,
        "receiver": row.receiver,
        **columns_of(chat),
        "priority": int(Priority.URGENT),
        "state": "due",
        "wanted": row.wanted,
        "due_at": now,
        "created_at": now,
    }


def _waiting(chat: Chat, now: datetime) -> Any:
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
        is_living(other),
        ~parked,
    )
    # The night holds back what was never tried.
    tried_or_due = or_(card_views.c.tries > 0, card_views.c.due_at <= now)
    return (
        select(card_views.c.case_id, card_views.c.receiver, card_views.c.wanted)
        .where(is_chat(card_views, chat), _UNTOLD, tried_or_due, ~elsewhere)
        .order_by(card_views.c.priority, card_views.c.id)
    )


async def _leave(connection: Connection, chat: Chat, receivers: Sequence[str]) -> None:
    """What stood in there for other chats was handed on, and is no news when this one takes messages again."""
    if not receivers:
        return
    left = {"state": "failed", "error": "stood in for another chat", "worker": None}
    of_others = card_views.c.receiver.in_(receivers)
    await connection.execute(update(card_views).where(is_chat(card_views, chat), _UNTOLD, of_others).values(left))
    lists = and_(is_chat(digests, chat), STILL_OPEN, digests.c.shown == 0, digests.c.receiver.in_(receivers))
    await connection.execute(update(digests).where(lists).values(left))
