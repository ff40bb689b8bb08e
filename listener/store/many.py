"""One statement for many rows, by way of the driver: SQLAlchemy compiles it once, and builds nothing a row.

`connection.execute(statement, rows)` makes a dictionary of the statement's parameters for each row, another of it,
and then a tuple; for a mention's row that takes longer than SQLite takes to insert it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, Final

from sqlalchemy.engine import Dialect

from listener.store.connection import Connection

_STATEMENTS: Final = 64
"""How many are remembered: those of the store, for either engine."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One place of the statement: what a row has under `key`, as its type turns it; or the same for all rows."""

    key: str | None
    turned: Callable[[Any], Any] | None = None
    constant: Any = None

    def of(self, rows: Sequence[Mapping[str, Any]]) -> Iterable[Any]:
        if self.key is None:
            return repeat(self.constant, len(rows))
        values = map(itemgetter(self.key), rows)
        return map(self.turned, values) if self.turned else values


@dataclass(frozen=True, slots=True)
class _Prepared:
    sql: str
    places: tuple[_Parameter, ...]

    def parameters(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """Place by place, for a map over all rows is no step of the interpreter's a row."""
        return list(zip(*(place.of(rows) for place in self.places), strict=True))


async def execute_many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
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
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    defaults = {column.key: column.default.arg for column in getattr(compiled, "insert_prefetch", ())}
    constants = {name: value for name, value in {**compiled.params, **defaults}.items() if name not in keys}
    places = []
    for name in compiled.positiontup:
        turned = types[name].dialect_impl(by.dialect).bind_processor(by.dialect)
        if name in constants:
            constant = turned(constants[name]) if turned else constants[name]
            places.append(_Parameter(key=None, constant=constant))
        else:
            places.append(_Parameter(key=name, turned=turned))
    return _Prepared(sql=str(compiled), places=tuple(places))
