"""Cases as cards show them, loaded many at a time in four queries, and the waking of those put off."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, time
from typing import Any, Final

from alerts.case import Case, Deed, Earlier, Said
from sqlalchemy import Row, Select, case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from listener.store import outbox_rows
from listener.store.tables import ASLEEP, actions, case_mentions, cases, deliveries

MOST_SAID: Final = 100
"""The latest mentions of a case that are loaded: a quarrel of thousands must not stall the outbox."""
MOST_EARLIER: Final = 3


async def load(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Case]:
    """The cases by id, without those that do not exist."""
    rows = list(await connection.execute(select(cases).where(cases.c.id.in_(ids))))
    past = list(await connection.execute(_past(ids)))
    said = await _said(connection, {*ids, *(row.id for row in past)})
    done = await _done(connection, ids)
    earlier: dict[int, list[Earlier]] = defaultdict(list)
    for row in past:
        text = said[row.id][0].text if said[row.id] else ""
        earlier[row.of_case].append(Earlier(case=row.id, state=row.state, opened_at=row.opened_at, text=text))
    return {row.id: _case(row, said[row.id], done[row.id], earlier[row.id]) for row in rows}


async def author_cases(connection: AsyncConnection, network: str, author_id: str) -> list[int]:
    """The author's cases with every brand, oldest first."""
    found = await connection.execute(
        select(cases.c.id).where(cases.c.network == network, cases.c.author_id == author_id).order_by(cases.c.id)
    )
    return list(found.scalars())


async def cards_today(connection: AsyncConnection, brand: str, now: datetime) -> int:
    """The brand's cases of this UTC day that have a card in some chat."""
    day = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    told = exists().where(deliveries.c.case_id == cases.c.id)
    found = await connection.execute(
        select(func.count()).where(cases.c.brand == brand, cases.c.opened_at >= day, told)
    )
    return int(found.scalar_one())


async def wake(connection: AsyncConnection, now: datetime) -> int:
    """Bring back the cases whose time came: claimed if somebody had taken them, new otherwise."""
    woken = await connection.execute(
        update(cases)
        .where(ASLEEP, cases.c.snoozed_until <= now)
        .values(
            state=case((cases.c.owner.is_not(None), "claimed"), else_="new"),
            snoozed_until=None,
            revision=cases.c.revision + 1,
        )
        .returning(cases.c.id, cases.c.revision)
    )
    revisions = [(row.id, row.revision) for row in woken]
    await outbox_rows.raise_wanted(connection, revisions, now)
    return len(revisions)


def _past(ids: Collection[int]) -> Select[Any]:
    """The latest few cases that each author had with the brand before, oldest first."""
    before = cases.alias("before")
    place = func.row_number().over(partition_by=cases.c.id, order_by=before.c.id.desc()).label("place")
    ranked = (
        select(cases.c.id.label("of_case"), before.c.id, before.c.state, before.c.opened_at, place)
        .join(
            before,
            (before.c.brand == cases.c.brand)
            & (before.c.network == cases.c.network)
            & (before.c.author_id == cases.c.author_id)
            & (before.c.id < cases.c.id),
        )
        .where(cases.c.id.in_(ids))
        .subquery()
    )
    return select(ranked).where(ranked.c.place <= MOST_EARLIER).order_by(ranked.c.id)


async def _said(connection: AsyncConnection, ids: Collection[int]) -> dict[int, list[Said]]:
    place = (
        func.row_number()
        .over(
            partition_by=case_mentions.c.case_id,
            order_by=(case_mentions.c.published_at.desc(), case_mentions.c.mention_id.desc()),
        )
        .label("place")
    )
    ranked = (
        select(case_mentions.c.case_id, case_mentions.c.said, place)
        .where(case_mentions.c.case_id.in_(ids))
        .subquery()
    )
    rows = await connection.execute(
        select(ranked).where(ranked.c.place <= MOST_SAID).order_by(ranked.c.place.desc())
    )
    said: dict[int, list[Said]] = defaultdict(list)
    for row in rows:
        said[row.case_id].append(_said_one(row.said))
    return said


async def _done(connection: AsyncConnection, ids: Collection[int]) -> dict[int, list[Deed]]:
    rows = await connection.execute(
        select(actions.c.case_id, actions.c.who, actions.c.what, actions.c.at)
        .where(actions.c.case_id.in_(ids), actions.c.applied)
        .order_by(actions.c.id)
    )
    done: dict[int, list[Deed]] = defaultdict(list)
    for row in rows:
        done[row.case_id].append(Deed(who=row.who, what=row.what, at=row.at))
    return done


def _said_one(value: dict[str, Any]) -> Said:
    """Undo what JSON did to times and tuples."""
    return Said(
        **value
        | {
            "published_at": datetime.fromisoformat(value["published_at"]),
            "topics": tuple(value["topics"]),
            "because": _spans(value["because"]),
            "named": _spans(value["named"]),
        }
    )


def _spans(value: Iterable[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in value)


def _case(row: Row[Any], said: list[Said], done: list[Deed], earlier: list[Earlier]) -> Case:
    return Case(**row._mapping, said=tuple(said), done=tuple(done), earlier=tuple(earlier))  # noqa: SLF001  # SQLAlchemy's public name for a row as a mapping
