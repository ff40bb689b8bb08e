"""Where a source stands on X: from where to ask, and how far the present walk through the pages has come.

X answers newest first. The lower bound therefore stays where it is until the walk has reached it: only then is
everything below the newest post delivered, and only then may the bound move.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from listener.networks.x.snowflake import number_at, time_of

FIRST_LOOK: Final = timedelta(hours=1)
"""How far back a source looks that has never looked before."""
OVERLAP: Final = timedelta(minutes=5)
"""Search finds some posts minutes after younger ones: so much is asked for again, and known again by the store."""
REACH: Final = timedelta(days=7) - timedelta(minutes=5)
"""Recent search goes back seven days; the minutes keep a slow request from falling over the edge."""
MAX_PAGES: Final = 1000
"""Pages of one walk. A hundred thousand posts in one go are a mistake in the query, not a backlog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A walk through the pages of one question: the next page's token, the newest post seen, when it began."""

    token: str
    newest: int | None
    began: datetime
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """Ask for posts after the number `since`, or from the time `start`: exactly one of the two is set.

    `user` is the number of the account whose mentions are heard, once it is known.
    """

    since: int | None = None
    start: datetime | None = None
    walk: Walk | None = None
    user: str | None = None


def first_bookmark(now: datetime) -> Bookmark:
    return Bookmark(start=now - FIRST_LOOK)


def write_bookmark(bookmark: Bookmark) -> str:
    row: dict[str, Any] = {}
    if bookmark.since is not None:
        row["since"] = str(bookmark.since)
    if bookmark.start is not None:
        row["start"] = bookmark.start.isoformat()
    if bookmark.user is not None:
        row["user"] = bookmark.user
    if bookmark.walk is not None:
        row["walk"] = {
            "token": bookmark.walk.token,
            "newest": None if bookmark.walk.newest is None else str(bookmark.walk.newest),
            "began": bookmark.walk.began.isoformat(),
            "pages": bookmark.walk.pages,
        }
    return json.dumps(row)


def read_bookmark(text: str) -> Bookmark:
    """Read what `write_bookmark` wrote. Raises ValueError for anything else."""
    try:
        row = json.loads(text)
        walk = row.get("walk")
        bookmark = Bookmark(
            since=None if row.get("since") is None else int(row["since"]),
            start=None if row.get("start") is None else _time(row["start"]),
            user=None if row.get("user") is None else str(row["user"]),
            walk=None if walk is None else _read_walk(walk),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a bookmark: {text[:100]!r}") from error
    if (bookmark.since is None) == (bookmark.start is None):
        raise ValueError(f"not a bookmark: {text[:100]!r}")
    return bookmark


def after_page(bookmark: Bookmark, newest: int | None, token: str | None, now: datetime) -> Bookmark:
    """The bookmark once a page is delivered: further into the walk, or a new lower bound when it is over."""
    walk = bookmark.walk
    began = walk.began if walk else now
    pages = walk.pages if walk else 0
    newest = max((one for one in (newest, walk.newest if walk else None) if one is not None), default=None)
    # A server that hands out the token it was given would be walked for ever.
    if token is None or pages + 1 >= MAX_PAGES or (walk and walk.token == token):
        return _settled(bookmark, newest, began)
    return replace(bookmark, walk=Walk(token=token, newest=newest, began=began, pages=pages + 1))


def given_up(bookmark: Bookmark, token: str | None) -> bool:
    """Whether the page just read ends a walk that has more pages than anybody should read."""
    return token is not None and bookmark.walk is not None and bookmark.walk.pages + 1 >= MAX_PAGES


def within_reach(bookmark: Bookmark, now: datetime) -> tuple[Bookmark, str | None]:
    """The bookmark with a start that X still accepts, and what was lost by moving it."""
    oldest = now - REACH
    if bookmark.start is None or bookmark.start >= oldest:
        return bookmark, None
    gap = f"posts from {bookmark.start:%Y-%m-%d %H:%M} to {oldest:%Y-%m-%d %H:%M} UTC are out of X's reach"
    return replace(bookmark, start=oldest, walk=None), gap


def by_time(bookmark: Bookmark, now: datetime) -> tuple[Bookmark, str | None]:
    """The bookmark by time instead of by number, for a number that X refuses; and what may have been missed."""
    published = None if bookmark.since is None else time_of(bookmark.since, now)
    if published is None:
        moved = replace(first_bookmark(now), user=bookmark.user)
        return moved, f"X refuses post number {bookmark.since}: posts older than an hour may have been missed"
    return within_reach(replace(bookmark, since=None, start=published, walk=None), now)


def _settled(bookmark: Bookmark, newest: int | None, began: datetime) -> Bookmark:
    """Everything down to the lower bound is delivered: move it up, less the overlap."""
    if newest is None and bookmark.start is not None:
        return replace(bookmark, start=max(bookmark.start, began - FIRST_LOOK), walk=None)
    if newest is None:
        return replace(bookmark, walk=None)
    since = newest
    if time_of(newest, began) is not None:
        # What came before the walk by more than the overlap was there to be found. The newest post bounds it from
        # above: a fast clock of ours loses nothing, and a quiet day does not ask for the same posts for ever.
        since = min(newest, number_at(began - OVERLAP))
    return replace(bookmark, since=max(since, bookmark.since or 0), start=None, walk=None)


def _read_walk(row: Any) -> Walk:
    return Walk(
        token=str(row["token"]),
        newest=None if row["newest"] is None else int(row["newest"]),
        began=_time(row["began"]),
        pages=int(row["pages"]),
    )


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
