"""A mention as a row of JSON: the replay format, which `replay` reads and `export` writes."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from domain.mention import KINDS, MAX_TEXT, Author, Mention, NetworkId, Quote, network_id


class MalformedMentionError(ValueError):
    """A row that cannot be read as a mention; the message names the field and what was expected."""


MOST_ATTACHED: Final = 20
MAX_CITY: Final = 100
"""Characters: a profile on X may hold a sentence there."""


def parse_mention(row: object, known: Collection[str] | None = None) -> Mention:
    """Read one row of the replay format (a decoded JSON object); of the networks `known` where that is given.

    Raises MalformedMentionError.
    """
    if not isinstance(row, Mapping):
        raise MalformedMentionError("a mention is a JSON object")
    return Mention(
        network=_network(row, known),
        kind=_one_of(row, "kind", KINDS),
        id=_string(row, "id"),
        url=_string(row, "url"),
        author=_author(row.get("author")),
        text=_string(row, "text", empty=True)[:MAX_TEXT],
        published_at=_time(row, "published_at"),
        thread=_optional_string(row, "thread"),
        reach=_optional_count(row, "reach"),
        place=_optional_string(row, "place"),
        parent=_quote(row, "parent"),
        quoted=_quote(row, "quoted"),
        attached=_attached(row),
        edited_at=None if row.get("edited_at") is None else _time(row, "edited_at"),
    )


def mention_row(mention: Mention) -> dict[str, Any]:
    """The mention in the replay format; `parse_mention` reads it back."""
    author: dict[str, Any] = {"id": mention.author.id, "name": mention.author.name}
    if mention.author.handle is not None:
        author["handle"] = mention.author.handle
    if mention.author.followers is not None:
        author["followers"] = mention.author.followers
    if mention.author.city is not None:
        author["city"] = mention.author.city
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
    return row | _around(mention)


def _around(mention: Mention) -> dict[str, Any]:
    """What stands beside the author's own text, as far as there is any."""
    row: dict[str, Any] = {}
    for key, quote in (("parent", mention.parent), ("quoted", mention.quoted)):
        if quote is not None:
            row[key] = {"id": quote.id, "author": quote.author, "text": quote.text, "url": quote.url}
    if mention.attached:
        row["attached"] = list(mention.attached)
    if mention.edited_at is not None:
        row["edited_at"] = mention.edited_at.isoformat()
    return row


def parse_time(text: str, key: str) -> datetime:
    """A time as JSON writes it, in UTC. Raises MalformedMentionError, which names the `key`."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise MalformedMentionError(f"`{key}` must be a time like 2026-11-22T10:00:00+00:00") from None


_UNFIT: Final = re.compile("[\x00\u202a-\u202e\u2066-\u2069]")
_ODD: Final = re.compile("[\x00\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def storable(text: str) -> str:
    """Without what a database refuses: PostgreSQL a NUL, either store a lone surrogate.

    And without signs that turn the direction of writing: on a card they turn all that stands after them.
    """
    fits = "\x00" not in text if text.isascii() else _ODD.search(text) is None
    if fits:
        return text
    return _UNFIT.sub("", text).encode("utf-8", "replace").decode("utf-8")


def city_of(said: str) -> str | None:
    """Where somebody says that he lives, as a network's profile has it; None where it says nothing."""
    return storable(said.strip())[:MAX_CITY] or None


def _author(value: object) -> Author:
    if not isinstance(value, Mapping):
        raise MalformedMentionError("`author` must be an object with `id` and `name`")
    return Author(
        id=_string(value, "id", where="author."),
        name=_string(value, "name", where="author.", empty=True),
        handle=_optional_string(value, "handle", where="author."),
        followers=_optional_count(value, "followers", where="author."),
        city=_optional_string(value, "city", where="author."),
    )


def _string(row: Mapping[str, Any], key: str, *, where: str = "", empty: bool = False) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not (value or empty):
        raise MalformedMentionError(f"`{where}{key}` must be a string, got {_kind_of(value)}")
    return storable(value)


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


def _network(row: Mapping[str, Any], known: Collection[str] | None) -> NetworkId:
    if known is not None:
        return NetworkId(_one_of(row, "network", tuple(known)))
    try:
        return network_id(_string(row, "network"))
    except ValueError as error:
        raise MalformedMentionError(f"`network`: {error}") from None


def _quote(row: Mapping[str, Any], key: str) -> Quote | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise MalformedMentionError(f"`{key}` must be an object with `id`, got {_kind_of(value)}")
    return Quote(
        id=_string(value, "id", where=f"{key}."),
        author=_words(value, "author", where=f"{key}."),
        text=_words(value, "text", where=f"{key}.")[:MAX_TEXT],
        url=_words(value, "url", where=f"{key}."),
    )


def _words(row: Mapping[str, Any], key: str, *, where: str) -> str:
    return "" if row.get(key) is None else _string(row, key, where=where, empty=True)


def _attached(row: Mapping[str, Any]) -> tuple[str, ...]:
    value = row.get("attached", ())
    if not isinstance(value, list | tuple) or not all(isinstance(words, str) for words in value):
        raise MalformedMentionError(f"`attached` must be a list of strings, got {_kind_of(value)}")
    return tuple(storable(words)[:MAX_TEXT] for words in value[:MOST_ATTACHED] if words)


def _time(row: Mapping[str, Any], key: str) -> datetime:
    return parse_time(_string(row, key), key)


def _kind_of(value: object) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:40]!r}"
