"""A database of the first schema, with cases in every state, is upgraded with all it holds, and back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import MetaData, Table, inspect, select, text

from alerts.cases.case import Case, standing
from alerts.cases.state import fold
from listener.store import cases as case_store
from listener.store.stores import open_stores
from tests.integration.test_migrations_store import by_alembic, on_database

ROWS: Mapping[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "data" / "rows_0001.json").read_text(encoding="utf-8")
)
"""Every table as the first version left it after a day with all its buttons."""

NUMBERED = ("mentions", "cases", "deliveries", "actions")


def fill(connection: Any) -> None:
    """Write the rows of the first version into its tables."""
    metadata = MetaData()
    for name, rows in ROWS.items():
        table = Table(name, metadata, autoload_with=connection)
        booleans = [column.name for column in table.columns if str(column.type) == "BOOLEAN"]
        for row in rows:
            connection.execute(table.insert().values(row | {key: bool(row[key]) for key in booleans}))
        if name in NUMBERED and connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT setval('{name}_id_seq', {max(row['id'] for row in rows)})"))


@pytest.fixture
async def old_url(own_database_url: str) -> str:
    await on_database(own_database_url, by_alembic(command.downgrade, "0001"))
    await on_database(own_database_url, fill)
    return own_database_url


async def loaded(url: str) -> dict[int, Case]:
    stores = await open_stores(url)
    found = await stores.database.read(lambda c: case_store.load(c, [row["id"] for row in ROWS["cases"]]))
    await stores.close()
    return found


async def test_every_case_stands_as_it_stood(old_url: str) -> None:
    found = await loaded(old_url)
    before = {row["id"]: row for row in ROWS["cases"]}
    assert {number: standing(case.state) for number, case in found.items()} == {
        number: row["state"] for number, row in before.items()
    }
    ids = {"Анна Иванова": "anna-ivanova", "Олег Смирнов": "oleg-smirnov", None: None}
    assert {number: case.state.owner for number, case in found.items()} == {
        number: ids[row["owner"]] for number, row in before.items()
    }
    assert all(case.revision >= before[number]["revision"] for number, case in found.items())


async def test_the_history_of_every_case_folds_to_its_projection(old_url: str) -> None:
    for case in (await loaded(old_url)).values():
        assert fold(case.events) == case.state
        assert len({event.number for event in case.events}) == len(case.events)


async def test_what_people_pressed_is_in_the_history_with_their_names(old_url: str) -> None:
    case = (await loaded(old_url))[7]
    pressed = [
        (event.actor.id, type(event.fact).__name__) for event in case.events if event.actor.kind == "person"
    ]
    assert pressed == [("anna-ivanova", "Claimed"), ("oleg-smirnov", "Claimed")]


async def test_cards_show_the_same_texts_and_phrases(old_url: str) -> None:
    found = await loaded(old_url)
    for row in ROWS["case_mentions"]:
        said = json.loads(row["said"])
        (mention,) = [one for one in found[row["case_id"]].mentions if one.row == row["mention_id"]]
        assert (mention.text, mention.complaint) == (said["text"], said["complaint"])
        assert [list(span) for span in mention.evidence_spans] == said["because"]


async def test_what_was_due_is_still_due_and_bells_of_the_past_stay_silent(old_url: str) -> None:
    stores = await open_stores(old_url)
    waiting = sum((await stores.outbox.waiting()).values())
    assert waiting == sum(row["state"] in ("due", "sending") for row in ROWS["deliveries"])
    found = await stores.database.read(lambda c: case_store.load(c, [2]))
    await stores.close()
    assert found[2].state.rung == "breach"


async def test_a_downgrade_brings_the_first_schema_back_with_its_rows(old_url: str) -> None:
    await on_database(old_url, by_alembic(command.upgrade, "head"))
    await on_database(old_url, by_alembic(command.downgrade, "0001"))

    def read(connection: Any) -> dict[str, list[dict[str, Any]]]:
        metadata = MetaData()
        tables = {name: Table(name, metadata, autoload_with=connection) for name in ROWS}
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in tables.items()
        }

    now = await on_database(old_url, read)
    for name in ("mentions", "verdicts", "cursors", "deliveries"):
        assert sorted(map(str, now[name])) == sorted(
            str({key: bool(row[key]) if key == "unknown" else row[key] for key in row}) for row in ROWS[name]
        )
    same = ("id", "state", "owner", "snoozed_until", "opened_at", "due_at", "thread")
    assert [{key: row[key] for key in same} for row in sorted(now["cases"], key=lambda row: row["id"])] == [
        {key: row[key] for key in same} for row in ROWS["cases"]
    ]
    said = {(row["case_id"], row["mention_id"]): json.loads(row["said"]) for row in now["case_mentions"]}
    for row in ROWS["case_mentions"]:
        before = json.loads(row["said"])
        after = said[row["case_id"], row["mention_id"]]
        assert {**after, "published_at": ""} == {**before, "published_at": ""}


async def test_the_first_schema_has_no_table_of_the_second(old_url: str) -> None:
    tables = await on_database(old_url, lambda connection: set(inspect(connection).get_table_names()))
    assert tables == {*ROWS, "alembic_version"}
