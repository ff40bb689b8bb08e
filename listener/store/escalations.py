"""How many of a brand's recent cases were asked of engineers, and on which day the lead was last told of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import case, exists, func, or_, select

from alerts.cards.escalation import Escalations
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import case_events, cases, usage

NO_CASES: Final = ("not_complaint", "not_ours", "spam")
"""Outcomes of what was nothing for operators to solve."""


async def escalations(database: Database, since: datetime) -> Sequence[Escalations]:
    """By brand, of the cases that began since then."""
    return await database.read(lambda connection: _escalations(connection, since))


async def last_day(database: Database, key: str) -> str | None:
    """The latest UTC day on which anything was counted under the key; compares as text."""
    newest = select(func.max(usage.c.day)).where(usage.c.key == key)
    return await database.read(lambda connection: _scalar(connection, newest))


async def _escalations(connection: Connection, since: datetime) -> list[Escalations]:
    asked = exists().where(case_events.c.case_id == cases.c.id, case_events.c.kind == "engineers_asked")
    found = await connection.execute(
        select(
            cases.c.brand,
            func.max(cases.c.brand_title).label("title"),
            func.count().label("cases"),
            func.sum(case((asked, 1), else_=0)).label("asked"),
        )
        .where(cases.c.opened_at >= since, or_(cases.c.outcome.is_(None), cases.c.outcome.not_in(NO_CASES)))
        .group_by(cases.c.brand)
        .order_by(cases.c.brand)
    )
    return [
        Escalations(brand=row.brand, brand_title=row.title, cases=row.cases, asked=int(row.asked)) for row in found
    ]


async def _scalar(connection: Connection, query: object) -> str | None:
    return (await connection.execute(query)).scalar_one_or_none()  # type: ignore[call-overload,no-any-return]
