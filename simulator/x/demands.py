"""What a request asks for, read and refused as strictly as X does."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from simulator.x.answers import invalid
from simulator.x.fields import (
    DIRECT,
    DIRECT_EXPANSIONS,
    DIRECT_FIELDS,
    EXPANSIONS,
    LOOKUP,
    POST_FIELDS,
    SEARCH,
    SHARED,
    TIMELINE,
    USER_FIELDS,
)
from simulator.x.posts import snowflake, time_of

GRANULARITIES: Final = ("minute", "hour", "day")
WEEK: Final = timedelta(days=7)
MOST_LOOKED_UP: Final = 100
MONTH: Final = timedelta(days=30)
"""So far back direct messages can be read."""
MILLISECOND: Final = timedelta(milliseconds=1)
NUMBER: Final = re.compile(r"[0-9]{1,19}")
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Posts numbered strictly between `after` and `before`, newest first, `size` of them."""

    after: int
    before: int
    size: int
    fields: frozenset[str]
    users: frozenset[str] | None


def read_search(params: Mapping[str, str], now: datetime, settle: timedelta) -> Demand:
    """The demand of a recent search. Raises RefusedError; numbers and times together are refused."""
    _known(params, SEARCH)
    for number in ("since_id", "until_id"):
        for time in ("start_time", "end_time"):
            if number in params and time in params:
                raise invalid(number, params[number], f"'{number}' and '{time}' cannot be used together")
    if params.get("sort_order", "recency") != "recency":
        raise invalid("sort_order", params["sort_order"], "only recency is simulated")
    oldest = now - WEEK
    since = _number(params, "since_id")
    if since is not None and time_of(since) < oldest:
        message = (
            f"'since_id' must be a tweet id created after {oldest:%Y-%m-%dT%H:%M:%SZ}. "
            f"Please use a 'since_id' that is larger than {snowflake(oldest)}"
        )
        raise invalid("since_id", str(since), message)
    start = _time(params, "start_time")
    if start is not None and start < oldest:
        message = f"'start_time' must be on or after {oldest:%Y-%m-%dT%H:%M:%SZ}"
        raise invalid("start_time", params["start_time"], message)
    floor = snowflake(oldest) if since is None and start is None else 0
    return _demand(params, (10, 100), end=now - settle, floor=floor)


def read_counts(params: Mapping[str, str], now: datetime, settle: timedelta) -> Demand:
    """The demand of a count of recent posts. Raises RefusedError."""
    size = params.get("granularity", "hour")
    if size not in GRANULARITIES:
        raise invalid("granularity", size, f"The `granularity` query parameter value [{size}] is not one of them")
    return read_search({name: value for name, value in params.items() if name != "granularity"}, now, settle)


def read_mentions(params: Mapping[str, str], now: datetime) -> Demand:
    """The demand of a mentions timeline, where a number wins over a time. Raises RefusedError."""
    _known(params, SHARED)
    return _demand(params, (5, 100), end=now, floor=0)


def read_timeline(params: Mapping[str, str], now: datetime) -> Demand:
    """The demand of an account's own posts. Raises RefusedError."""
    _known(params, TIMELINE)
    return _demand(params, (5, 100), end=now, floor=0)


