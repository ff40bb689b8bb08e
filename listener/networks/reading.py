"""Foreign JSON as typed values: what is required must be right, an odd optional field costs itself alone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec

from listener.mention_format import MalformedMentionError
from listener.shapes import convert

S = TypeVar("S", bound=msgspec.Struct)

ODD: Final = (msgspec.ValidationError, OverflowError, UnicodeError)
"""What msgspec raises on values of a wrong kind: also on half a character, where a number should be."""


def read(value: object, kind: type[S]) -> S:
    """A decoded JSON object as a struct of that kind. Raises MalformedMentionError.

    The struct says what is expected: a field without a default is required, one with a default is worth no
    mention.
    """
    try:
        return convert(value, kind)
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
            yield field.name, convert(row[field.encode_name], field.type)
        except KeyError:
            if field.required:
                raise MalformedMentionError(f"`{field.encode_name}` is missing") from None
        except ODD as error:
            if field.required:
                raise MalformedMentionError(f"`{field.encode_name}`: {error}") from None
