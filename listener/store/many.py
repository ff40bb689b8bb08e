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

from listener.store.connection import Connection

_STATEMENTS: Final = 64
"""How many are remembered: those of the store, for either engine."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """`sql` takes what `given` names of a row and, `between`, the constants that stand before each of these places
    and after the last. Some of the row's values are `processed` by their type.
    """

    sql: str
    given: tuple[str, ...]
    between: tuple[tuple[int, tuple[Any, ...]], ...]
    processed: tuple[tuple[int, Callable[[Any], Any]], ...]

    def parameters(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        if len(self.given) == 1:
            taken = [[row[self.given[0]]] for row in rows]
        else:
            taken = list(map(list, map(itemgetter(*self.given), rows)))
        for place, process in self.processed:
            for values in taken:
                values[place] = process(values[place])
        # From the end on, so that the places before stay where they are.
        for place, constants in self.between:
            for values in taken:
                values[place:place] = constants
        return list(map(tuple, taken))


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
    ordered = tuple(compiled.positiontup)
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    defaults = {column.key: column.default.arg for column in getattr(compiled, "insert_prefetch", ())}
    constants = {name: value for name, value in {**compiled.params, **defaults}.items() if name not in keys}
    processors = {name: types[name].dialect_impl(by.dialect).bind_processor(by.dialect) for name in ordered}
    given = tuple(name for name in ordered if name not in constants)
    between: dict[int, list[Any]] = {}
    place = 0
    for name in ordered:
        if name in constants:
            process = processors[name]
            between.setdefault(place, []).append(process(constants[name]) if process else constants[name])
        else:
            place += 1
    return _Prepared(
        sql=str(compiled),
        given=given,
        between=tuple((place, tuple(between[place])) for place in sorted(between, reverse=True)),
        processed=tuple((place, process) for place, name in enumerate(given) if (process := processors[name])),
    )
