"""Foreign JSON as typed values: what is required must be right, an odd optional field costs itself alone."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec

from listener.mention_format import MalformedMentionError

S = TypeVar("S", bound=msgspec.Struct)

ODD: Final = (msgspec.ValidationError, OverflowError, UnicodeError)
"""What msgspec raises on values of a wrong kind: also on half a character, where a number should be."""

_first_use: Final = threading.Lock()
_known: Final[set[type]] = set()


def known(kind: type[S]) -> type[S]:
    """The kind, once msgspec has worked out what it expects.

    It does so at a kind's first use, and lets other threads in meanwhile: one that needs the same kind then reads
    what is half written, and the process is gone (msgspec 0.22, a segmentation fault). So the first use is one's
    alone.
    """
    if kind not in _known:
        with _first_use:
            msgspec.json.Decoder(kind)
            _known.add(kind)
    return kind


def read(value: object, kind: type[S]) -> S:
    """A decoded JSON object as a struct of that kind. Raises MalformedMentionError.

    The struct says what is expected: a field without a default is required, one with a default is worth no
    mention.
    """
    try:
        return msgspec.convert(value, known(kind))
    except ODD:
        return _field_by_field(value, kind)


def read_all(values: object, kind: type[S]) -> Iterator[S]:
    """The objects of what should be a list of them; others are passed over."""
    for value in values if isinstance(values, list | tuple) else ():
        try:
            yield read(value, kind)
        except MalformedMentionError:
            continue


def _field_by_field(value: object, kind: type[S]) -> S:
    if not isinstance(value, Mapping):
        raise MalformedMentionError(f"must be an object, got {str(value)[:40]!r}")
    return kind(**dict(_fields(value, msgspec.structs.fields(kind))))


def _fields(row: Mapping[str, Any], fields: Iterable[msgspec.structs.FieldInfo]) -> Iterator[tuple[str, Any]]:
    for field in fields:
        try:
            yield field.name, msgspec.convert(row[field.encode_name], field.type)
        except KeyError:
            if field.required:
                raise MalformedMentionError(f"`{field.encode_name}` is missing") from None
        except ODD as error:
            if field.required:
                raise MalformedMentionError(f"`{field.encode_name}`: {error}") from None
