"""How far a search has come: the cursor of every query, from newest to oldest inside a round."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

OVERLAP: Final = 600
"""Seconds looked at again by a round: VK's index is neither in strict order nor always in time."""
BRIEF: Final = 30
DEEP_EVERY: Final = 60
"""Seconds between full overlaps where one fills more than a page: pages cost quota and, at three calls a second,
time. In between `BRIEF` seconds are looked at again.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All is stored up to `since`. Inside a round: `until` is where the way back in time has come to,

    `goal` the newest date seen. Every time is VK's own (unix seconds), so this machine's clock cannot mislead it.
    `brief`: this round looks back for BRIEF seconds only. `deep_at`: when, by our clock, the last full overlap
    ended that took more than a page; None where a full overlap is cheap.
    """

    since: int
    until: int | None = None
    goal: int | None = None
    brief: bool = False
    deep_at: int | None = None

    @property
    def start_time(self) -> int:
        return max(0, self.since - (BRIEF if self.brief else OVERLAP))

    def begun(self, now: int) -> "Progress":
        """Decide how far a new round looks back; a round under way stays as it began."""
        if self.until is not None:
            return self
        return replace(self, brief=self.deep_at is not None and 0 <= now - self.deep_at < DEEP_EVERY)

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

    def done(self, now: int, *, crowded: bool) -> "Progress":
        """The round is over; `crowded` when it took more than one page."""
        deep_at = self.deep_at if self.brief else (now if crowded else None)
        return Progress(since=max(self.since, self.goal or 0), deep_at=deep_at)


def read_progress(cursor: str | None, queries: Sequence[str], *, now: int, look_back: int) -> dict[str, Progress]:
    """Every query's progress; a query that the cursor does not know begins `look_back` seconds before `now`.

    A `since` after `now` comes of a clock that was ahead; taken as it is, it would hear nothing until then.
    """
    stored = _decode(cursor)
    known = {query: _progress(stored.get(query), now - look_back) for query in queries}
    return {query: replace(progress, since=min(progress.since, now)) for query, progress in known.items()}


def write_progress(progress: Mapping[str, Progress]) -> str:
    rows = {query: _row(state) for query, state in progress.items()}
    return json.dumps(rows, ensure_ascii=False)


def _row(progress: Progress) -> dict[str, int | None]:
    row: dict[str, int | None] = {"since": progress.since}
    if progress.deep_at is not None:
        row["deep_at"] = progress.deep_at
    if progress.until is not None:
        row |= {"until": progress.until, "goal": progress.goal, "brief": int(progress.brief)}
    return row


def _decode(cursor: str | None) -> Mapping[str, Any]:
    try:
        value = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _progress(row: object, first: int) -> Progress:
    if not isinstance(row, dict) or not isinstance(row.get("since"), int):
        return Progress(since=first)
    until, goal, deep_at = row.get("until"), row.get("goal"), row.get("deep_at")
    return Progress(
        since=row["since"],
        until=until if isinstance(until, int) else None,
        goal=goal if isinstance(goal, int) else None,
        brief=row.get("brief") == 1,
        deep_at=deep_at if isinstance(deep_at, int) else None,
    )
