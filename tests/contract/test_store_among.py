"""Rows by several columns at once are found by their index: what a batch costs does not grow with the store."""

from typing import Any

import pytest
from sqlalchemy import ColumnElement, Table, select, text
from sqlalchemy.dialects import sqlite

from listener.store.among import among
from listener.store.many import execute_many
from listener.store.stores import Stores
from listener.store.tables import case_groups, cases, mentions, messages, text_keys
from tests.contract.test_store_many import ROWS, inserting

ASKED: list[tuple[Table, tuple[str, ...], int]] = [
    (cases, ("brand", "network", "author_id", "thread"), 3),
    (text_keys, ("brand", "key"), 2),
    (case_groups, ("brand", "what"), 2),
    (mentions, ("network", "external_id"), 2),
    (messages, ("network", "external_id"), 2),
]


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


async def _said(connection: Any, statement: str) -> list[str]:
    return [row[-1] for row in await connection.execute(text(statement))]


async def _values(connection: Any, query: Any) -> list[str]:
    return list((await connection.execute(query)).scalars())
