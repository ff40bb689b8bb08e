"""The store's one error, which says whether trying again can help."""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

FAULTS: Final = (SQLAlchemyError, sqlite3.Error, OSError, OverflowError, ValueError)
"""What the drivers throw: ValueError for a text that cannot be encoded, OverflowError for a number too large."""

_SQLITE_PASSING: Final = ("BUSY", "LOCKED", "FULL", "IOERR", "READONLY", "CANTOPEN", "NOMEM", "PROTOCOL")
_POSTGRES_PASSING: Final = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE: connection, rollback, resources, object in use, operator's intervention, system."""
_POSTGRES_CONFLICT: Final = ("40001", "40P01")


class StoreError(Exception):
    """The store did not do what was asked, and left everything as it was.

    `transient`: the same call may succeed later (locked, full disk, server away); otherwise it never will.
    """

    def __init__(self, message: str, *, transient: bool) -> None:
        super().__init__(message)
        self.transient = transient


class ConflictError(Exception):
    """Another writer was faster; the transaction is to be run again from the start."""


def translated(fault: BaseException) -> StoreError:
    """The fault as a StoreError; the message carries no statement and no parameters, which may hold texts."""
    original = fault.orig if isinstance(fault, DBAPIError) and fault.orig is not None else fault
    return StoreError(f"{type(original).__name__}: {_first_line(original)}", transient=is_passing(fault))


def is_passing(fault: BaseException) -> bool:
    """Whether trying again may help."""
    if isinstance(fault, PoolTimeoutError | OSError):
        return True
    if not isinstance(fault, DBAPIError):
        return False
    name = getattr(fault.orig, "sqlite_errorname", None) or ""
    return (
        fault.connection_invalidated
        or name.removeprefix("SQLITE_").startswith(_SQLITE_PASSING)
        or _sqlstate(fault).startswith(_POSTGRES_PASSING)
    )


def is_conflict(fault: BaseException) -> bool:
    """Whether PostgreSQL chose this transaction as the victim of a deadlock or of a serialization failure."""
    return isinstance(fault, DBAPIError) and _sqlstate(fault) in _POSTGRES_CONFLICT


def _sqlstate(fault: DBAPIError) -> str:
    return getattr(fault.orig, "sqlstate", None) or ""


def _first_line(fault: BaseException) -> str:
    return (str(fault).splitlines() or [""])[0][:300]
