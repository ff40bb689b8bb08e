"""Where a source stands on X: from where to ask, and how far through the pages it has come.

X answers newest first. The lower bound therefore stays where it is until the pages have reached it: only then is
everything below the newest post delivered, and only then may the bound move. After a day's outage that takes many
pages; what is posted meanwhile is looked at in between.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from listener.networks.x.snowflake import number_at, time_of
from listener.ports import Gap

FIRST_LOOK: Final = timedelta(hours=1)
"""How far back a source looks that has never looked before."""
OVERLAP: Final = timedelta(minutes=5)
"""Search finds some posts minutes after younger ones: so much is asked for again, and known again by the store."""
BUSY_REST: Final = timedelta(minutes=1)
"""Where the overlap fills more than a page it is asked for so seldom: at fifty posts a second it is 150 pages."""
REACH: Final = timedelta(days=7) - timedelta(minutes=5)
"""Recent search goes back seven days; the minutes keep a slow request from falling over the edge."""
MAX_PAGES: Final = 1000
"""Pages of one look. A hundred thousand posts in one go are a mistake in the query, not a backlog."""
LIVE_EVERY: Final = timedelta(seconds=30)
"""So long may a post of now wait for pages of an outage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Paging through the answers to one question: the next page's token, the newest post seen, when it began.

    `overlapping`: its lower bound is `back`, not `since`.
    """

    token: str
    newest: int | None
    began: datetime
    pages: int
    overlapping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What came since a look began: from its newest post up to `since` all is delivered, as of `looked`."""

    since: int
    looked: datetime
    paging: Paging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """Ask for posts after the number `since`, or from the time `start`: exactly one of the two is set.

    `back` is the number to ask from for what search found late: the beginning of the last look that asked so,
    less the overlap; it is left at rest until `rest`. `user` is the number of the account that is mentioned,
    once it is known. `live` goes with a `paging` that was interrupted.
    """

    since: int | None = None
    start: datetime | None = None
    back: int | None = None
    rest: datetime | None = None
    paging: Paging | None = None
    user: str | None = None
    live: Live | None = None


def first_bookmark(now: datetime) -> Bookmark:
    return Bookmark(start=now - FIRST_LOOK)


def overlapping(bookmark: Bookmark, now: datetime) -> bool:
    """Whether the look that begins or goes on now asks from `back`."""
    if bookmark.paging is not None:
        return bookmark.paging.overlapping
    if bookmark.back is None:
        return False
    # A rest that is longer than any was written by a clock that was set back since.
    return bookmark.rest is None or not now < bookmark.rest <= now + BUSY_REST


def lower_bound(bookmark: Bookmark, now: datetime) -> int | datetime | None:
    """The number or the time to ask from; the same for every page of one look."""
    if bookmark.since is None:
        return bookmark.start
    return bookmark.back if overlapping(bookmark, now) else bookmark.since


def write_bookmark(bookmark: Bookmark) -> str:
    row = {name: _plain(getattr(bookmark, name)) for name in ("since", "start", "back", "rest", "user")}
    row["walk"] = _written(bookmark.paging)
    live = bookmark.live
    if live is not None:
        parts = {"since": _plain(live.since), "looked": _plain(live.looked), "walk": _written(live.paging)}
        row["live"] = {name: value for name, value in parts.items() if value is not None}
    return json.dumps({name: value for name, value in row.items() if value is not None})


