"""What the store's functions take a connection for, under a name that does not load SQLAlchemy's ORM."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection as Connection
else:
    # On SQLite it is a `listener.store.threads.Direct`; the asynchronous engine, PostgreSQL's, brings the ORM.
    Connection = Any

__all__ = ["Connection"]
