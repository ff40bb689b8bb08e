"""Prompts that stand in a messenger: `alerts.ports.PromptBook`, kept for a day."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.ports import Asked
from domain.person import MessengerId
from listener.mention_format import storable
from listener.store.engine import Database, insert
from listener.store.tables import prompts

KEPT: Final = timedelta(days=1)


class PromptStore:
    """`alerts.ports.PromptBook` over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, asked: Asked) -> None:
        await self._database.write(lambda c: remember(c, asked))

    async def recall(self, messenger: MessengerId, chat: str, ref: str) -> Asked | None:
        return await self._database.read(lambda c: recall(c, messenger, chat, ref))


async def remember(connection: AsyncConnection, asked: Asked) -> None:
    """Old ones are forgotten on the way."""
    await connection.execute(delete(prompts).where(prompts.c.asked_at < asked.at - KEPT))
    rows = insert(connection.dialect.name, prompts).values(
        messenger=asked.messenger,
        chat=asked.chat,
        ref=asked.ref,
        user=storable(asked.user),
        case_id=asked.case,
        action=asked.action,
        asked_at=asked.at,
    )
    await connection.execute(rows.on_conflict_do_nothing())


async def recall(connection: AsyncConnection, messenger: MessengerId, chat: str, ref: str) -> Asked | None:
    found = await connection.execute(
        select(prompts).where(
            prompts.c.messenger == messenger, prompts.c.chat == storable(chat), prompts.c.ref == storable(ref)
        )
    )
    row = found.first()
    if row is None:
        return None
    return Asked(
        messenger=row.messenger,
        chat=row.chat,
        ref=row.ref,
        user=row.user,
        case=row.case_id,
        action=row.action,
        at=row.asked_at,
    )
