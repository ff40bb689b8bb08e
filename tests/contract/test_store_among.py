"""Rows by lists of values are found by their index: what a batch costs does not grow with the store."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Table, select, text
from sqlalchemy.dialects import sqlite

from listener.store import cases as case_rows
from listener.store import contacts, decisions, grouping, joining
from listener.store import mentions as mention_rows
from listener.store.among import among
from listener.store.many import execute_many
from listener.store.stores import Stores
from listener.store.tables import case_groups, mentions, messages, metadata
from tests.contract.test_store_many import ROWS, inserting

ASKED: list[tuple[Table, tuple[str, ...], int]] = [
    (case_groups, ("brand", "what"), 2),
    (mentions, ("network", "external_id"), 2),
    (messages, ("network", "external_id"), 2),
]


STATEMENTS: list[Callable[[str], Any]] = [
    case_rows._with_past,
    case_rows._latest_mentions,
    case_rows._latest_messages,
    case_rows._latest_events,
    contacts._sent_in,
    contacts._left_alone,
    decisions._taking,
    grouping._said,
    joining._of_authors,
    joining._of_numbers,
    joining._at_places,
    mention_rows._kept_already,
    lambda _dialect: mention_rows._WHOLE,
]
"""What is asked of every batch or card, on SQLite with lists that are one parameter each."""


def condition(table: Table, names: tuple[str, ...], by: int) -> ColumnElement[bool]:
    wanted = [tuple(f"{name}{number}" for name in names) for number in range(3)]
    return among([table.c[name] for name in names], wanted, by=by)


@pytest.mark.parametrize(("table", "names", "by"), ASKED, ids=lambda value: getattr(value, "name", ""))
async def test_sqlite_looks_through_no_table(store: Stores, table: Table, names: tuple[str, ...], by: int) -> None:
    if not store.database.is_sqlite:
        pytest.skip("PostgreSQL finds the index of rows compared to rows by itself")
    query = select(table).where(condition(table, names, by))
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    plan = await store.database.read(lambda c: _said(c, f"EXPLAIN QUERY PLAN {compiled}"))
    assert any(f"SEARCH {table.name} " in line for line in plan)
    assert not any(f"SCAN {table.name}" in line for line in plan)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda made: made.__name__)
async def test_what_every_batch_asks_looks_through_no_table_on_sqlite(
    store: Stores, statement: Callable[[str], Any]
) -> None:
    if not store.database.is_sqlite:
        pytest.skip("it has lists of its own")
    compiled = statement("sqlite").compile(dialect=sqlite.dialect(paramstyle="named"))
    plan = await store.database.read(
        lambda c: _said(c, f"EXPLAIN QUERY PLAN {compiled}", dict.fromkeys(compiled.params, "[]"))
    )
    tables = {table.name for table in metadata.sorted_tables}
    assert any(line.startswith("SEARCH") for line in plan)
    scanned = {line.split()[1] for line in plan if line.startswith("SCAN")}
    assert not scanned & tables


async def test_only_the_wanted_rows_are_found(store: Stores) -> None:
    await store.database.write(lambda c: execute_many(c, inserting(store), ROWS))
    wanted = [("vk", "-1_0"), ("x", "-1_1"), ("vk", "-1_2")]
    query = select(mentions.c.external_id).where(among((mentions.c.network, mentions.c.external_id), wanted, by=2))
    found = await store.database.read(lambda c: _values(c, query))
    assert sorted(found) == ["-1_0", "-1_2"]


async def test_where_nothing_is_wanted_nothing_is_found(store: Stores) -> None:
    await store.database.write(lambda c: execute_many(c, inserting(store), ROWS))
    query = select(mentions.c.external_id).where(among((mentions.c.network, mentions.c.external_id), [], by=2))
    assert await store.database.read(lambda c: _values(c, query)) == []


async def _said(connection: Any, statement: str, given: dict[str, Any] | None = None) -> list[str]:
    return [row[-1] for row in await connection.execute(text(statement), given or {})]


async def _values(connection: Any, query: Any) -> list[str]:
    return list((await connection.execute(query)).scalars())
