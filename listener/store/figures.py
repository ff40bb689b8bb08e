"""Figures for summaries: how many were heard, matched, told, and how fast."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from sqlalchemy import Select, func, select

from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import MICROSECOND, Stage, card_views, case_mentions, cases, mentions, verdicts

MEDIAN_OF: Final = 10_000
"""The latest deliveries that the median looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of everything stored. `deliveries` is by state; a card is `delivered` once it was shown anywhere.

    `seconds_from_post` and `seconds_from_hearing` are medians until a case's first mention was first shown.
    """

    mentions: int
    waiting: int
    poisoned: int
    matched: int
    complaints: int
    cases: int
    delivered: int
    deliveries: Mapping[str, int] = field(default_factory=dict)
    seconds_from_post: float | None = None
    seconds_from_hearing: float | None = None


async def figures(database: Database) -> Figures:
    return await database.read(_figures)


async def _figures(connection: Connection) -> Figures:
    stages = await _counts(connection, mentions.c.stage)
    states = await _counts(connection, card_views.c.state)
    waits = (await connection.execute(_WAITS)).all()
    return Figures(
        mentions=sum(stages.values()),
        waiting=stages.get(Stage.WAITING, 0),
        poisoned=stages.get(Stage.POISON, 0),
        matched=await _number(connection, select(func.count(verdicts.c.mention_id.distinct()))),
        complaints=await _number(connection, _COMPLAINTS),
        cases=await _number(connection, select(func.count()).select_from(cases)),
        delivered=await _number(connection, select(func.count()).where(card_views.c.delivered_at.is_not(None))),
        deliveries=states,
        seconds_from_post=_median([(row.shown_at - row.published_at) / MICROSECOND / 1e6 for row in waits]),
        seconds_from_hearing=_median([(row.shown_at - row.heard_at) / MICROSECOND / 1e6 for row in waits]),
    )


_COMPLAINTS = select(func.count(case_mentions.c.mention_id.distinct())).where(
    case_mentions.c.strength == "complaint"
)
_FIRST = (
    select(case_mentions.c.case_id, func.min(case_mentions.c.mention_id).label("mention_id"))
    .group_by(case_mentions.c.case_id)
    .subquery()
)
_WAITS = (
    select(card_views.c.delivered_at.label("shown_at"), mentions.c.published_at, mentions.c.heard_at)
    .join(_FIRST, _FIRST.c.case_id == card_views.c.case_id)
    .join(mentions, mentions.c.id == _FIRST.c.mention_id)
    .where(card_views.c.delivered_at.is_not(None))
    .order_by(card_views.c.id.desc())
    .limit(MEDIAN_OF)
)


async def _counts(connection: Connection, column: Any) -> dict[Any, int]:
    rows = await connection.execute(select(column, func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}


async def _number(connection: Connection, query: Select[Any]) -> int:
    return int((await connection.execute(query)).scalar_one())


def _median(seconds: list[float]) -> float | None:
    return median(seconds) if seconds else None
