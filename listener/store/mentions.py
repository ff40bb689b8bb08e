"""Mentions: kept once each together with the source's cursor, handed out for judging, set aside when poisonous."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Row, SmallInteger, case, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.mention import MAX_TEXT, Author, Mention
from listener.judged import Stored
from listener.ports import Batch
from listener.store import cursors
from listener.store.engine import insert
from listener.store.tables import STILL_WAITING, Stage, mentions

LEASE: Final = timedelta(seconds=30)
"""PostgreSQL only: for so long a mention handed out to one judge is not handed out to another."""
MAX_TRIES: Final = 3
AT_ONCE: Final = 500
"""Keys in one look-up; PostgreSQL takes 32 767 parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a batch brought. `skipped` are mentions that the database cannot hold at all."""

    new: int = 0
    edited: int = 0
    known: int = 0
    skipped: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(
            new=self.new + other.new,
            edited=self.edited + other.edited,
            known=self.known + other.known,
            skipped=self.skipped + other.skipped,
        )


async def keep(connection: AsyncConnection, source: str, batch: Batch, now: datetime) -> Kept:
    """Insert what is new, update what was edited, and move the cursor."""
    rows = {(one.network, one.id): _row(one, source, now) for one in batch.mentions}
    present = await _texts(connection, list(rows))
    new = [row for key, row in rows.items() if key not in present]
    edited = [row for key, row in rows.items() if key in present and present[key] != row["text"]]
    if new or edited:
        # Sorted, so that two daemons that hear the same mentions lock them in the same order.
        changed = sorted(new + edited, key=lambda row: (row["network"], row["external_id"]))
        await connection.execute(_upsert(connection.dialect.name), changed)
    if batch.cursor is not None:
        await cursors.move(connection, source, batch.cursor, now)
    return Kept(new=len(new), edited=len(edited), known=len(batch.mentions) - len(new) - len(edited))


async def unjudged(connection: AsyncConnection, limit: int, now: datetime, skip: Collection[int]) -> list[Stored]:
    """The oldest mentions that wait for the judge.

    On PostgreSQL they are leased, so that several judges share the work. SQLite serves one daemon, where a
    lease would cost a commit per batch and protect from nothing: `record` refuses a second judgement anyway.
    """
    wanted = (
        select(mentions)
        .where(STILL_WAITING, mentions.c.judge_after <= now)
        .order_by(mentions.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if skip:
        wanted = wanted.where(mentions.c.id.not_in(skip))
    rows = (await connection.execute(wanted)).all()
    if rows and connection.dialect.name != "sqlite":
        leased = update(mentions).where(mentions.c.id.in_([row.id for row in rows]))
        await connection.execute(leased.values(judge_after=now + LEASE))
    return [stored(row) for row in rows]


async def set_aside(connection: AsyncConnection, one: Stored, error: str) -> None:
    """Count a failed try to judge this text; after the third it is left alone, its error is kept."""
    await connection.execute(
        update(mentions)
        .where(mentions.c.id == one.row, mentions.c.text_version == one.text_version, STILL_WAITING)
        .values(
            tries=mentions.c.tries + 1,
            error=storable(error)[:1000],
            stage=case((mentions.c.tries + 1 >= MAX_TRIES, _stage(Stage.POISON)), else_=_stage(Stage.WAITING)),
        )
    )


def _stage(stage: Stage) -> Any:
    """Inside CASE no type is taken from the column, and PostgreSQL reads an untyped parameter as text."""
    return literal(int(stage), SmallInteger)


async def poisoned(connection: AsyncConnection) -> int:
    found = await connection.execute(select(func.count()).where(mentions.c.stage == Stage.POISON))
    return int(found.scalar_one())


def stored(row: Row[Any]) -> Stored:
    """A row of the table as the judge takes it."""
    return Stored(row=row.id, mention=mention(row), text_version=row.text_version)


def mention(row: Row[Any]) -> Mention:
    author = Author(id=row.author_id, name=row.author_name, handle=row.author_handle, followers=row.followers)
    return Mention(
        network=row.network,
        kind=row.kind,
        id=row.external_id,
        url=row.url,
        author=author,
        text=row.text,
        published_at=row.published_at,
        thread=row.thread,
        reach=row.reach,
        place=row.place,
    )


def storable(text: str) -> str:
    """The text without what a database cannot hold: PostgreSQL no NUL, neither store a lone surrogate."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _row(one: Mention, source: str, now: datetime) -> dict[str, Any]:
    return {
        "network": one.network,
        "external_id": storable(one.id),
        "source": source,
        "kind": one.kind,
        "url": storable(one.url),
        "author_id": storable(one.author.id),
        "author_name": storable(one.author.name),
        "author_handle": None if one.author.handle is None else storable(one.author.handle),
        "followers": one.author.followers,
        "text": storable(one.text[:MAX_TEXT]),
        "published_at": one.published_at,
        "thread": None if one.thread is None else storable(one.thread),
        "reach": one.reach,
        "place": None if one.place is None else storable(one.place),
        "heard_at": now,
    }


async def _texts(connection: AsyncConnection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The texts of those mentions that are kept already."""
    found: dict[tuple[str, str], str] = {}
    for network, ids in _by_network(keys):
        rows = await connection.execute(
            select(mentions.c.external_id, mentions.c.text).where(
                mentions.c.network == network, mentions.c.external_id.in_(ids)
            )
        )
        found.update(((network, row.external_id), row.text) for row in rows)
    return found


def _by_network(keys: Sequence[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    for network in sorted({network for network, _ in keys}):
        ids = [storable(one) for of, one in keys if of == network]
        for start in range(0, len(ids), AT_ONCE):
            yield network, ids[start : start + AT_ONCE]


@cache
def _upsert(dialect: str) -> Any:
    """Insert once; a changed text starts a new version that waits for the judge again."""
    rows = insert(dialect, mentions)
    return rows.on_conflict_do_update(
        index_elements=[mentions.c.network, mentions.c.external_id],
        set_={
            "text": rows.excluded.text,
            "text_version": mentions.c.text_version + 1,
            "stage": Stage.WAITING,
            "tries": 0,
            "judge_after": rows.excluded.heard_at,
            "error": None,
        },
        where=mentions.c.text != rows.excluded.text,
    )
