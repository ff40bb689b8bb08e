"""Rows of which several columns together are among given values, found by their index on both engines."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, tuple_


def among(
    columns: Sequence[ColumnElement[Any]], wanted: Sequence[Sequence[Any]], *, by: int
) -> ColumnElement[bool]:
    """Whether the values of the columns, in order, are one of those `wanted`.

    SQLite finds no index for rows compared to a list of rows, and looks through the whole table. So the first `by`
    columns, by which few rows are left, are compared one at a time as well.
    """
    singly = (column.in_(sorted({row[place] for row in wanted})) for place, column in enumerate(columns[:by]))
    return and_(*singly, tuple_(*columns).in_(wanted))
