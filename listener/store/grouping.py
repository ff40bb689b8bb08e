"""Grouping: each case that opens is written down with the groups in which it may become part of an incident."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, delete, select

from alerts.incidents.group import ALL, Group, topics_of, words_of
from alerts.likeness import is_alike, keys_of
from listener.store.among import given
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.many import execute_many
from listener.store.tables import Time, case_groups, case_hours, cases, text_keys

RECENT: Final = timedelta(days=2)
"""For so long the words of a case are looked for in others'."""
KEPT: Final = timedelta(days=3)
"""How long it is remembered which case was in which group: longer than an incident is young."""
HOURS_KEPT: Final = timedelta(weeks=9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A case that opened, or is open again, with what it complains of. `at` is when that was said."""

    case: int
    brand: str
    topics: tuple[str, ...]
    signature: str
    at: datetime
    is_new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _First:
    """The first case that said something, and when it did."""

    case: int
    signature: str
    at: datetime


async def note(connection: Connection, opened: Sequence[Opened]) -> frozenset[Group]:
    """Write down the groups of the cases, and how many came in which hour; returns the groups."""
    if not opened:
        return frozenset()
    firsts = await _known(connection, opened)
    members: dict[tuple[int, str], tuple[str, datetime]] = {}
    keys: dict[tuple[str, str], tuple[int, datetime]] = {}
    for each in opened:
        for group in topics_of(each.brand, each.topics):
            members[each.case, group.what] = (each.brand, each.at)
        first = _first_of(each, firsts)
        if first.case != each.case:
            same = words_of(each.brand, first.case)
            members.setdefault((first.case, same.what), (each.brand, first.at))
            members[each.case, same.what] = (each.brand, each.at)
        for key in keys_of(each.signature):
            firsts[each.brand, key] = first
            keys[each.brand, key] = (first.case, each.at)
    await _write(connection, keys, members)
    await _count(connection, [each for each in opened if each.is_new])
    return frozenset(Group(brand=brand, what=what) for (_, what), (brand, _) in members.items())


async def forget(connection: Connection, now: datetime) -> None:
    """Take away what is too old to be looked at."""
    await connection.execute(delete(text_keys).where(text_keys.c.at < now - KEPT))
    await connection.execute(delete(case_groups).where(case_groups.c.at < now - KEPT))
    await connection.execute(delete(case_hours).where(case_hours.c.hour < now - HOURS_KEPT))


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


async def _known(connection: Connection, opened: Sequence[Opened]) -> dict[tuple[str, str], _First]:
    """By brand and key, the case that said it last: at most one row for each key, however many say so."""
    since = min(each.at for each in opened) - RECENT
    asked: dict[str, set[str]] = defaultdict(set)
    for each in opened:
        asked[each.brand].update(keys_of(each.signature))
    firsts: dict[tuple[str, str], _First] = {}
    for brand in sorted(asked):
        asking = {"of_brand": brand, "keys": sorted(asked[brand]), "since": since}
        for row in await connection.execute(_said(connection.dialect.name), asking):
            firsts[brand, row.key] = _First(case=row.id, signature=row.signature or "", at=row.opened_at)
    return firsts


@cache
def _said(dialect: str) -> Any:
    return (
        select(text_keys.c.key, cases.c.id, cases.c.signature, cases.c.opened_at)
        .join(cases, cases.c.id == text_keys.c.case_id)
        .where(
            text_keys.c.brand == bindparam("of_brand"),
            given(text_keys.c.key, "keys", dialect),
            text_keys.c.at >= bindparam("since", type_=Time),
        )
    )


def _first_of(each: Opened, firsts: dict[tuple[str, str], _First]) -> _First:
    """The case that said these words first; the case itself where none did."""
    for key in keys_of(each.signature):
        first = firsts.get((each.brand, key))
        if first is not None and is_alike(each.signature, first.signature):
            return first
    return _First(case=each.case, signature=each.signature, at=each.at)


async def _write(
    connection: Connection,
    keys: dict[tuple[str, str], tuple[int, datetime]],
    members: dict[tuple[int, str], tuple[str, datetime]],
) -> None:
    # In a fixed order, so that two judges cannot wait for each other.
    if keys:
        rows = [
            {"brand": brand, "key": key, "case_id": case, "at": at}
            for (brand, key), (case, at) in sorted(keys.items())
        ]
        await execute_many(connection, _upsert_keys(connection.dialect.name), rows)
    of_cases = [
        {"case_id": case, "what": what, "brand": brand, "at": at}
        for (case, what), (brand, at) in sorted(members.items())
    ]
    await execute_many(connection, _upsert_groups(connection.dialect.name), of_cases)


async def _count(connection: Connection, opened: Sequence[Opened]) -> None:
    counts = Counter[tuple[str, str, datetime]]()
    for each in opened:
        for group in (Group(brand=each.brand, what=ALL), *topics_of(each.brand, each.topics)):
            counts[each.brand, group.what, hour_of(each.at)] += 1
    if counts:
        rows = [
            {"brand": brand, "what": what, "hour": hour, "count": counts[brand, what, hour]}
            for brand, what, hour in sorted(counts)
        ]
        await execute_many(connection, _add_hours(connection.dialect.name), rows)


@cache
def _upsert_keys(dialect: str) -> Any:
    rows = insert(dialect, text_keys)
    keys = [text_keys.c.brand, text_keys.c.key]
    return rows.on_conflict_do_update(
        index_elements=keys, set_={"case_id": rows.excluded.case_id, "at": rows.excluded.at}
    )


@cache
def _upsert_groups(dialect: str) -> Any:
    rows = insert(dialect, case_groups)
    return rows.on_conflict_do_update(
        index_elements=[case_groups.c.case_id, case_groups.c.what], set_={"at": rows.excluded.at}
    )


@cache
def _add_hours(dialect: str) -> Any:
    rows = insert(dialect, case_hours)
    return rows.on_conflict_do_update(
        index_elements=[case_hours.c.brand, case_hours.c.what, case_hours.c.hour],
        set_={"count": case_hours.c.count + rows.excluded.count},
    )
