"""What waits for us, by the receivers whose chats show it: what people are told when their day begins."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.cards.handover import OpenCase
from listener.store.engine import Database
from listener.store.tables import LEFT, card_views, case_events, cases

MOST: Final = 1000
"""Cases that are looked at; who has more of them open needs no list."""


async def waiting_for_us(database: Database, now: datetime) -> Mapping[str, Sequence[OpenCase]]:
    """By receiver, oldest first, the open cases that neither rest nor wait for the customer or the engineers."""
    return await database.read(lambda connection: _waiting_for_us(connection, now))


async def withheld(database: Database, since: datetime) -> Mapping[str, Counter[str]]:
    """By receiver, how many open cases were opened since then and are shown nowhere, by the reason (Withheld)."""
    return await database.read(lambda connection: _withheld(connection, since))


async def _withheld(connection: AsyncConnection, since: datetime) -> dict[str, Counter[str]]:
    found = await connection.execute(
        select(cases.c.id, cases.c.receiver, case_events.c.payload)
        .join(case_events, case_events.c.case_id == cases.c.id)
        .where(
            case_events.c.kind == "card_withheld",
            case_events.c.at >= since,
            cases.c.stage != "closed",
            cases.c.receiver.is_not(None),
            ~exists().where(card_views.c.case_id == cases.c.id),
        )
        .order_by(case_events.c.number)
    )
    reasons = {row.id: (row.receiver, str(row.payload.get("reason"))) for row in found}
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for receiver, reason in reasons.values():
        counted[receiver][reason] += 1
    return counted


async def _waiting_for_us(connection: AsyncConnection, now: datetime) -> dict[str, list[OpenCase]]:
    found = await connection.execute(
        select(
            card_views.c.receiver,
            cases.c.id,
            cases.c.brand_title,
            cases.c.owner,
            cases.c.opened_at,
            cases.c.due_at,
        )
        .join(card_views, card_views.c.case_id == cases.c.id)
        .where(
            card_views.c.state != LEFT,
            cases.c.stage != "closed",
            cases.c.waiting_for == "us",
            or_(cases.c.snoozed_until.is_(None), cases.c.snoozed_until <= now),
        )
        .distinct()
        .order_by(cases.c.id)
        .limit(MOST)
    )
    waiting: dict[str, list[OpenCase]] = defaultdict(list)
    for row in found:
        waiting[row.receiver].append(
            OpenCase(
                id=row.id,
                brand_title=row.brand_title,
                owner=row.owner,
                opened_at=row.opened_at,
                due_at=row.due_at,
            )
        )
    return waiting
