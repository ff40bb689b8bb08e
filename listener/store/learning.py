"""Learning: corrections and which of them judges, what candidates said in the shadow, and what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from sqlalchemy import delete, select, update

from alerts.cards.lessons import Lesson
from listener.store.codecs import lesson_row, read_lesson
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.tables import corrections, lessons, shadow_verdicts

State = Literal["candidate", "active", "retired"]

SHADOWED: Final = timedelta(days=30)
MOST_SHADOWS: Final = 50_000
"""What candidates said is kept so long, and no more of it: 5 MB."""
FORGOTTEN: Final = timedelta(days=14)
"""A candidate that never judged is kept so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCorrection:
    """A correction as it is kept: `content` is as `classifiers.correction.to_row` has it.

    `instead_of` is the version whose place it took, None for the judge alone.
    """

    version: str
    state: State
    trained_at: datetime
    promoted_at: datetime | None
    instead_of: str | None
    content: Mapping[str, Any]


class NoCorrectionError(LookupError):
    """There is no such correction, or nothing to go back from."""


class LearningStore:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def versions(self) -> tuple[str | None, str | None]:
        """The versions that judge and that are in the shadow."""
        rows = await self.database.read(_in_use)
        by_state = {row.state: row.version for row in rows}
        return by_state.get("active"), by_state.get("candidate")

    async def correction(self, version: str) -> KeptCorrection:
        """Raises NoCorrectionError."""
        return await self.database.read(lambda connection: _correction(connection, version))

    async def corrections(self) -> list[KeptCorrection]:
        """All that are kept, the latest first."""
        query = select(corrections).order_by(corrections.c.trained_at.desc(), corrections.c.version)
        return await self.database.read(lambda connection: _all(connection, query))

    async def propose(self, version: str, content: Mapping[str, Any], now: datetime) -> None:
        """It goes into the shadow in place of the candidate before; one that is known already changes nothing."""
        await self.database.write(lambda connection: _propose(connection, version, content, now))

    async def promote(self, version: str, now: datetime) -> str | None:
        """It judges from now on; returns the version that did. Raises NoCorrectionError."""
        return await self.database.write(lambda connection: _promote(connection, version, now))

    async def roll_back(self, now: datetime) -> tuple[str, str | None]:
        """The version before judges again, or the judge alone: from what, to what. Raises NoCorrectionError."""
        return await self.database.write(lambda connection: _roll_back(connection, now))

    async def note(self, lesson: Lesson, now: datetime) -> None:
        await self.database.write(lambda connection: connection.execute(lessons.insert(), lesson_row(lesson, now)))

    async def lessons(self, since: datetime) -> list[tuple[datetime, Lesson]]:
        """What changed since then, oldest first; what only a later version can tell is left out."""
        query = select(lessons).where(lessons.c.at >= since).order_by(lessons.c.at, lessons.c.id)
        rows = await self.database.read(lambda connection: _rows(connection, query))
        read = ((row.at, read_lesson(row)) for row in rows)
        return [(at, lesson) for at, lesson in read if lesson is not None]

    async def shadows(self, since: datetime) -> dict[tuple[int, str], tuple[str, float]]:
        """By mention and brand: the candidate of its day, and the probability that it gave."""
        query = select(shadow_verdicts).where(shadow_verdicts.c.judged_at >= since)
        rows = await self.database.read(lambda connection: _rows(connection, query))
        return {(row.mention_id, row.brand): (row.model, row.complaint) for row in rows}

    async def prune(self, now: datetime) -> None:
        """Forget what is too old, or too much."""
        await self.database.write(lambda connection: _prune(connection, now))


async def _rows(connection: Connection, query: Any) -> Sequence[Any]:
    return (await connection.execute(query)).all()


async def _all(connection: Connection, query: Any) -> list[KeptCorrection]:
    return [_kept(row) for row in await _rows(connection, query)]


async def _in_use(connection: Connection) -> Sequence[Any]:
    query = select(corrections.c.version, corrections.c.state).where(corrections.c.state != "retired")
    return await _rows(connection, query)


async def _correction(connection: Connection, version: str) -> KeptCorrection:
    found = await _all(connection, select(corrections).where(corrections.c.version == version))
    if not found:
        raise NoCorrectionError(version)
    return found[0]


async def _propose(connection: Connection, version: str, content: Mapping[str, Any], now: datetime) -> None:
    row = {"version": version, "state": "candidate", "content": content, "trained_at": now}
    made = await connection.execute(
        insert(connection.dialect.name, corrections)
        .values(row)
        .on_conflict_do_nothing()
        .returning(corrections.c.version)
    )
    if made.first() is not None:
        others = (corrections.c.state == "candidate") & (corrections.c.version != version)
        await connection.execute(update(corrections).where(others).values(state="retired"))


async def _promote(connection: Connection, version: str, now: datetime) -> str | None:
    await _correction(connection, version)
    before = await _active(connection)
    if before != version:
        await _set(connection, before, state="retired")
        await _set(connection, version, state="active", promoted_at=now, instead_of=before)
    return before


async def _roll_back(connection: Connection, now: datetime) -> tuple[str, str | None]:
    active = await _active(connection)
    if active is None:
        raise NoCorrectionError
    to = (await _correction(connection, active)).instead_of
    await _set(connection, active, state="retired")
    # A later look must not take it for a new beginning: it goes back to what it had taken the place of.
    await _set(connection, to, state="active", promoted_at=now)
    return active, to


async def _active(connection: Connection) -> str | None:
    query = select(corrections.c.version).where(corrections.c.state == "active").with_for_update()
    found: str | None = (await connection.execute(query)).scalar()
    return found


async def _set(connection: Connection, version: str | None, **values: Any) -> None:
    await connection.execute(update(corrections).where(corrections.c.version == version).values(**values))


async def _prune(connection: Connection, now: datetime) -> None:
    await connection.execute(delete(shadow_verdicts).where(shadow_verdicts.c.judged_at < now - SHADOWED))
    many = select(shadow_verdicts.c.judged_at).order_by(shadow_verdicts.c.judged_at.desc()).offset(MOST_SHADOWS)
    oldest = (await connection.execute(many.limit(1))).scalar()
    if oldest is not None:
        await connection.execute(delete(shadow_verdicts).where(shadow_verdicts.c.judged_at <= oldest))
    never = corrections.c.promoted_at.is_(None) & (corrections.c.state == "retired")
    await connection.execute(delete(corrections).where(never, corrections.c.trained_at < now - FORGOTTEN))


def _kept(row: Any) -> KeptCorrection:
    return KeptCorrection(
        version=row.version,
        state=cast(State, row.state),
        trained_at=row.trained_at,
        promoted_at=row.promoted_at,
        instead_of=row.instead_of,
        content=row.content,
    )
