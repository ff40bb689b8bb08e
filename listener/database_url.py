"""The address of the database: what libpq's addresses may say, understood or named; never repeats a password."""

from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

DEFAULT: Final = "sqlite:///var/otklik.db"
_KINDS: Final = ("sqlite", "postgresql", "postgres")
_LIKE: Final = "нужен вид sqlite:///var/otklik.db или postgresql://имя:пароль@сервер:5432/база"
_PASSED_ON: Final = frozenset({"sslmode"})
_NEEDLESS: Final = frozenset(
    {
        "application_name",
        "channel_binding",
        "client_encoding",
        "connect_timeout",
        "fallback_application_name",
        "gssencmode",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
    }
)
"""libpq's parameters that hosters put into their addresses and that this program decides itself."""
_SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class AddressError(ValueError):
    """The address cannot be used; the message says why in Russian and holds no part of it but names."""


def understood(address: str) -> str:
    """The address with only the parameters that the driver takes. Raises AddressError."""
    parts = _split(address)
    if parts.scheme not in _KINDS:
        raise AddressError(f"не адрес базы; {_LIKE}")
    if parts.scheme == "sqlite":
        return _sqlite(parts, address)
    try:
        _ = parts.port
    except ValueError:
        raise AddressError(
            "порт — число после двоеточия; знаки @ : / ? # % в пароле пишут кодом: @ — %40, : — %3A, / — %2F"
        ) from None
    if not parts.path.strip("/"):
        raise AddressError(f"не названа база; {_LIKE}")
    if "@" in (parts.password or "") or "@" in (parts.username or ""):
        raise AddressError("в имени или пароле знак @: его пишут кодом %40")
    query = _query(parts)
    return urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(query), ""))


def sqlite_file(address: str) -> Path | None:
    """The file of an SQLite address; None for a database in memory or on a server."""
    parts = _split(address)
    path = unquote(parts.path.removeprefix("/"))
    return Path(path) if parts.scheme == "sqlite" and path and path != ":memory:" else None


def passwords(address: str) -> tuple[str, ...]:
    """The password as it is written and as it is meant: no log line may show either."""
    try:
        password = urlsplit(address).password
    except ValueError:
        return ()
    return tuple(dict.fromkeys((password, unquote(password)))) if password else ()


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise AddressError(f"не адрес базы; {_LIKE}") from None


def _sqlite(parts: SplitResult, address: str) -> str:
    if parts.netloc:
        raise AddressError(f"после sqlite: нужны три косые черты: sqlite:///{parts.netloc}{parts.path}")
    if parts.query:
        raise AddressError("у sqlite параметров после знака ? нет: уберите их")
    return address


def _query(parts: SplitResult) -> dict[str, str]:
    """The parameters that matter. Raises AddressError for those that nobody here understands."""
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    strange = sorted(set(given) - _PASSED_ON - _NEEDLESS)
    if strange:
        raise AddressError(f"параметр {', '.join(strange)} не поддерживается: уберите его; можно sslmode")
    mode = given.get("sslmode")
    if mode is not None and mode not in _SSL_MODES:
        raise AddressError(f"sslmode бывает {', '.join(_SSL_MODES)}")
    return {name: value for name, value in given.items() if name in _PASSED_ON}
