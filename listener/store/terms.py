"""Terms: by which hours and promises each receiver's open cases were counted last, over restarts."""

from collections.abc import Mapping

from sqlalchemy import select

from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.tables import terms

Terms = Mapping[str | None, str]
"""By receiver (None: for cases that have none), its hours and terms as text that is compared, never read."""


async def counted_by(database: Database) -> Terms:
    """Raises StoreError."""
    return await database.read(_counted_by)


async def keep(database: Database, wanted: Terms) -> None:
    """Of receivers that are gone the row stays: their cases may still be open. Raises StoreError."""
    await database.write(lambda connection: _keep(connection, wanted))


async def _counted_by(connection: Connection) -> Terms:
    found = await connection.execute(select(terms))
    return {row.receiver or None: row.terms for row in found}


async def _keep(connection: Connection, wanted: Terms) -> None:
    rows = insert(connection.dialect.name, terms)
    changed = {"terms": rows.excluded["terms"]}
    await connection.execute(
        rows.on_conflict_do_update(index_elements=[terms.c.receiver], set_=changed),
        [{"receiver": name or "", "terms": text} for name, text in wanted.items()],
    )
