"""One memory of what statements are in SQL, for all engines of a kind: each test opens engines of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, event


class Compiled(dict[Any, Any]):
    """As SQLAlchemy asks for it (`compiled_cache`), by what is alike of two dialects in place of the dialect."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_of_kind(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_of_kind(key), compiled)


def _of_kind(key: Any) -> Any:
    dialect, *rest = key
    return type(dialect), dialect.paramstyle, dialect._json_serializer, dialect._json_deserializer, *rest


COMPILED: Final = Compiled()


@contextmanager
def once() -> Iterator[None]:
    """Inside, what one engine has compiled is known to all; of four compilations three are spared."""

    def remember(connection: Connection) -> None:
        if "compiled_cache" not in connection.get_execution_options():
            connection.engine.update_execution_options(compiled_cache=COMPILED)
            connection.execution_options(compiled_cache=COMPILED)

    event.listen(Engine, "engine_connect", remember)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", remember)
