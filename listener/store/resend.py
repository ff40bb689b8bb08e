"""Cards that a chat refused for good, due again: where their receiver's cards go now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.cases.telling import Priority
from alerts.routing import Receiver
from listener.store.engine import Database, insert
from listener.store.tables import card_views, cases

MOVED: Final = "the chat is "
"""How a row ends that stood twice when a group moved: the card is at the other address."""


async def resend(database: Database, receivers: Sequence[Receiver], now: datetime) -> int:
    """Make the failed cards of open cases due again, and say how many cases that concerns.

    Each goes to the chats that its receiver has by the config of now; one that shows the card already is not told
    twice. Receivers that are not given keep what failed.
    """
    return await database.write(lambda connection: _resend(connection, receivers, now))


async def _resend(connection: AsyncConnection, receivers: Sequence[Receiver], now: datetime) -> int:
    concerned: set[int] = set()
    for receiver in receivers:
        for row in (await connection.execute(_failed(receiver.name))).all():
            concerned.add(row.case_id)
            for chat in receiver.chats:
                view = {
                    "case_id": row.case_id,
                    "receiver": receiver.name,
                    "messenger": chat.messenger,
                    "chat": chat.chat,
                    "topic": chat.topic or 0,
                    "priority": int(Priority.NEW),
                    "state": "due",
                    "wanted": row.wanted,
                    "due_at": now,
                    "created_at": now,
                }
                await connection.execute(_again(connection.dialect.name, view))
    return len(concerned)


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
