"""Brings a database to the newest schema at start, also when several processes start at once.

Alembic is loaded where there is something to do: it takes a twentieth of a start, and a database is at its newest
schema at nearly every one. A new SQLite file is made by the script of what all migrations come to.
"""

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, column, inspect, select, table, text
from sqlalchemy.engine import URL

import migrations
from listener.store.engine import BUSY_SECONDS, postgres_engine, sqlite_engine
from listener.store.errors import FAULTS, StoreError, translated
from migrations.newest import statements

if TYPE_CHECKING:
    from alembic.config import Config

ADVISORY_LOCK: Final = 0x07_4B_11_4B
"""PostgreSQL's lock number for migrating; any constant, the same for every version."""

VERSIONS: Final = table("alembic_version", column("version_num"))
"""Alembic's own table."""

_one_at_a_time = threading.Lock()
"""Alembic keeps its current migration in module globals."""


async def upgrade(url: URL) -> None:
    """Run the missing migrations in one transaction. Raises StoreError in Russian.

    Alembic reads files and compiles scripts, so it works in a thread of its own, on a connection of its own.
    """
    try:
        await asyncio.to_thread(_upgrade_apart, url)
    except FAULTS as fault:
        raise _unusable(url, translated(fault)) from fault


def configuration() -> "Config":
    """Alembic's configuration without an ini file; `migrations/alembic.ini` is for its command line."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    folder = str(Path(migrations.__file__).parent)
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config


def to_head(connection: Connection) -> None:
    """Bring this connection's database to the newest revision, inside its transaction."""
    if _revisions(connection) == [newest()]:
        return
    if connection.dialect.name == "sqlite" and not inspect(connection).get_table_names():
        for statement in statements():
            connection.exec_driver_sql(statement)
        return
    migrate(connection)


def migrate(connection: Connection) -> None:
    """Run the missing migrations one by one. Raises StoreError where the database is newer than they are."""
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = configuration()
    script = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(connection).get_current_heads()
    known = {revision.revision for revision in script.walk_revisions()}
    if not set(present) <= known:
        raise StoreError(
            f"База создана более новой версией Отклика (схема {', '.join(present)}): обновите программу.",
            transient=False,
        )
    if set(present) != set(script.get_heads()):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest() -> str:
    """The newest revision, by the names of the migrations' files: they begin with it."""
    return max(file.name for file in Path(migrations.__file__).parent.glob("versions/[0-9]*.py")).partition("_")[0]


def _revisions(connection: Connection) -> list[str]:
    """Where the database stands, as Alembic keeps it; nothing for a new one."""
    if not inspect(connection).has_table(VERSIONS.name):
        return []
    return list(connection.scalars(select(VERSIONS.c.version_num)))


def _upgrade_apart(url: URL) -> None:
    with _one_at_a_time:
        if url.get_backend_name() == "sqlite":
            _upgrade_sqlite(url)
        else:
            asyncio.run(_upgrade_postgres(url))


def _upgrade_sqlite(url: URL) -> None:
    engine = sqlite_engine(url, writes=True)
    try:
        with engine.begin() as connection:
            to_head(connection)
    finally:
        engine.dispose()


async def _upgrade_postgres(url: URL) -> None:
    engine = postgres_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            await connection.run_sync(to_head)
    finally:
        await engine.dispose()


def _unusable(url: URL, error: StoreError) -> StoreError:
    shown = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
    if "locked" in str(error):
        why = f"её {BUSY_SECONDS} секунд держит другой процесс. Остановите его или подождите"
    elif url.get_backend_name() == "sqlite":
        why = "проверьте, что путь верный, на диске есть место, а папка и файл доступны для записи"
    else:
        why = "проверьте, что сервер запущен, а адрес, имя, пароль и база верны"
    return StoreError(f"База {shown} не открывается: {why} ({error}).", transient=error.transient)
