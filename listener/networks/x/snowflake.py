"""X's post numbers carry their time; this reads it, and makes numbers for a time."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH_MS: Final = 1_288_834_974_657
TIME_SHIFT: Final = 22
SLACK: Final = timedelta(days=1)
"""How far a number may lie in the future of our clock and still be believed."""

FARTHEST: Final = timedelta(days=30)
"""Our clock may be wrong; by more than seven days X would not take the times that it is asked from."""


def time_of(number: int, now: datetime) -> datetime | None:
    """When the post of that number was published; None when the number cannot be one of X's.

    X began to number by time in November 2010; smaller numbers, and ones from the future, are some other count.
    """
    if number >> TIME_SHIFT < 1 or _is_to_come(number, now, SLACK):
        return None
    return datetime.fromtimestamp(((number >> TIME_SHIFT) + EPOCH_MS) / 1000, UTC)


def may_be_there(number: int, now: datetime, since: int | None) -> bool:
    """Whether X can have come to that number. A bookmark at one of next year would pass over all until then.

    Where the bookmark (`since`) stands beyond our clock already, it is the clock that was set back.
    """
    return not _is_to_come(number, now, FARTHEST) or (since is not None and _is_to_come(since, now, FARTHEST))


def _is_to_come(number: int, now: datetime, slack: timedelta) -> bool:
    return (number >> TIME_SHIFT) + EPOCH_MS > (now + slack).timestamp() * 1000


def number_at(moment: datetime) -> int:
    """The smallest number that a post of that time can have."""
    return max(0, int(moment.timestamp() * 1000) - EPOCH_MS) << TIME_SHIFT
