"""What each source heard and when it was deaf, written in the transaction that moves its cursor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from listener.ports import Batch, Gap, Look
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.tables import gaps, listening, pulses


@dataclass(frozen=True, slots=True, kw_only=True)
class Deafness:
    """A time in which a source was deaf. `read_again` mentions of it were had afterwards, new ones all.

    `closed_at` is None while it is still being read again. `lost`: some of it cannot be had, who knows how much.
    """

    since: datetime | None
    until: datetime
    cause: str
    read_again: int
    lost: bool
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One source: listened to since `began_at`, last heard at `heard_at`, asked every so many seconds."""

    source: str
    began_at: datetime | None
    heard_at: datetime | None
    every_seconds: int | None
    deaf: tuple[Deafness, ...]


async def note(connection: Connection, source: str, batch: Batch, look: Look, new: int, now: datetime) -> None:
    """The look itself, what it says of gaps, and how far an older gap is read again now."""
    if look.deaf is not None:
        await _write(connection, source, [look.deaf], new, now, done=not batch.more)
    else:
        await _read_on(connection, source, new, now, done=not batch.more)
    await write_gaps(connection, source, batch.gaps, new, now)
    every = None if look.every is None else min(int(look.every.total_seconds()), 2**31 - 1)
    rows = insert(connection.dialect.name, listening).values(
        source=source, began_at=now, heard_at=now, every_seconds=every
    )
    heard = {"heard_at": rows.excluded.heard_at, "every_seconds": rows.excluded.every_seconds}
    await connection.execute(rows.on_conflict_do_update(index_elements=[listening.c.source], set_=heard))


async def write_gaps(connection: Connection, source: str, heard: Sequence[Gap], new: int, now: datetime) -> None:
    """What a source itself says it missed."""
    await _write(connection, source, heard, new, now, done=True)


async def heard_at(connection: Connection, source: str) -> datetime | None:
    found = await connection.execute(select(listening.c.heard_at).where(listening.c.source == source))
    moment: datetime | None = found.scalar_one_or_none()
    return moment


async def pulse(connection: Connection, worker: str, now: datetime) -> None:
    rows = insert(connection.dialect.name, pulses).values(worker=worker, at=now)
    await connection.execute(
        rows.on_conflict_do_update(index_elements=[pulses.c.worker], set_={"at": rows.excluded.at})
    )


async def end_pulse(connection: Connection, worker: str) -> None:
    await connection.execute(delete(pulses).where(pulses.c.worker == worker))


async def coverage(database: Database, since: datetime) -> list[Heard]:
    """Every source that was ever heard, with its gaps that reach beyond `since`, oldest first."""
    return await database.read(lambda connection: _coverage(connection, since))


async def _coverage(connection: Connection, since: datetime) -> list[Heard]:
    looks = {row.source: row for row in await connection.execute(select(listening))}
    wanted = select(gaps).where(gaps.c.until >= since).order_by(gaps.c.source, gaps.c.until, gaps.c.id)
    deaf: dict[str, list[Deafness]] = {name: [] for name in looks}
    for row in await connection.execute(wanted):
        deaf.setdefault(row.source, []).append(_deafness(row))
    return [_heard(name, looks.get(name), deaf[name]) for name in sorted(deaf)]


def _heard(name: str, row: Any, deaf: Sequence[Deafness]) -> Heard:
    return Heard(
        source=name,
        began_at=row.began_at if row else None,
        heard_at=row.heard_at if row else None,
        every_seconds=row.every_seconds if row else None,
        deaf=tuple(deaf),
    )


def _deafness(row: Any) -> Deafness:
    return Deafness(
        since=row.since,
        until=row.until,
        cause=row.cause,
        read_again=row.read_again,
        lost=row.lost,
        closed_at=row.closed_at,
    )


async def _write(
    connection: Connection, source: str, heard: Sequence[Gap], new: int, now: datetime, *, done: bool
) -> None:
    if heard:
        rows = list(_rows(source, heard, new, now, done=done))
        await connection.execute(insert(connection.dialect.name, gaps), rows)


def _rows(source: str, heard: Sequence[Gap], new: int, now: datetime, *, done: bool) -> Iterator[dict[str, Any]]:
    for gap in heard:
        yield {
            "source": source,
            "since": gap.since,
            "until": gap.until,
            "cause": gap.cause,
            "read_again": new,
            "lost": not gap.filled,
            "closed_at": now if done and gap.filled else None,
        }


async def _read_on(connection: Connection, source: str, new: int, now: datetime, *, done: bool) -> None:
    """A gap that took more than one look, or whose daemon died on the way: this look reads it on."""
    if new or done:
        await connection.execute(
            update(gaps)
            .where(gaps.c.source == source, gaps.c.closed_at.is_(None), ~gaps.c.lost)
            .values(read_again=gaps.c.read_again + new, closed_at=now if done else None)
        )
