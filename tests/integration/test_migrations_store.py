"""Migrations: from nothing to the newest schema and back, on both engines, by code and by several at once."""

import asyncio
import contextlib
import shutil
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.engine import URL

from listener.store.engine import Database, driver_url, postgres_engine, sqlite_engine
from listener.store.errors import StoreError
from listener.store.figures import figures
from listener.store.schema import configuration, migrate, newest, to_head, upgrade
from listener.store.stores import open_stores
from listener.store.tables import metadata
from migrations.newest import SCRIPT, script_of
from tests.contract.store_samples import NOW, keep, mention


async def on_database(url: str, work: Any) -> Any:
    """Run synchronous work on a connection, as alembic wants it."""
    parsed = driver_url(url)
    if "sqlite" in url:
        return await asyncio.to_thread(on_sqlite, parsed, work)
    engine = postgres_engine(parsed)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def on_sqlite(url: URL, work: Any) -> Any:
    engine = sqlite_engine(url, writes=True)
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


def by_alembic(step: Any, *arguments: Any) -> Any:
    def work(connection: Any) -> Any:
        config: Config = configuration()
        config.attributes["connection"] = connection
        step(config, *arguments)

    return work


async def test_the_tables_are_what_the_migrations_make(database_url: str) -> None:
    await on_database(database_url, by_alembic(command.check))


def test_a_new_file_is_made_as_the_migrations_make_it(tmp_path: Path) -> None:
    made = {}
    for make in (to_head, migrate):
        file = tmp_path / make.__name__
        on_sqlite(driver_url(f"sqlite:///{file}"), make)
        with contextlib.closing(sqlite3.connect(file)) as connection:
            made[make] = [statement.split() for statement in connection.iterdump()]
            script = script_of(connection)
    assert made[to_head] == made[migrate]
    assert script == SCRIPT.read_text(encoding="utf-8"), "python -m migrations.newest writes it anew"


def test_the_newest_revision_is_known_by_its_file() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [newest()]


async def test_a_downgrade_leaves_nothing_and_an_upgrade_makes_it_again(own_database_url: str) -> None:
    await on_database(own_database_url, by_alembic(command.downgrade, "base"))
    left = await on_database(own_database_url, lambda connection: set(inspect(connection).get_table_names()))
    await upgrade(driver_url(own_database_url))
    made = await on_database(own_database_url, lambda connection: set(inspect(connection).get_table_names()))
    assert left == {"alembic_version"}
    # SQLite keeps its full-text index in tables of its own.
    made = {name for name in made if not name.startswith("solutions_words")}
    assert made == {*metadata.tables, "alembic_version"}


async def test_opening_again_keeps_what_is_stored(database_url: str) -> None:
    for number in range(2):
        store = await open_stores(database_url)
        await keep(store, mention(number))
        assert (await figures(store.database)).mentions == number + 1
        await store.close()


async def test_several_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/otklik.db"
    starts = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "import asyncio, sys; from listener.store.stores import open_stores\n"
            "async def go():\n    await (await open_stores(sys.argv[1])).close()\n"
            "asyncio.run(go())",
            url,
        )
        for _ in range(4)
    ]
    assert [await one.wait() for one in starts] == [0, 0, 0, 0]


async def test_a_schema_from_the_future_is_refused_with_advice(own_database_url: str) -> None:
    change = text("UPDATE alembic_version SET version_num = '9999'")
    await on_database(own_database_url, lambda connection: connection.execute(change))
    with pytest.raises(StoreError, match="более новой версией"):
        await open_stores(own_database_url)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("sqlite:////proc/nowhere/otklik.db", "доступны для записи"),
        ("postgresql://u:secret@127.0.0.1:1/otklik", "сервер запущен"),
        ("mysql://127.0.0.1/otklik", "не поддерживается"),
        ("ромашка", "не адрес базы"),
    ],
)
async def test_a_database_that_cannot_be_used_is_named_in_russian(url: str, word: str) -> None:
    with pytest.raises(StoreError, match=word) as error:
        await open_stores(url)
    assert "secret" not in str(error.value)


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("это не база " * 100)
    with pytest.raises(StoreError, match="не открывается"):
        await open_stores(f"sqlite:///{path}")
    assert path.read_text() == "это не база " * 100


async def test_a_database_locked_by_another_process_is_a_passing_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.store.engine.BUSY_SECONDS", 0.1)
    store = await open_stores(f"sqlite:///{tmp_path}/otklik.db")
    other = sqlite3.connect(tmp_path / "otklik.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as error:
            await keep(store, mention(1))
        assert error.value.transient
        other.execute("ROLLBACK")
        assert (await keep(store, mention(1))).new == 1
    finally:
        other.close()
        await store.close()


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_file_that_somebody_takes_away_is_told_of(tmp_path: Path, *, replaced: bool) -> None:
    path = tmp_path / "otklik.db"
    store = await open_stores(f"sqlite:///{path}")
    try:
        await store.pulse(NOW)
        if replaced:
            shutil.copy(path, tmp_path / "copy.db")
            (tmp_path / "copy.db").rename(path)
        else:
            path.unlink()
        with pytest.raises(StoreError, match="удалён или заменён другим"):
            await store.pulse(NOW)
    finally:
        await store.close()


async def test_a_full_disk_is_a_passing_trouble_and_breaks_nothing(tmp_path: Path) -> None:
    store = await open_stores(f"sqlite:///{tmp_path}/otklik.db")

    async def limit(connection: Any, pages: Any) -> Any:
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    # SQLite's own page limit fails with SQLITE_FULL, just as a full disk does.
    await store.database.write(lambda connection: limit(connection, 60))
    with pytest.raises(StoreError) as error:
        await keep(store, *(mention(number, text="долгая жалоба " * 200) for number in range(100)))
    assert error.value.transient
    assert (await figures(store.database)).mentions == 0
    await store.database.write(lambda connection: limit(connection, 1_000_000))
    assert (await keep(store, mention(1))).new == 1
    await store.close()


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    store = await open_stores(f"sqlite:///{tmp_path}/otklik.db")

    async def delete(connection: Any) -> Any:
        await connection.execute(text("DELETE FROM mentions"))

    with pytest.raises(StoreError, match="readonly"):
        await store.database.read(delete)
    await store.close()


async def test_a_new_database_is_for_nobody_else_to_read(tmp_path: Path) -> None:
    file = tmp_path / "var" / "otklik.db"
    store = await open_stores(f"sqlite:///{file}")
    await keep(store, mention(1))
    modes = {one.name: one.stat().st_mode & 0o777 for one in (file.parent, *file.parent.iterdir())}
    await store.close()
    assert modes.pop("var") == 0o700
    assert set(modes.values()) == {0o600}
    assert len(modes) == 3, "the log and its index too"


async def test_a_memory_store_is_forgotten() -> None:
    for _ in range(2):
        store = await open_stores("sqlite://")
        assert (await keep(store, mention(1))).new == 1
        await store.close()


def test_a_base_that_does_not_open_leaves_no_thread_that_speaks_after_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty starts in a folder's place: a thread that answers a closed loop would end in a traceback."""
    ended: list[Any] = []
    monkeypatch.setattr("threading.excepthook", ended.append)
    for _ in range(50):
        with pytest.raises(StoreError):
            asyncio.run(asked_of_a_folder(tmp_path))
    assert not ended


async def asked_of_a_folder(folder: Path) -> None:
    database = Database(driver_url(f"sqlite:///{folder}/otklik.db").set(database=str(folder)))
    await database.read(lambda connection: connection.execute(text("SELECT 1")))
