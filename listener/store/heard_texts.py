"""Texts that spoke of a brand, the latest first: what words on trial are looked for in."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import exists, select

from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import mentions, verdicts

PAGE: Final = 500

Text = tuple[int, str]
"""A mention's number and its text."""


async def latest_texts(database: Database, since: datetime, most: int) -> AsyncIterator[Sequence[Text]]:
    """Pages of at most so many texts that were heard since then."""
    before: int | None = None
    while most > 0:
        page = await database.read(partial(_page, before=before, since=since, most=min(PAGE, most)))
        if not page:
            return
        yield page
        before, most = page[-1][0], most - len(page)


async def _page(connection: Connection, before: int | None, since: datetime, most: int) -> Sequence[Text]:
    judged = exists().where(verdicts.c.mention_id == mentions.c.id)
    query = select(mentions.c.id, mentions.c.text).where(judged, mentions.c.heard_at >= since)
    if before is not None:
        query = query.where(mentions.c.id < before)
    rows = await connection.execute(query.order_by(mentions.c.id.desc()).limit(most))
    return [(row.id, row.text) for row in rows]
