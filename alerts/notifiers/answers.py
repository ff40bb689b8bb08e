"""A messenger's answers: read up to a size, and looked into without trusting their shape."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import ClientPayloadError, StreamReader

MAX_BODY: Final = 8 * 1024 * 1024
"""Bytes of an answer. A hundred Telegram updates or a page of a Slack channel, the most that come at once, stay
below it with the longest texts.
"""
_CHUNK: Final = 64 * 1024


async def read_bounded(content: StreamReader) -> bytes:
    """The whole body. Raises ClientPayloadError for one that is longer than MAX_BODY."""
    body = bytearray()
    async for piece in content.iter_chunked(_CHUNK):
        body += piece
        if len(body) > MAX_BODY:
            raise ClientPayloadError(f"the answer is longer than {MAX_BODY} bytes")
    return bytes(body)


def object_of(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under the key; an empty one for anything else."""
    return as_object(value.get(key))


def objects_of(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects in the list under the key."""
    found = value.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text_of(value: Mapping[str, Any], key: str) -> str:
    """The text under the key; an empty one for anything else."""
    inner = value.get(key)
    return inner if isinstance(inner, str) else ""


def number_of(value: Mapping[str, Any], key: str) -> int | None:
    """The whole number under the key; None for anything else, `true` too."""
    inner = value.get(key)
    return inner if isinstance(inner, int) and not isinstance(inner, bool) else None


def as_object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
