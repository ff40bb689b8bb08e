"""Rows of which a column, or several together, are among given values, found by their index on both engines."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, tuple_

from listener.store.tables import Json


def given(column: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Whether the column's value is in the list that the statement is given under `name`, text or whole numbers.

    SQLite takes the list as JSON, one parameter of one text whatever its length. As parameters of their own
    SQLAlchemy names, writes and counts the values anew at each execution, and SQLite compiles a new text.
    """
    if dialect == "sqlite":
        return column.in_(select(_listed(name).c.value))
    return column.in_(bindparam(name, expanding=True))


def given_rows(columns: Sequence[ColumnElement[Any]], name: str, dialect: str) -> ColumnElement[bool]:
    """Whether the values of the columns, in order, are one of the rows that the statement is given under `name`.

    SQLite finds them by an index of the columns, as it does not where it has each row as parameters.
    """
    if dialect == "sqlite":
        row = _listed(name).c.value
        return tuple_(*columns).in_(
            select(*(func.json_extract(row, f"$[{place}]") for place in range(len(columns))))
        )
    return tuple_(*columns).in_(bindparam(name, expanding=True))


def _listed(name: str) -> Any:
    return func.json_each(bindparam(name, type_=Json)).table_valued("value")