def read_direct(params: Mapping[str, str], now: datetime) -> Demand:
    """The demand of direct messages, which know neither numbers nor times. Raises RefusedError."""
    _known(params, DIRECT)
    if params.get("event_types", "MessageCreate") != "MessageCreate":
        raise invalid("event_types", params["event_types"], "only MessageCreate is simulated")
    users = read_fields(params, "user.fields", USER_FIELDS)
    before = _token(params)
    return Demand(
        after=snowflake(now - MONTH),
        before=snowflake(now + WEEK) if before is None else before,
        size=_size(params, 1, 100, default="100"),
        fields=read_fields(params, "dm_event.fields", DIRECT_FIELDS),
        users=users if "sender_id" in read_fields(params, "expansions", DIRECT_EXPANSIONS) else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Posts asked for by their numbers."""

    numbers: tuple[str, ...]
    fields: frozenset[str]
    users: frozenset[str] | None


def read_lookup(params: Mapping[str, str]) -> Lookup:
    """The demand of a look-up of 1 to 100 posts. Raises RefusedError."""
    _known(params, LOOKUP)
    text = params.get("ids", "")
    numbers = tuple(text.split(","))
    if not 1 <= len(numbers) <= MOST_LOOKED_UP or not all(NUMBER.fullmatch(number) for number in numbers):
        raise invalid(
            "ids", text, f"The `ids` query parameter value [{text}] is not 1 to {MOST_LOOKED_UP} numbers"
        )
    users = read_fields(params, "user.fields", USER_FIELDS)
    return Lookup(
        numbers=numbers,
        fields=read_fields(params, "tweet.fields", POST_FIELDS),
        users=users if "author_id" in read_fields(params, "expansions", EXPANSIONS) else None,
    )


def next_token(before: int) -> str:
    """An opaque word for 'posts older than this one'."""
    return urlsafe_b64encode(f"older:{before}".encode()).decode().rstrip("=")


def read_fields(params: Mapping[str, str], name: str, allowed: frozenset[str]) -> frozenset[str]:
    given = frozenset(filter(None, params.get(name, "").split(",")))
    for wrong in sorted(given - allowed):
        raise invalid(name, params[name], f"The `{name}` query parameter has no value [{wrong}]")
    return given


def _demand(params: Mapping[str, str], sizes: tuple[int, int], *, end: datetime, floor: int) -> Demand:
    since, start = _number(params, "since_id"), _time(params, "start_time")
    after = since if since is not None else floor if start is None else snowflake(start) - 1
    stop = _time(params, "end_time")
    limits = [snowflake(end + MILLISECOND), _number(params, "until_id"), _token(params)]
    limits.append(None if stop is None else snowflake(stop))
    expansions = read_fields(params, "expansions", EXPANSIONS)
    users = read_fields(params, "user.fields", USER_FIELDS)
    return Demand(
        after=after,
        before=min(limit for limit in limits if limit is not None),
        size=_size(params, *sizes),
        fields=read_fields(params, "tweet.fields", POST_FIELDS),
        users=users if "author_id" in expansions else None,
    )


def _known(params: Mapping[str, str], allowed: frozenset[str]) -> None:
    for wrong in sorted(params.keys() - allowed):
        raise invalid(wrong, params[wrong], f"The query parameter [{wrong}] is not one of {sorted(allowed)}")


def _size(params: Mapping[str, str], least: int, most: int, default: str = "10") -> int:
    text = params.get("max_results", default)
    if not text.isdecimal() or not least <= int(text) <= most:
        message = f"The `max_results` query parameter value [{text}] is not between {least} and {most}"
        raise invalid("max_results", text, message)
    return int(text)


def _number(params: Mapping[str, str], name: str) -> int | None:
    text = params.get(name)
    if text is None:
        return None
    if not NUMBER.fullmatch(text):
        raise invalid(name, text, f"The `{name}` query parameter value [{text}] does not match ^[0-9]{{1,19}}$")
    return int(text)


def _time(params: Mapping[str, str], name: str) -> datetime | None:
    text = params.get(name)
    if text is None:
        return None
    if not TIME.fullmatch(text):
        raise invalid(name, text, f"The `{name}` query parameter value [{text}] is not a valid RFC 3339 time")
    return datetime.fromisoformat(text).astimezone(UTC)


def _token(params: Mapping[str, str]) -> int | None:
    name = "next_token" if "next_token" in params else "pagination_token"
    text = params.get(name)
    if text is None:
        return None
    try:
        word, _, number = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        if word == "older":
            return int(number)
    except ValueError:
        pass
    raise invalid(name, text, f"The `{name}` query parameter value [{text}] is not valid")
