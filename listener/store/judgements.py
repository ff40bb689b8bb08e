"""Judgements: verdicts written, and the candidates among them handed on to cases, once for each text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from listener.judged import Judgement, Opinion, Stored
from listener.store import joining
from listener.store.engine import insert
from listener.store.tables import STILL_WAITING, Stage, mentions, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a micro-batch. `stale` were judged before, or edited while they were being judged;
    `refused` are judgements that the database cannot hold, their mentions are set aside.
    """

    judged: int = 0
    stale: int = 0
    refused: int = 0
    cases_new: int = 0
    cases_joined: int = 0
    cases_reopened: int = 0

    def __add__(self, other: "Recorded") -> "Recorded":
        return Recorded(
            judged=self.judged + other.judged,
            stale=self.stale + other.stale,
            refused=self.refused + other.refused,
            cases_new=self.cases_new + other.cases_new,
            cases_joined=self.cases_joined + other.cases_joined,
            cases_reopened=self.cases_reopened + other.cases_reopened,
        )


async def record(connection: AsyncConnection, judgements: Sequence[Judgement], now: datetime) -> Recorded:
    """Write everything that the judgements change. Those of a text that is judged already change nothing."""
    live = await _live(connection, judgements)
    if live:
        await connection.execute(
            update(mentions)
            .where(mentions.c.id.in_([one.stored.row for one in live]))
            .values(stage=Stage.JUDGED, error=None)
        )
    await _write_verdicts(connection, live, now)
    joined = await joining.join(connection, [(one.stored, told) for one in live for told in one.told], now)
    return Recorded(
        judged=len(live),
        stale=len(judgements) - len(live),
        cases_new=joined.new,
        cases_joined=joined.joined,
        cases_reopened=joined.reopened,
    )


async def _live(connection: AsyncConnection, judgements: Sequence[Judgement]) -> list[Judgement]:
    """Those whose text still waits in the very version that was judged, one for each mention."""
    by_row = {one.stored.row: one for one in judgements}
    rows = await connection.execute(
        select(mentions.c.id, mentions.c.text_version)
        .where(mentions.c.id.in_(sorted(by_row)), STILL_WAITING)
        .order_by(mentions.c.id)
        .with_for_update()
    )
    return [by_row[row.id] for row in rows if by_row[row.id].stored.text_version == row.text_version]


async def _write_verdicts(connection: AsyncConnection, live: Sequence[Judgement], now: datetime) -> None:
    edited = [one.stored.row for one in live if one.stored.text_version > 1]
    if edited:
        # The new text may speak of other brands: verdicts on the old one must not linger.
        await connection.execute(delete(verdicts).where(verdicts.c.mention_id.in_(edited)))
    rows = [_row(one.stored, opinion, now) for one in live for opinion in one.opinions]
    if rows:
        await connection.execute(_insert_verdicts(connection.dialect.name), rows)


@cache
def _insert_verdicts(dialect: str) -> Any:
    return insert(dialect, verdicts).on_conflict_do_nothing()


def _row(one: Stored, opinion: Opinion, now: datetime) -> dict[str, Any]:
    verdict = opinion.verdict
    return {
        "mention_id": one.row,
        "brand": opinion.match.brand,
        "text_version": one.text_version,
        "words": opinion.match.words,
        "reason": opinion.match.reason,
        "negative": verdict.sentiment.negative,
        "neutral": verdict.sentiment.neutral,
        "positive": verdict.sentiment.positive,
        "label": verdict.label,
        "complaint": verdict.complaint,
        "intent": verdict.intent,
        "topics": verdict.topics,
        "urgency": verdict.urgency,
        "evidence": list(map(tuple, verdict.evidence)),
        "model": verdict.model,
        "outcome": opinion.outcome,
        "judged_at": now,
    }
