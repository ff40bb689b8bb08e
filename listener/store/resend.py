"""Cards that a chat refused, due again where their receiver's cards go now."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select

from alerts.cases.telling import Priority
from alerts.routing import Chat, Receiver
from listener.store import chats, outbox_rows
from listener.store.addresses import columns_of, is_chat
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.tables import card_views, cases

MOVED: Final = "the chat is "
"""How a row ends that stood twice when a group moved: the card is at the other address."""
GONE: Final = f"{MOVED}nobody's any more"


async def resend(database: Database, receivers: Sequence[Receiver], now: datetime) -> int:
    """Make the failed cards of open cases due again, and say how many cases that concerns.

    Each goes to the chats that its receiver has by the config of now; one that shows the card already is not told
    twice. Receivers that are not given keep what failed.
    """
    return await database.write(lambda connection: _resend(connection, receivers, now))


async def _resend(connection: Connection, receivers: Sequence[Receiver], now: datetime) -> int:
    concerned: set[int] = set()
    for receiver in receivers:
        for row in (await connection.execute(_failed(receiver.name))).all():
            concerned.add(row.case_id)
            await _due_again(connection, row, receiver, now)
    return len(concerned)


async def rehouse(
    database: Database, receivers: Sequence[Receiver], now: datetime, others: Collection[Chat] = ()
) -> int:
    """What waits in a parked chat that no receiver has any more (a wrong number was mended) goes to those that its
    receiver has now; the chat is forgotten. Returns how many cards that concerns.

    `others` are private chats of people: what waits there is theirs, one where nothing does is tried anew.
    """
    return await database.write(lambda connection: _rehouse(connection, receivers, now, others))


async def _rehouse(
    connection: Connection, receivers: Sequence[Receiver], now: datetime, others: Collection[Chat]
) -> int:
    moved = await outbox_rows.moves(connection)
    known = {
        replace(chat, chat=moved.get((chat.messenger, chat.chat), chat.chat))
        for receiver in receivers
        for chat in receiver.chats
    }
    by_name = {receiver.name: receiver for receiver in receivers}
    count = 0
    for state in await chats.ill(connection):
        if state.state != "parked" or state.chat in known or not await _had_cards(connection, state.chat):
            continue
        if state.chat in others and await chats.waits(connection, state.chat):
            continue
        for row in (await connection.execute(_waiting(state.chat))).all():
            if (receiver := by_name.get(row.receiver)) is not None:
                count += 1
                await _due_again(connection, row, receiver, now)
        await chats.give_up(connection, state.chat, GONE)
    return count


async def _due_again(connection: Connection, row: Row[Any], receiver: Receiver, now: datetime) -> None:
    for chat in receiver.chats:
        view = {
            "case_id": row.case_id,
            "receiver": receiver.name,
            **columns_of(chat),
            "priority": int(Priority.NEW),
            "state": "due",
            "wanted": row.wanted,
            "due_at": now,
            "created_at": now,
        }
        await connection.execute(_again(connection.dialect.name, view))


async def _had_cards(connection: Connection, chat: Chat) -> bool:
    """A person's private chat has none unless it stood in for another."""
    here = select(card_views.c.id).where(card_views.c.messenger == chat.messenger, card_views.c.chat == chat.chat)
    return (await connection.execute(here.limit(1))).first() is not None


def _waiting(chat: Chat) -> Any:
    """The cards that the chat has never shown, of open cases."""
    return (
        select(card_views.c.case_id, card_views.c.wanted, card_views.c.receiver)
        .join(cases, cases.c.id == card_views.c.case_id)
        .where(is_chat(card_views, chat), card_views.c.state.in_(("due", "sending", "digest")))
        .where(card_views.c.ref.is_(None), cases.c.stage != "closed")
    )


def _failed(receiver: str) -> Any:
    return (
        select(card_views.c.case_id, card_views.c.wanted)
        .join(cases, cases.c.id == card_views.c.case_id)
        .where(
            card_views.c.receiver == receiver,
            card_views.c.state == "failed",
            cases.c.stage != "closed",
            ~card_views.c.error.startswith(MOVED),
        )
    )


def _again(dialect: str, view: dict[str, Any]) -> Any:
    """A view of its own, or the failed one anew; one that is shown or under way is left as it is."""
    return (
        insert(dialect, card_views)
        .values(view)
        .on_conflict_do_update(
            index_elements=[card_views.c.case_id, card_views.c.messenger, card_views.c.chat, card_views.c.topic],
            set_={
                "state": "due",
                "due_at": view["due_at"],
                "tries": 0,
                "error": None,
                "ref": None,
                "worker": None,
            },
            where=card_views.c.state == "failed",
        )
    )
