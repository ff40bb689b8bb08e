"""One statement for many rows, by way of the driver: SQLAlchemy compiles it once, and builds nothing a row.

`connection.execute(statement, rows)` makes a dictionary of the statement's parameters for each row, another of it,
and then a tuple; for a mention's row that takes longer than SQLite takes to insert it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

_STATEMENTS: Final = 64
"""How many are remembered: those of the store, for either engine."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """`sql` with a place for each of `given`: keys of a row, or of `constants`; some are `processed` by type."""

    sql: str
    given: tuple[str, ...]
    constants: Mapping[str, Any]
    processed: tuple[tuple[int, Callable[[Any], Any]], ...]

    def parameters(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        take = itemgetter(*self.given) if len(self.given) > 1 else lambda row: (row[self.given[0]],)
        if self.constants:
            rows = [{**self.constants, **row} for row in rows]
        found = []
        for row in rows:
            values = list(take(row))
            for place, process in self.processed:
                values[place] = process(values[place])
            found.append(tuple(values))
        return found


async def execute_many(connection: AsyncConnection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run an INSERT, UPDATE or DELETE that returns nothing for each row; all rows have the same keys.

    `statement` is built once and kept by its caller, as it is remembered by its identity. Raises as
    `connection.execute` does.
    """
    if rows:
        prepared = _prepared(statement, connection.dialect.name, tuple(rows[0]), _Dialect(connection.dialect))
        await connection.exec_driver_sql(prepared.sql, prepared.parameters(rows))


class _Dialect:
    """Equal to every other one: which connection asks first makes no difference to what is remembered."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Dialect)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=_STATEMENTS)
def _prepared(statement: Any, _name: str, keys: tuple[str, ...], by: _Dialect) -> _Prepared:
    compiled = statement.compile(dialect=by.dialect, column_keys=list(keys))
    given = tuple(compiled.positiontup)
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    defaults = {column.key: column.default.arg for column in getattr(compiled, "insert_prefetch", ())}
    constants = {name: value for name, value in {**compiled.params, **defaults}.items() if name not in keys}
    processed = []
    for place, name in enumerate(given):
        process = types[name].dialect_impl(by.dialect).bind_processor(by.dialect)
        if process is not None:
            processed.append((place, process))
    return _Prepared(str(compiled), given, constants, tuple(processed))
