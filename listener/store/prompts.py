"""Prompts that stand in a messenger, kept for a day, and notes that may be answered: `alerts.ports.PromptBook`."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from alerts.cards.talk import ANSWERABLE
from alerts.ports import Asked
from domain.person import MessengerId
from listener.mention_format import storable
from listener.store.codecs import read_notice
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.tables import notices, prompts

KEPT: Final = timedelta(days=1)


class PromptStore:
    """`alerts.ports.PromptBook` over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, asked: Asked) -> None:
        await self._database.write(lambda c: remember(c, asked))

    async def recall(self, messenger: MessengerId, chat: str, ref: str) -> Asked | None:
        return await self._database.read(lambda c: recall(c, messenger, chat, ref))


async def remember(connection: Connection, asked: Asked) -> None:
    """Old ones are forgotten on the way."""
    await connection.execute(delete(prompts).where(prompts.c.asked_at < asked.at - KEPT))
    rows = insert(connection.dialect.name, prompts).values(
        messenger=asked.messenger,
        chat=asked.chat,
        ref=asked.ref,
        user=storable(asked.user or ""),
        case_id=asked.case,
        action=asked.action,
        asked_at=asked.at,
    )
    await connection.execute(rows.on_conflict_do_nothing())


async def recall(connection: Connection, messenger: MessengerId, chat: str, ref: str) -> Asked | None:
    found = await connection.execute(
        select(prompts).where(
            prompts.c.messenger == messenger, prompts.c.chat == storable(chat), prompts.c.ref == storable(ref)
        )
    )
    row = found.first()
    if row is None:
        return await _note(connection, messenger, chat, ref)
    return Asked(
        messenger=row.messenger,
        chat=row.chat,
        ref=row.ref,
        user=row.user or None,
        case=row.case_id,
        action=row.action,
        at=row.asked_at,
    )


async def _note(connection: Connection, messenger: MessengerId, chat: str, ref: str) -> Asked | None:
    """A note of the outbox that stands there, if an answer to it means anything."""
    found = await connection.execute(
        select(notices).where(
            notices.c.messenger == messenger, notices.c.chat == storable(chat), notices.c.ref == storable(ref)
        )
    )
    for row in found:
        notice = read_notice(row.version, row.payload)
        answerable = ANSWERABLE.get(notice.draft.kind) if notice is not None else None
        if answerable is not None and row.case_id is not None:
            return Asked(
                messenger=row.messenger,
                chat=row.chat,
                ref=row.ref,
                user=None,
                case=row.case_id,
                action=answerable.action,
                at=row.created_at,
            )
    return None
