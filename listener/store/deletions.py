"""Deletions: a tombstone on what is kept, and a while's memory of what was deleted before anybody had heard it.

A search that was asked before a post was deleted may answer afterwards, and shows it as living. A kept row's
tombstone withstands that (`listener.store.mentions`); of what was never kept the deletion is remembered here.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, delete, or_, select, text, update

from domain.mention import Deletion, network_id
from listener.mention_format import storable
from listener.store.among import given
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.many import execute_many
from listener.store.tables import Stage, deletions, mentions

Key = tuple[str, str]
"""A mention's network and its id there."""

FARTHEST: Final = timedelta(minutes=5)
"""By so much may the clocks of two daemons differ."""
REMEMBERED: Final = timedelta(days=1)
"""At least: until the next one comes. No answer is older when it is read, not even that of a process that was
stopped for some hours.
"""
AT_ONCE: Final = 500
"""Keys in one look-up; PostgreSQL takes 32 767 parameters."""
TURN: Final = 0x07_4B_11_4D
"""PostgreSQL's lock number of those that keep and those that remember; any constant that is nobody else's."""


async def before_keeping(connection: Connection, *, deletes: bool) -> None:
    """Call before anything is kept that may have been deleted unheard: until the end of this transaction nobody
    else remembers a deletion, for neither would see what the other does. SQLite has one writer at a time.
    """
    if connection.dialect.name != "sqlite":
        alone = "" if deletes else "_shared"
        await connection.execute(text(f"SELECT pg_advisory_xact_lock{alone}({TURN})"))


async def take(connection: Connection, deleted: Sequence[Deletion], now: datetime) -> int:
    """Put tombstones on what is kept, remember what is not; returns how many were living."""
    heard = [replace(deletion, at=now) for deletion in deleted]
    if not await _unheard(connection, heard):
        return await entomb(connection, heard, now)
    # Asked for before a row is locked, so that nobody who keeps waits for us meanwhile; and only where it must be,
    # for all who would keep wait for whoever waits here.
    await before_keeping(connection, deletes=True)
    count = await entomb(connection, heard, now)
    await _remember(connection, await _unheard(connection, heard), now)
    return count


async def entomb(connection: Connection, deleted: Sequence[Deletion], now: datetime) -> int:
    """Put tombstones on what is kept; the judge looks at it once more, for its case must hear of it."""
    count = 0
    by: dict[tuple[datetime, str], list[Deletion]] = defaultdict(list)
    for deletion in deleted:
        by[deletion.at, deletion.deleter or ""].append(deletion)
    for (at, deleter), together in sorted(by.items()):
        gone = {"deleted_at": at, "deleter": storable(deleter) or None}
        for network, ids in by_network([(deletion.network, deletion.id) for deletion in together]):
            done = await connection.execute(
                update(mentions)
                .where(mentions.c.network == network, mentions.c.external_id.in_(ids))
                .where(mentions.c.deleted_at.is_(None))
                .values(gone | {"stage": Stage.WAITING, "tries": 0, "judge_after": now, "error": None})
            )
            count += done.rowcount
    return count


async def entomb_what_came_first(
    connection: Connection, keys: Sequence[Key], as_of: datetime, now: datetime
) -> None:
    """Put tombstones on those new mentions whose deletions whoever was asked at `as_of` did not know of.

    A deletion that seems to come was written before the clock was set back, and says nothing of when it was.
    """
    found = []
    for network, ids in by_network(keys):
        asked = {"of_network": network, "ids": ids, "as_of": as_of, "far": now + FARTHEST}
        found += [
            Deletion(network=network_id(row.network), id=row.external_id, at=row.at, deleter=row.deleter)
            for row in await connection.execute(_unknown_to(connection.dialect.name), asked)
        ]
    await entomb(connection, found, now)


@cache
def _unknown_to(dialect: str) -> Any:
    at = deletions.c.at
    return select(deletions).where(
        deletions.c.network == bindparam("of_network"),
        given(deletions.c.external_id, "ids", dialect),
        at.between(bindparam("as_of", type_=at.type), bindparam("far", type_=at.type)),
    )


async def _unheard(connection: Connection, deleted: Sequence[Deletion]) -> dict[Key, Deletion]:
    """Those of which there is no mention."""
    of: dict[Key, Deletion] = {(each.network, storable(each.id)): each for each in deleted}
    for network, ids in by_network(list(of)):
        known = select(mentions.c.external_id).where(
            mentions.c.network == network, given(mentions.c.external_id, "ids", connection.dialect.name)
        )
        for row in await connection.execute(known, {"ids": ids}):
            del of[network, row.external_id]
    return of


async def _remember(connection: Connection, unheard: Mapping[Key, Deletion], now: datetime) -> None:
    """What is too old to matter, or seems to come, is forgotten meanwhile."""
    late = or_(deletions.c.at < now - REMEMBERED, deletions.c.at > now + FARTHEST)
    await connection.execute(delete(deletions).where(late))
    rows = insert(connection.dialect.name, deletions)
    latest = {"at": rows.excluded.at, "deleter": rows.excluded.deleter}
    keyed = [deletions.c.network, deletions.c.external_id]
    values = [_row(key, deletion) for key, deletion in sorted(unheard.items())]
    await execute_many(connection, rows.on_conflict_do_update(index_elements=keyed, set_=latest), values)


def _row(key: Key, deletion: Deletion) -> dict[str, Any]:
    network, number = key
    deleter = None if deletion.deleter is None else storable(deletion.deleter)
    return {"network": network, "external_id": number, "at": deletion.at, "deleter": deleter}


def by_network(keys: Sequence[Key]) -> Iterator[tuple[str, list[str]]]:
    """Each network with its ids as they are stored, no more than one look-up takes."""
    for network in sorted({network for network, _ in keys}):
        ids = [storable(number) for of, number in keys if of == network]
        for start in range(0, len(ids), AT_ONCE):
            yield network, ids[start : start + AT_ONCE]
