"""Databases for tests: everything that stores runs on SQLite and, where a server answers, on PostgreSQL."""

import asyncio
import gc
import logging
import os
import re
import secrets
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from blockbuster import BlockBuster
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from listener.store.engine import driver_url
from listener.store.schema import upgrade
from listener.store.stores import Stores, open_stores
from listener.store.tables import metadata
from tests import models
from tests.compiled import once
from tests.needs import missing

# A busy machine makes no example wrong; pytest's own time-out ends what hangs.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

POSTGRES = os.environ.get("OTKLIK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
MEMORY = Path("/dev/shm")
PATIENCE = 300.0
"""Seconds."""
TESTS = Path(__file__).parent
WORLD = re.compile(
    r"^\s*(?:import|from) (?:aiohttp|asyncio|requests|signal|socket|ssl|subprocess|threading|time)\b", re.MULTILINE
)
PARTS = re.compile(r"^from (tests\.[\w.]+) import", re.MULTILINE)
ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


async def on_server(url: str, *statements: str) -> None:
    engine = create_async_engine(
        driver_url(url), isolation_level="AUTOCOMMIT", connect_args={"timeout": 60, "command_timeout": 600}
    )
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


@cache
def waits_for_the_world(file: Path) -> bool:
    """Whether a test file, or a part of the tests that it imports, has to do with time, sockets or processes."""
    source = file.read_text(encoding="utf-8")
    parts = (TESTS.parent / f"{name.replace('.', '/')}.py" for name in PARTS.findall(source))
    return WORLD.search(source) is not None or any(waits_for_the_world(part) for part in parts if part.is_file())


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """`pytest -m clock` are the tests of time, sockets and processes; a busy machine is what they are tried on."""
    if waits_for_the_world(item.path):
        item.add_marker("clock")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with its share of what waits for real seconds: begun last, it would keep the others idle.

    xdist gives each worker one block, and lets who is done take from the others' ends.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    waits, others = [], []
    for item in items:
        long = item.get_closest_marker("slow") or "tests/acceptance/" in item.nodeid
        (waits if long else others).append(item)
    blocks: list[pytest.Item] = []
    for worker in range(workers):
        room = (len(items) - len(blocks)) // (workers - worker)
        head = waits[worker::workers]
        blocks += [*head, *others[: max(0, room - len(head))]]
        del others[: max(0, room - len(head))]
    items[:] = [*blocks, *others]


# Ten thousand tests are a million containers that stay. To look through them again and again while they are made
# took 4.7 of 16.6 s, in each worker, and each full collection later goes through them all.
gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Each worker of the whole suite begins with a share of the files of its own.

    In a fresh clone all have to be compiled, by pytest and by Python. Workers that go through them side by side
    compile each as often as there are workers.
    """
    worker, workers = (
        os.environ.get("PYTEST_XDIST_WORKER", ""),
        int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
    )
    if not worker or session.config.args != session.config.getini("testpaths"):
        return
    files = sorted(TESTS.rglob("test_*.py"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for file in files[int(worker.removeprefix("gw")) :: workers]:
            # What is wrong with it, or why it is skipped, is told when it is collected.
            with suppress(Exception, pytest.skip.Exception):
                import_module(".".join(file.relative_to(TESTS.parent).with_suffix("").parts))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A worker's reports travel as UTF-8: half a surrogate in a captured line would end the whole run."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode("utf-8")) for name, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True)
def _log_lines_stay_as_they_were() -> Iterator[None]:
    """A daemon that runs in this process sends all lines to standard error, at a level of its own, for good."""
    level, handlers = logging.root.level, list(logging.root.handlers)
    yield
    logging.root.handlers[:] = handlers
    if logging.root.level != level:
        logging.root.setLevel(level)


@pytest.fixture(autouse=True, scope="session")
def _nothing_blocks_the_event_loop() -> Iterator[None]:
    """A test fails when the daemon's own code blocks the loop that every press and every card waits for.

    Watched from the first test to the last: to put the forty watches on and off takes longer than most tests.
    """
    watching = BlockBuster(["listener", "alerts"])
    # Looking at a name on the disk takes microseconds; sleeping, connecting and querying hurt.
    watched = {name: call for name, call in watching.functions.items() if not name.startswith("os.")}
    for call in watched.values():
        # Migrations run on a loop of their own in a thread of their own.
        call.can_block_in("listener/store/schema.py", {"_upgrade", "to_head"})
        # A time zone is one small file, read once.
        call.can_block_in("zoneinfo/_common.py", {"load_data"})
        call.activate()
    yield
    for call in watched.values():
        call.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _statements_are_compiled_once() -> Iterator[None]:
    with once():
        yield


@pytest.fixture(autouse=True, scope="session")
def _models_are_read_once() -> Iterator[None]:
    with models.once():
        yield


@pytest.fixture(autouse=True, scope="session")
def _people_are_patient() -> Iterator[None]:
    """Who presses a button looks at it as long as a busy machine needs.

    Telegram's and Slack's own bounds have tests of their own, which set them.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("simulator.telegram_queries.PRESS_WAITS", PATIENCE)
        patched.setattr("simulator.slack_socket.PRESS_WAITS", PATIENCE)
        patched.setattr("simulator.slack_socket.ACK_WITHIN", PATIENCE)
        yield


@contextmanager
def postgres_database(template: str | None = None) -> Iterator[str]:
    """An empty, migrated database on the server, dropped at the end; a copy of `template` where that is given."""
    name = f"otklik_test_{os.getpid()}_{secrets.token_hex(3)}"
    like = f" TEMPLATE {driver_url(template).database}" if template else ""
    try:
        # Nothing here needs to survive a power cut.
        relaxed = f"ALTER DATABASE {name} SET synchronous_commit = off"
        asyncio.run(on_server(POSTGRES, f"CREATE DATABASE {name}{like}", relaxed))
    except (OSError, SQLAlchemyError) as error:
        missing(
            "postgres",
            f"no PostgreSQL at {driver_url(POSTGRES).host} (OTKLIK_TEST_POSTGRES): {type(error).__name__}",
        )
    url = driver_url(POSTGRES).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    try:
        if template is None:
            asyncio.run(upgrade(driver_url(url)))
        yield url
    finally:
        asyncio.run(on_server(POSTGRES, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """A migrated database to copy; a server copies none that somebody is connected to."""
    with postgres_database() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_template: str) -> Iterator[str]:
    """The database that all tests of this process share, emptied before each: none may change its tables."""
    with postgres_database(postgres_template) as url:
        yield url


@pytest.fixture(scope="session")
def empty_postgres(postgres_url: str) -> Iterator[Callable[[], None]]:
    """Empties that database. Over a connection that lasts: a new one takes the processor eight times as long."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(postgres_url, timeout=60, command_timeout=600))
        yield lambda: runner.run(connection.execute(emptied()))
        runner.run(connection.close())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy: running the migrations for each test would take most of its time."""
    path = tmp_path_factory.mktemp("template") / "otklik.db"
    asyncio.run(upgrade(driver_url(f"sqlite:///{path}")))
    return path


@pytest.fixture
def sqlite_file(sqlite_template: Path, tmp_path: Path) -> Iterator[Path]:
    """An empty SQLite database in memory where the machine lets us: no disk is tried here."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(shutil.copy(sqlite_template, Path(folder) / "otklik.db"))


@pytest.fixture(params=ENGINES)
def database_url(request: Any) -> str:
    """The address of an empty database: each test that asks for it runs once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_file')}"
    url: str = request.getfixturevalue("postgres_url")
    request.getfixturevalue("empty_postgres")()
    return url


def emptied() -> str:
    """One statement after which the tables are as after the migrations, whoever was still writing.

    TRUNCATE makes new files for every table and index, and takes ten times as long.
    """
    names = [f'"{table.name}"' for table in reversed(metadata.sorted_tables)]
    return f"""
        DO $$ BEGIN
            LOCK TABLE {", ".join(names)} IN ACCESS EXCLUSIVE MODE;
            {" ".join(f"DELETE FROM {name};" for name in names)}
            PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
            FROM pg_sequences WHERE schemaname = current_schema();
        END $$
    """


@pytest.fixture(params=ENGINES)
def own_database_url(request: Any) -> Iterator[str]:
    """An empty database whose tables may be changed: for tests that migrate, drop or rename them."""
    if request.param == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('sqlite_file')}"
        return
    with postgres_database(request.getfixturevalue("postgres_template")) as url:
        yield url


@pytest.fixture
async def open_store(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Any]]:
    """Opens one more store on the test's database; all are closed at the end.

    That its schema is the newest is known, and not looked for: it would take longer than all else that opens it.
    """
    known = driver_url(database_url)
    monkeypatch.setattr(
        "listener.store.schema.upgrade", lambda url: asyncio.sleep(0) if url == known else upgrade(url)
    )
    opened: list[Stores] = []

    async def open_one(**named: Any) -> Stores:
        opened.append(await open_stores(database_url, **named))
        return opened[-1]

    yield open_one
    for one in opened:
        await one.close()


@pytest.fixture
async def store(open_store: Callable[..., Any]) -> Stores:
    found: Stores = await open_store()
    return found
