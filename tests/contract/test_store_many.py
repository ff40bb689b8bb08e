"""A statement for many rows by way of the driver writes what SQLAlchemy's own way writes."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from listener.store.engine import insert
from listener.store.errors import StoreError
from listener.store.many import execute_many
from listener.store.stores import Stores
from listener.store.tables import Stage, case_hours, mentions

NOW: Final = datetime(2026, 11, 18, 9, 0, 0, 123_456, tzinfo=UTC)
ROWS: Final = [
    {
        "network": "vk",
        "external_id": f"-1_{number}",
        "source": "vk:search",
        "kind": "post",
        "url": "https://vk.com/wall-1_1",
        "author_id": "7",
        "author_name": "Иван «Петров»",
        "author_handle": None,
        "followers": number or None,
        "text": "связь 😡",
        "published_at": NOW,
        "is_own": number == 1,
        "extra": {"attached": ["фото"]} if number else None,
        "heard_at": NOW,
    }
    for number in range(3)
]
RENAME: Final = (
    update(mentions)
    .where(mentions.c.external_id == bindparam("of_id"), mentions.c.stage == Stage.WAITING)
    .values(author_name=bindparam("new_name"), published_at=bindparam("at", type_=mentions.c.published_at.type))
)
KEYS: Final = ("external_id", "author_name", "followers", "text", "published_at", "is_own", "extra", "stage")


async def kept(store: Stores) -> list[tuple[Any, ...]]:
    wanted = select(*(mentions.c[key] for key in KEYS)).order_by(mentions.c.external_id)
    return await store.database.read(lambda c: _all(c, wanted))


async def _all(connection: Any, query: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await connection.execute(query)]


def inserting(store: Stores) -> Any:
    return insert("sqlite" if store.database.is_sqlite else "postgresql", mentions)


async def test_rows_are_written_as_sqlalchemy_writes_them(store: Stores) -> None:
    await store.database.write(lambda c: c.execute(inserting(store), ROWS))
    expected = await kept(store)
    await store.database.write(lambda c: c.execute(mentions.delete()))
    await store.database.write(lambda c: execute_many(c, inserting(store), ROWS))
    assert await kept(store) == expected
    assert expected[1][KEYS.index("extra")] == {"attached": ["фото"]}


async def test_an_update_has_its_own_constants_and_types(store: Stores) -> None:
    await store.database.write(lambda c: execute_many(c, inserting(store), ROWS))
    later = datetime(2026, 11, 19, tzinfo=UTC)
    changes = [{"of_id": f"-1_{number}", "new_name": f"Автор {number}", "at": later} for number in (0, 2)]
    await store.database.write(lambda c: execute_many(c, RENAME, changes))
    found = await kept(store)
    assert [row[1] for row in found] == ["Автор 0", "Иван «Петров»", "Автор 2"]
    assert [row[4] for row in found] == [later, NOW, later]


async def test_a_row_that_meets_another_adds_to_it(store: Stores) -> None:
    rows = insert("sqlite" if store.database.is_sqlite else "postgresql", case_hours)
    adding = rows.on_conflict_do_update(
        index_elements=[case_hours.c.brand, case_hours.c.what, case_hours.c.hour],
        set_={"count": case_hours.c.count + rows.excluded.count},
    )
    hour = [{"brand": "romashka", "what": "all", "hour": NOW, "count": 2}]
    for _ in range(2):
        await store.database.write(lambda c: execute_many(c, adding, hour))
    assert await store.database.read(lambda c: _all(c, select(case_hours.c.count))) == [(4,)]


async def test_without_rows_nothing_is_asked(store: Stores) -> None:
    await store.database.write(lambda c: execute_many(c, inserting(store), []))
    assert await kept(store) == []


async def test_what_the_database_refuses_is_its_own_error_and_none_of_it_is_written(store: Stores) -> None:
    twice = [ROWS[0], ROWS[0]]
    with pytest.raises((StoreError, IntegrityError)):
        await store.database.write(lambda c: execute_many(c, inserting(store), twice))
    assert await kept(store) == []
