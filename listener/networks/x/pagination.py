"""One turn of an X source: ask for a page, read it, bill it, move the bookmark as far as is delivered."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from listener.networks.x.bookmark import (
    Bookmark,
    after_page,
    by_time,
    first_bookmark,
    given_up,
    live_look,
    lower_bound,
    read_bookmark,
    with_live,
    within_reach,
    write_bookmark,
)
from listener.networks.x.costs import Bill
from listener.networks.x.posts import MalformedPageError, Page, read_page
from listener.networks.x.refusals import InvalidRequestError
from listener.ports import Batch, Clock, Gap, SourceError

log = logging.getLogger(__name__)

Ask = Callable[[Mapping[str, Any], str | None], Awaitable[Mapping[str, Any]]]
"""Asks X for the page under a token, within a bound (since_id or start_time)."""
Spare = Callable[[], bool]
"""Whether X's window has requests to spare for what is not of now."""

NAMED_AT_MOST: Final = 5


class Pagination:
    """Goes through the pages down to the bookmark, one page a turn, so that each is kept before the next."""

    def __init__(self, name: str, clock: Clock, bill: Bill | None) -> None:
        self._name = name
        self._clock = clock
        self._bill = bill

    def open(self, cursor: str | None) -> Bookmark:
        """The stored bookmark, or a first one. One that cannot be read is given up: the store knows old posts."""
        now = self._clock.now()
        if cursor is None:
            return first_bookmark(now)
        try:
            return read_bookmark(cursor)
        except ValueError as error:
            log.warning("source %s begins anew: %s", self._name, error)
            return first_bookmark(now)

    async def step(self, bookmark: Bookmark, ask: Ask, spare: Spare) -> Batch:
        """Fetch one page: of what is posted now, where the pages of a long look have kept it waiting. Raises
        SourceError.
        """
        now = self._clock.now()
        if self._bill is not None:
            await self._bill.allow()
        bookmark, gap = within_reach(bookmark, now)
        live = live_look(bookmark, now)
        if live is not None:
            return await self._look_ahead(bookmark, live, ask, now)
        try:
            answer = await ask(_bound(bookmark, now), bookmark.paging.token if bookmark.paging else None)
        except InvalidRequestError as error:
            if bookmark.paging is not None:
                # A token that X no longer knows: page again from the top, the store knows what it has.
                log.warning("source %s pages anew: %s", self._name, error)
                anew = replace(bookmark, paging=None, live=None)
                return Batch(cursor=write_bookmark(anew), gaps=_known(gap))
            if bookmark.since is None:
                raise
            log.warning("source %s asks by time: %s", self._name, error)
            bookmark, gap = by_time(bookmark, now)
            answer = await ask(_bound(bookmark, now), None)
        page = await self._read(answer, now, bookmark.since)
        after = after_page(bookmark, page.newest, page.token, now)
        return Batch(
            mentions=page.mentions,
            cursor=write_bookmark(after),
            more=after.paging is not None,
            # A page a turn then: an outage's posts must not use up what those of now will need.
            rests=not spare(),
            gaps=_known(gap, given_up(bookmark, page.token, now)),
        )

    async def _look_ahead(self, bookmark: Bookmark, live: Bookmark, ask: Ask, now: datetime) -> Batch:
        """A page of what came since the look under way began."""
        try:
            answer = await ask(_bound(live, now), live.paging.token if live.paging else None)
        except InvalidRequestError as error:
            log.warning("source %s looks later at what is new: %s", self._name, error)
            later = with_live(bookmark, replace(live, paging=None), now)
            return Batch(cursor=write_bookmark(later), more=True)
        page = await self._read(answer, now, live.since)
        after = with_live(bookmark, after_page(live, page.newest, page.token, now), now)
        gaps = _known(given_up(live, page.token, now))
        return Batch(mentions=page.mentions, cursor=write_bookmark(after), more=True, gaps=gaps)

    async def _read(self, answer: Mapping[str, Any], now: datetime, since: int | None) -> Page:
        try:
            page = read_page(answer, now, since)
        except MalformedPageError as error:
            raise SourceError(f"X answers 200, but with {error}") from None
        self._say(page)
        if self._bill is not None:
            await self._bill.count(page)
        return page

    def _say(self, page: Page) -> None:
        for problem in page.problems[:NAMED_AT_MOST]:
            log.warning("source %s left out a %s", self._name, problem)
        if len(page.problems) > NAMED_AT_MOST:
            log.warning("source %s left out %d posts more", self._name, len(page.problems) - NAMED_AT_MOST)
        if page.errors:
            log.info("source %s: X could not give %d parts: %s", self._name, len(page.errors), page.errors[0])


def _known(*gaps: Gap | None) -> tuple[Gap, ...]:
    return tuple(gap for gap in gaps if gap is not None)


def _bound(bookmark: Bookmark, now: datetime) -> Mapping[str, Any]:
    """Never both: X refuses a number together with a time."""
    bound = lower_bound(bookmark, now)
    return {"start_time": bound} if isinstance(bound, datetime) else {"since_id": str(bound)}
