"""What all migrations together make of an empty SQLite file, kept as one script: `python -m migrations.newest`.

A new file is made by it, in a tenth of the time that Alembic and the migrations take. A test holds both to be the
same; PostgreSQL's database is made once for many starts, and takes the migrations.
"""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SCRIPT: Final = Path(__file__).with_name("newest_sqlite.sql")
OBJECTS: Final = """
    SELECT sql FROM sqlite_schema made WHERE sql IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM sqlite_schema index_of WHERE index_of.sql LIKE 'CREATE VIRTUAL TABLE%'
        AND substr(made.name, 1, length(index_of.name) + 1) = index_of.name || '_'
    ) ORDER BY rowid
"""
"""Without what SQLite makes itself: automatic indices, and the tables in which a full-text index is kept."""

REVISION: Final = "SELECT 'INSERT INTO alembic_version VALUES (' || quote(version_num) || ')' FROM alembic_version"


def statements() -> Iterator[str]:
    """One by one: a trigger holds several."""
    statement = ""
    for line in SCRIPT.read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def script_of(connection: sqlite3.Connection) -> str:
    """What makes a file like this one, its revision with it."""
    made = [f"{sql.strip()};\n" for (sql,) in connection.execute(OBJECTS)]
    made += [f"{insert};\n" for (insert,) in connection.execute(REVISION)]
    return "\n".join(line.rstrip() for line in "\n".join(made).split("\n"))


def main() -> None:
    """Write the script anew, after a migration was added."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - only this tool needs them, and the schema reads us

    from listener.store.engine import sqlite_engine  # noqa: PLC0415
    from listener.store.schema import migrate  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "new.db"
        engine = sqlite_engine(make_url(f"sqlite:///{file}"), writes=True)
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        with contextlib.closing(sqlite3.connect(file)) as made:
            SCRIPT.write_text(script_of(made), encoding="utf-8")


if __name__ == "__main__":
    main()
