"""How fast a daily quota may be spent: full speed for its first half, then evenly until midnight UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal

FREE_SHARE: Final = 0.5
"""The part of the quota that is spent at full speed: an ordinary day ends here and never notices the brake."""

Reason = Literal["full speed", "spread", "spent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`delay` until the next look, and why it is that long."""

    delay: timedelta
    reason: Reason

    @property
    def held_back(self) -> bool:
        return self.reason != "full speed"


def next_delay(*, every: timedelta, used: int, limit: int, now: datetime, sharers: int = 1) -> Pace:
    """The delay of one of `sharers` sources that spend the same quota, `used` of `limit` being gone today."""
    left = limit - used
    rest = until_midnight(now)
    if left <= 0:
        return Pace(delay=rest, reason="spent")
    if used < limit * FREE_SHARE:
        return Pace(delay=every, reason="full speed")
    even = rest * max(1, sharers) / left
    return Pace(delay=even, reason="spread") if even > every else Pace(delay=every, reason="full speed")


def until_midnight(now: datetime) -> timedelta:
    """What is left of the UTC day, never zero."""
    moment = now.astimezone(UTC)
    tomorrow = datetime.combine(moment.date() + timedelta(days=1), time(), tzinfo=UTC)
    return tomorrow - moment
