"""Cursors: how far each source was read, moved only together with the mentions that it passed."""

from datetime import datetime

from sqlalchemy import select

from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.tables import cursors


async def move(connection: Connection, source: str, cursor: str, now: datetime) -> None:
    rows = insert(connection.dialect.name, cursors).values(source=source, cursor=cursor, moved_at=now)
    await connection.execute(
        rows.on_conflict_do_update(
            index_elements=[cursors.c.source],
            set_={"cursor": rows.excluded.cursor, "moved_at": rows.excluded.moved_at},
        )
    )


async def read(connection: Connection, source: str) -> str | None:
    found = await connection.execute(select(cursors.c.cursor).where(cursors.c.source == source))
    return found.scalar_one_or_none()
