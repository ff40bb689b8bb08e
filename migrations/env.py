"""How alembic reaches the database: the connection it is handed by the store, or the one the settings name."""

import asyncio
import os
from pathlib import Path

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from listener.settings import read_settings
from listener.store.engine import driver_url, postgres_engine, sqlite_engine
from listener.store.tables import metadata


def is_ours(name: str | None, *_: object) -> bool:
    """Not the full-text index, which each engine has in its own way, with tables of its own on SQLite."""
    return not (name or "").startswith("solutions_words")


def migrate(connection: Connection) -> None:
    # SQLite cannot alter most things in place; batch mode copies the table.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, include_name=is_ours)
    with context.begin_transaction():
        context.run_migrations()


def migrate_by_settings() -> None:
    named = context.get_x_argument(as_dictionary=True).get("url")
    url = driver_url(named or read_settings(os.environ, Path(".env")).database_url)
    if url.get_backend_name() != "sqlite":
        asyncio.run(migrate_postgres(url))
        return
    engine = sqlite_engine(url, writes=True)
    try:
        with engine.begin() as connection:
            migrate(connection)
    finally:
        engine.dispose()


async def migrate_postgres(url: URL) -> None:
    engine = postgres_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


handed = context.config.attributes.get("connection")
if handed is None:
    migrate_by_settings()
else:
    migrate(handed)
