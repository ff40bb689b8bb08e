"""How far a search has come: the cursor of every query, from newest to oldest inside a round."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

OVERLAP: Final = 600
"""Seconds looked at again by every round: VK's index is neither in strict order nor always in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All is stored up to `since`. Inside a round: `until` is where the way back in time has come to,

    `goal` the newest date seen. Every time is VK's own (unix seconds), so this machine's clock cannot mislead it.
    """

    since: int
    until: int | None = None
    goal: int | None = None

    @property
    def start_time(self) -> int:
        return max(0, self.since - OVERLAP)

    def saw(self, dates: Sequence[int], now: int) -> "Progress":
        """Note the dates of a page; one in the future (a planned post) must not carry the search with it."""
        newest = max((min(date, now) for date in dates), default=None)
        if newest is None:
            return self
        return replace(self, goal=newest if self.goal is None else max(self.goal, newest))

    def back_to(self, dates: Sequence[int]) -> "tuple[Progress, bool]":
        """Go on before the last page, whose dates these are; True when some of a second's items may be missed.

        The newest date of the page is taken, not the oldest: the order is only nearly right.
        """
        until = min(max(dates), self.until or max(dates))
        if self.until is not None and until >= self.until:
            until = min(dates)
        if self.until is not None and until >= self.until:
            return replace(self, until=self.until - 1), True
        return replace(self, until=until), False

    @property
    def at_bottom(self) -> bool:
        return self.until is not None and self.until <= self.start_time

    def done(self) -> "Progress":
        return Progress(since=max(self.since, self.goal or 0))


def read_progress(cursor: str | None, queries: Sequence[str], *, now: int, look_back: int) -> dict[str, Progress]:
    """Every query's progress; a query that the cursor does not know begins `look_back` seconds before `now`.

    A `since` after `now` comes of a clock that was ahead; taken as it is, it would hear nothing until then.
    """
    stored = _decode(cursor)
    known = {query: _progress(stored.get(query), now - look_back) for query in queries}
    return {query: replace(one, since=min(one.since, now)) for query, one in known.items()}


def write_progress(progress: Mapping[str, Progress]) -> str:
    rows = {query: _row(one) for query, one in progress.items()}
    return json.dumps(rows, ensure_ascii=False)


def _row(progress: Progress) -> dict[str, int | None]:
    if progress.until is None:
        return {"since": progress.since}
    return {"since": progress.since, "until": progress.until, "goal": progress.goal}


def _decode(cursor: str | None) -> Mapping[str, Any]:
    try:
        value = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _progress(row: object, first: int) -> Progress:
    if not isinstance(row, dict) or not isinstance(row.get("since"), int):
        return Progress(since=first)
    until, goal = row.get("until"), row.get("goal")
    return Progress(
        since=row["since"],
        until=until if isinstance(until, int) else None,
        goal=goal if isinstance(goal, int) else None,
    )
