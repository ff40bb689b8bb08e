"""A mention as a row of JSON: the replay format, which `replay` reads and `export` writes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.mention import KINDS, MAX_TEXT, NETWORKS, Author, Mention


class MalformedMentionError(ValueError):
    """A row that cannot be read as a mention; the message names the field and what was expected."""


def parse_mention(row: object) -> Mention:
    """Read one row of the replay format (a decoded JSON object). Raises MalformedMentionError."""
    if not isinstance(row, Mapping):
        raise MalformedMentionError("a mention is a JSON object")
    return Mention(
        network=_one_of(row, "network", NETWORKS),
        kind=_one_of(row, "kind", KINDS),
        id=_string(row, "id"),
        url=_string(row, "url"),
        author=_author(row.get("author")),
        text=_string(row, "text", empty=True)[:MAX_TEXT],
        published_at=_time(_string(row, "published_at")),
        thread=_optional_string(row, "thread"),
        reach=_optional_count(row, "reach"),
        place=_optional_string(row, "place"),
    )


def mention_row(mention: Mention) -> dict[str, Any]:
    """The mention in the replay format; `parse_mention` reads it back."""
    author: dict[str, Any] = {"id": mention.author.id, "name": mention.author.name}
    if mention.author.handle is not None:
        author["handle"] = mention.author.handle
    if mention.author.followers is not None:
        author["followers"] = mention.author.followers
    row: dict[str, Any] = {
        "network": mention.network,
        "kind": mention.kind,
        "id": mention.id,
        "url": mention.url,
        "author": author,
        "text": mention.text,
        "published_at": mention.published_at.isoformat(),
    }
    if mention.thread is not None:
        row["thread"] = mention.thread
    if mention.reach is not None:
        row["reach"] = mention.reach
    if mention.place is not None:
        row["place"] = mention.place
    return row


def _author(value: object) -> Author:
    if not isinstance(value, Mapping):
        raise MalformedMentionError("`author` must be an object with `id` and `name`")
    return Author(
        id=_string(value, "id", where="author."),
        name=_string(value, "name", where="author.", empty=True),
        handle=_optional_string(value, "handle", where="author."),
        followers=_optional_count(value, "followers", where="author."),
    )


def _string(row: Mapping[str, Any], key: str, *, where: str = "", empty: bool = False) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not (value or empty):
        raise MalformedMentionError(f"`{where}{key}` must be a string, got {_kind_of(value)}")
    # A NUL cannot be stored by PostgreSQL, a lone surrogate by neither store.
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _optional_string(row: Mapping[str, Any], key: str, *, where: str = "") -> str | None:
    return None if row.get(key) is None else _string(row, key, where=where)


def _optional_count(row: Mapping[str, Any], key: str, *, where: str = "") -> int | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MalformedMentionError(f"`{where}{key}` must be a whole number, got {_kind_of(value)}")
    return value


def _one_of(row: Mapping[str, Any], key: str, allowed: tuple[Any, ...]) -> Any:
    value = row.get(key)
    if value not in allowed:
        raise MalformedMentionError(f"`{key}` must be one of {', '.join(allowed)}, got {_kind_of(value)}")
    return value


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedMentionError("`published_at` must be a time like 2026-11-22T10:00:00+00:00") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _kind_of(value: object) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:40]!r}"
