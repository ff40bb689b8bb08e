"""Cards that wait for longer than operators were promised: what no chat has shown, whatever the reason."""

from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select

from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import STILL_OPEN, card_views

_SINCE: Final = case((card_views.c.tries == 0, card_views.c.due_at), else_=card_views.c.created_at)
"""Since when a card waits: what the night held was due in the morning only; what was tried, since it was made."""


async def late(database: Database, before: datetime) -> tuple[int, datetime | None]:
    """How many cards wait since `before` or longer, and since when the first."""
    return await database.read(lambda connection: _late(connection, before))


async def _late(connection: Connection, before: datetime) -> tuple[int, datetime | None]:
    found = await connection.execute(
        select(func.count(), func.min(_SINCE)).where(
            STILL_OPEN, card_views.c.delivered_at.is_(None), before >= _SINCE
        )
    )
    count, since = found.one()
    return count, since
