"""X's post numbers carry their time; this reads it, and makes numbers for a time."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH_MS: Final = 1_288_834_974_657
TIME_SHIFT: Final = 22
SLACK: Final = timedelta(days=1)
"""How far a number may lie in the future of our clock and still be believed."""


def time_of(number: int, now: datetime) -> datetime | None:
    """When the post of that number was published; None when the number cannot be one of X's.

    X began to number by time in November 2010; smaller numbers, and ones from the future, are some other count.
    """
    milliseconds = (number >> TIME_SHIFT) + EPOCH_MS
    if number >> TIME_SHIFT < 1 or milliseconds > (now + SLACK).timestamp() * 1000:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def number_at(moment: datetime) -> int:
    """The smallest number that a post of that time can have."""
    return max(0, int(moment.timestamp() * 1000) - EPOCH_MS) << TIME_SHIFT
