"""Rows by lists of values are found by their index: what a batch costs does not grow with the store."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.dialects import sqlite

from alerts.incidents.group import Group
from listener.store import cases as case_rows
from listener.store import contacts, decisions, elsewhere, grouping, incidents, joining
from listener.store import mentions as mention_rows
from listener.store import messages as message_rows
from listener.store.among import given_rows
from listener.store.many import execute_many
from listener.store.stores import Stores
from listener.store.tables import mentions, metadata
from tests.contract.test_store_many import NOW, ROWS, inserting

STATEMENTS: list[Callable[[str], Any]] = [
    case_rows._with_past,
    case_rows._latest_mentions,
    case_rows._latest_messages,
    case_rows._latest_events,
    contacts._sent_in,
    contacts._left_alone,
    decisions._taking,
    elsewhere._with_mentions,
    grouping._said,
    incidents._counted,
    incidents._of_groups,
    joining._of_authors,
    joining._of_numbers,
    joining._at_places,
    mention_rows._kept_already,
    message_rows._kept_already,
    lambda _dialect: mention_rows._WHOLE,
]
"""What is asked of every batch or card, on SQLite with lists that are one parameter each."""


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


async def test_of_any_number_of_groups_sqlite_is_asked_in_the_same_words(store: Stores) -> None:
    """A reader keeps the plans of 128 texts: of lists of every length they came to 6 MB."""
    if not store.database.is_sqlite:
        pytest.skip("it has lists of its own")
    asked: list[str] = []
    event.listen(store.database.writing, "before_cursor_execute", lambda *told: asked.append(told[2]))
    for most in (1, 2, 40):
        groups = [Group(brand=f"brand{number % 3}", what=f"topic:{number}") for number in range(most)]
        await store.database.write(lambda c, groups=groups: incidents.follow(c, groups, NOW, ()))
        await store.database.write(lambda c, groups=groups: incidents.counts(c, groups, NOW))
    texts = {words for words in asked if not words.startswith("BEGIN")}
    assert len(texts) == 2


async def test_only_the_wanted_rows_are_found(store: Stores) -> None:
    await store.database.write(lambda c: execute_many(c, inserting(store), ROWS))
    wanted = [("vk", "-1_0"), ("x", "-1_1"), ("vk", "-1_2")]
    found = await store.database.read(lambda c: _found(c, wanted))
    assert sorted(found) == ["-1_0", "-1_2"]


async def test_where_nothing_is_wanted_nothing_is_found(store: Stores) -> None:
    await store.database.write(lambda c: execute_many(c, inserting(store), ROWS))
    assert await store.database.read(lambda c: _found(c, [])) == []


async def _said(connection: Any, statement: str, given: dict[str, Any] | None = None) -> list[str]:
    return [row[-1] for row in await connection.execute(text(statement), given or {})]


async def _found(connection: Any, wanted: list[tuple[str, str]]) -> list[str]:
    rows = given_rows((mentions.c.network, mentions.c.external_id), "wanted", connection.dialect.name)
    query = select(mentions.c.external_id).where(rows)
    return list((await connection.execute(query, {"wanted": wanted})).scalars())