def read_bookmark(text: str) -> Bookmark:
    """Read what `write_bookmark` wrote. Raises ValueError for anything else."""
    try:
        row = json.loads(text)
        bookmark = Bookmark(
            since=_number(row.get("since")),
            start=_time(row.get("start")),
            back=_number(row.get("back")),
            rest=_time(row.get("rest")),
            user=None if row.get("user") is None else str(row["user"]),
            paging=_read_paging(row.get("walk")),  # the name under which cursors are stored
            live=_read_live(row.get("live")),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a bookmark: {text[:100]!r}") from error
    if (bookmark.since is None) == (bookmark.start is None):
        raise ValueError(f"not a bookmark: {text[:100]!r}")
    return bookmark


def after_page(bookmark: Bookmark, newest: int | None, token: str | None, now: datetime) -> Bookmark:
    """The bookmark once a page is delivered: further through the pages, or a new lower bound when it is over."""
    paging = bookmark.paging
    began = paging.began if paging else now
    pages = paging.pages if paging else 0
    newest = max(
        (number for number in (newest, paging.newest if paging else None) if number is not None), default=None
    )
    # A server that hands out the token it was given would be paged through for ever.
    if token is None or pages + 1 >= MAX_PAGES or (paging and paging.token == token):
        if bookmark.live is not None:
            newest = max(newest or 0, bookmark.live.since)
        return _settled(replace(bookmark, live=None), newest, began, busy=pages > 0)
    further = Paging(
        token=token, newest=newest, began=began, pages=pages + 1, overlapping=overlapping(bookmark, began)
    )
    return replace(bookmark, paging=further)


def live_look(bookmark: Bookmark, now: datetime) -> Bookmark | None:
    """Where to ask for what came since the look under way began, when it is time to: as a bookmark of its own."""
    paging, live = bookmark.paging, bookmark.live
    if paging is None:
        return None
    if live is None:
        live = None if paging.newest is None else Live(since=paging.newest, looked=paging.began)
    if live is None or (live.paging is None and timedelta(0) <= now - live.looked < LIVE_EVERY):
        return None
    return Bookmark(since=live.since, paging=live.paging, user=bookmark.user)


def with_live(bookmark: Bookmark, seen: Bookmark, now: datetime) -> Bookmark:
    """The bookmark with how far its live look has come, which asks by number."""
    return replace(bookmark, live=Live(since=seen.since or 0, looked=now, paging=seen.paging))


def given_up(bookmark: Bookmark, token: str | None, now: datetime) -> Gap | None:
    """What is left out when the page just read is one of more than anybody should read."""
    if token is None or bookmark.paging is None or bookmark.paging.pages + 1 < MAX_PAGES:
        return None
    bound = lower_bound(bookmark, now)
    since = bound if bound is None or isinstance(bound, datetime) else time_of(bound, now)
    cause = f"больше {MAX_PAGES} страниц постов за раз, самые старые не прочитаны; сделайте имена бренда точнее"
    return Gap(since=since, until=bookmark.paging.began, cause=cause)


def within_reach(bookmark: Bookmark, now: datetime) -> tuple[Bookmark, Gap | None]:
    """The bookmark with a start that X still accepts, and what was lost by moving it."""
    oldest = now - REACH
    if bookmark.start is None or bookmark.start >= oldest:
        return bookmark, None
    gap = Gap(since=bookmark.start, until=oldest, cause="поиск X достаёт только семь дней назад")
    return replace(bookmark, start=oldest, paging=None, live=None), gap


def by_time(bookmark: Bookmark, now: datetime) -> tuple[Bookmark, Gap | None]:
    """The bookmark by time instead of by number, for a number that X refuses; and what may have been missed."""
    refused = bookmark.since if bookmark.back is None else bookmark.back
    published = None if refused is None else time_of(refused, now)
    if published is None:
        moved = replace(first_bookmark(now), user=bookmark.user)
        cause = f"X не принимает закладку {refused}: посты старше часа могли пропасть"
        return moved, Gap(since=None, until=now - FIRST_LOOK, cause=cause)
    return within_reach(Bookmark(start=published, user=bookmark.user), now)


def _settled(bookmark: Bookmark, newest: int | None, began: datetime, *, busy: bool) -> Bookmark:
    """Everything down to the lower bound is delivered: move it up to the newest post."""
    since = max((number for number in (newest, bookmark.since) if number is not None), default=None)
    if since is None:
        start = max(bookmark.start or began, began - FIRST_LOOK)
        return replace(bookmark, start=start, paging=None)
    if bookmark.since is not None and not overlapping(bookmark, began):
        return replace(bookmark, since=since, paging=None)
    back = since
    if time_of(since, began) is not None:
        # What came before this look by more than the overlap was there to be found. The newest post bounds it from
        # above: a fast clock of ours loses nothing, and a quiet day does not ask for the same posts for ever.
        back = min(since, number_at(began - OVERLAP))
    return Bookmark(
        since=since,
        back=max(back, bookmark.back or 0),
        rest=began + BUSY_REST if busy else None,
        user=bookmark.user,
    )


def _written(paging: Paging | None) -> dict[str, Any] | None:
    return None if paging is None else {name: _plain(getattr(paging, name)) for name in Paging.__slots__}


def _read_live(row: Any) -> Live | None:
    if row is None:
        return None
    looked = _time(row["looked"])
    if looked is None:
        raise ValueError("a look without a time")
    return Live(since=int(row["since"]), looked=looked, paging=_read_paging(row.get("walk")))


def _read_paging(row: Any) -> Paging | None:
    if row is None:
        return None
    began = _time(row["began"])
    if began is None:
        raise ValueError("pages without a beginning")
    return Paging(
        token=str(row["token"]),
        newest=_number(row["newest"]),
        began=began,
        pages=int(row["pages"]),
        overlapping=bool(row["overlapping"]),
    )


def _plain(value: Any) -> Any:
    """As JSON holds it: numbers of posts are too long for many a reader of JSON, so they are strings."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _number(text: Any) -> int | None:
    return None if text is None else int(text)


def _time(text: Any) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
