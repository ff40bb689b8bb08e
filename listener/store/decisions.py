"""Decisions: verdicts written, and what the customers' words did to cases, once for each text."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import bindparam, delete, select, update

from alerts.incidents.group import Group
from listener.decided import MAKE_A_CASE, BrandVerdict, Decided, Stored
from listener.halves import Halves
from listener.store import joining
from listener.store.among import given
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.errors import StoreError
from listener.store.many import execute_many
from listener.store.mentions import MentionStore
from listener.store.tables import STILL_WAITING, Stage, mentions, shadow_verdicts, verdicts

log = logging.getLogger(__name__)

_COUNTED: Final = ("candidate", "danger", "below threshold")
"""Outcomes that the threshold decides on; others are no card whatever it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a micro-batch. `stale` were decided before, or edited while they were being judged;
    `refused` are decisions that the database cannot hold, their mentions are set aside. `held` are new cards that
    wait for the morning, `groups` are those in which cases opened.
    """

    decided: int = 0
    stale: int = 0
    refused: int = 0
    cases_new: int = 0
    cases_joined: int = 0
    cases_reopened: int = 0
    held: int = 0
    groups: frozenset[Group] = field(default=frozenset(), compare=False)

    def __add__(self, other: "Recorded") -> "Recorded":
        return Recorded(
            decided=self.decided + other.decided,
            stale=self.stale + other.stale,
            refused=self.refused + other.refused,
            cases_new=self.cases_new + other.cases_new,
            cases_joined=self.cases_joined + other.cases_joined,
            cases_reopened=self.cases_reopened + other.cases_reopened,
            held=self.held + other.held,
            groups=self.groups | other.groups,
        )


class DecisionStore:
    """Writes what was decided on mentions, and all that follows from it."""

    def __init__(self, database: Database, mentions: MentionStore) -> None:
        self._database = database
        self._mentions = mentions

    async def latest(self, brand: str, since: datetime, most: int) -> list[tuple[datetime, float]]:
        """When the latest texts that may be complaints were judged, and how likely they are; newest first."""
        return await self._database.read(lambda c: latest(c, brand, since, most))

    async def record(self, decided: Sequence[Decided], now: datetime) -> Recorded:
        """Write verdicts, events and due cards in one transaction; again for the same text changes nothing.

        A decision that the database cannot hold costs its mention a try; the others are recorded without it.
        """
        recorded, halves = Recorded(), Halves(decided)
        for part in halves:
            try:
                recorded += await self._database.write(partial(record, decided=part, now=now))
            except StoreError as error:
                if error.transient:
                    raise
                if not halves.split(part):
                    stored = part[0].stored
                    log.warning("the decision on mention %d cannot be stored: %s", stored.row, error)
                    await self._mentions.set_aside(stored, str(error), now)
                    recorded += Recorded(refused=1)
        return recorded


async def latest(connection: Connection, brand: str, since: datetime, most: int) -> list[tuple[datetime, float]]:
    said = (
        select(verdicts.c.judged_at, verdicts.c.complaint)
        .where(verdicts.c.brand == brand, verdicts.c.judged_at >= since, verdicts.c.outcome.in_(_COUNTED))
        .order_by(verdicts.c.mention_id.desc())
        .limit(most)
    )
    return [(row.judged_at, row.complaint) for row in await connection.execute(said)]


async def record(connection: Connection, decided: Sequence[Decided], now: datetime) -> Recorded:
    """Write everything that the decisions change. Those on a text that is decided already change nothing."""
    live = await _take(connection, decided)
    await _write_verdicts(connection, live, now)
    joined = await joining.join(connection, live, now)
    return Recorded(
        decided=len(live),
        stale=len(decided) - len(live),
        cases_new=joined.new,
        cases_joined=joined.joined,
        cases_reopened=joined.reopened,
        held=sum(route.not_before is not None for decision in live for route in decision.routed),
        groups=joined.groups,
    )


async def _take(connection: Connection, decided: Sequence[Decided]) -> list[Decided]:
    """Those whose text still waits in the very version that was judged, one for each mention; it waits no more."""
    by_row = {decision.stored.row: decision for decision in decided}
    versions: dict[int, list[int]] = defaultdict(list)
    for row in sorted(by_row):
        versions[by_row[row].stored.text_version].append(row)
    taken: list[int] = []
    for version in sorted(versions):
        asked = {"rows": versions[version], "version": version}
        taken += (await connection.execute(_taking(connection.dialect.name), asked)).scalars()
    return [by_row[row] for row in sorted(taken)]


@cache
def _taking(dialect: str) -> Any:
    return (
        update(mentions)
        .where(given(mentions.c.id, "rows", dialect), mentions.c.text_version == bindparam("version"))
        .where(STILL_WAITING)
        .values(stage=Stage.JUDGED, error=None)
        .returning(mentions.c.id)
    )


async def _write_verdicts(connection: Connection, live: Sequence[Decided], now: datetime) -> None:
    edited = [
        decision.stored.row
        for decision in live
        if decision.stored.text_version > 1 and not decision.stored.is_deleted
    ]
    if edited:
        # The new text may speak of other brands: verdicts on the old one must not linger.
        await connection.execute(delete(verdicts).where(verdicts.c.mention_id.in_(edited)))
    rows = [_row(decision.stored, verdict, now) for decision in live for verdict in decision.verdicts]
    if rows:
        await execute_many(connection, _insert_verdicts(connection.dialect.name), rows)
    shadows = [row for decision in live for row in _shadows(decision, now)]
    if shadows:
        await connection.execute(_insert_shadows(connection.dialect.name), shadows)


@cache
def _insert_verdicts(dialect: str) -> Any:
    return insert(dialect, verdicts).on_conflict_do_nothing()


@cache
def _insert_shadows(dialect: str) -> Any:
    rows = insert(dialect, shadow_verdicts)
    latest = {name: rows.excluded[name] for name in ("model", "complaint", "judged_at")}
    keys = [shadow_verdicts.c.mention_id, shadow_verdicts.c.brand]
    return rows.on_conflict_do_update(index_elements=keys, set_=latest)


def _shadows(decision: Decided, now: datetime) -> Iterator[dict[str, Any]]:
    """What a candidate would have said, where there is judged."""
    for judged in decision.verdicts:
        if judged.verdict.shadow is not None:
            yield {
                "mention_id": decision.stored.row,
                "brand": judged.match.brand,
                "model": judged.verdict.shadow.model,
                "complaint": judged.verdict.shadow.complaint,
                "judged_at": now,
            }


def _row(stored: Stored, of_brand: BrandVerdict, now: datetime) -> dict[str, Any]:
    verdict = of_brand.verdict
    return {
        "mention_id": stored.row,
        "brand": of_brand.match.brand,
        "text_version": stored.text_version,
        "words": of_brand.match.words,
        "reason": of_brand.match.reason,
        "negative": verdict.sentiment.negative,
        "neutral": verdict.sentiment.neutral,
        "positive": verdict.sentiment.positive,
        "label": verdict.label,
        "complaint": verdict.complaint,
        "intent": verdict.intent,
        "topics": verdict.topics,
        "urgency": verdict.urgency,
        # Nobody looks at that of others, and it is half of what a verdict takes.
        "evidence": list(map(tuple, verdict.evidence)) if of_brand.outcome in MAKE_A_CASE else [],
        "dangers": verdict.dangers,
        "reasons": of_brand.reasons,
        "model": verdict.model,
        "outcome": of_brand.outcome,
        "judged_at": now,
    }
