"""msgspec's ways from plain values to typed ones, safe for threads; nothing else here calls them."""

import threading
from typing import Any, Final, TypeVar

import msgspec

T = TypeVar("T")

_first_use: Final = threading.Lock()
_known: Final[set[Any]] = set()


def convert(value: object, kind: type[T]) -> T:
    """A decoded value as one of that kind. Raises msgspec.ValidationError."""
    return msgspec.convert(value, known(kind))


def from_json(body: bytes | str, kind: type[T]) -> T:
    """Raises msgspec.DecodeError, of which ValidationError is one."""
    return msgspec.json.decode(body, type=known(kind))


def unpacker(kind: type[T]) -> msgspec.msgpack.Decoder[T]:
    """What reads one kind from msgpack, again and again."""
    return msgspec.msgpack.Decoder(known(kind))


def known(kind: type[T]) -> type[T]:
    """The kind, once msgspec has worked out what it expects.

    It does so at the first use of a struct or a dataclass, and lets other threads in meanwhile: one that needs the
    same kind then reads what is half written, and the process is gone (msgspec 0.22, a segmentation fault). So the
    first use is one's alone: of VK's threads, of the store's, and of the event loop's.
    """
    if kind not in _known:
        with _first_use:
            msgspec.msgpack.Decoder(kind)
            _known.add(kind)
    return kind
