"""What happens in the week: when people write, when all write at once, when something breaks, who is there."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MOSCOW: Final = ZoneInfo("Europe/Moscow")
BY_HOUR: Final = (1, 1, 1, 1, 1, 2, 3, 6, 10, 14, 17, 18, 18, 18, 17, 17, 17, 18, 20, 21, 20, 16, 9, 3)
"""How much is written in each hour of a day: little at night, most in the evening."""
BY_WEEKDAY: Final = (1.1, 1.05, 1.0, 1.05, 1.0, 0.9, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`begins` is a local midnight. `surge` and `dead_slack` are (when, how long); None: there is none."""

    seed: int
    begins: datetime
    days: int = 7
    a_day: int = 3_000
    complaints: float = 0.06
    surge: tuple[datetime, timedelta] | None = None
    surge_size: int = 500
    dead_slack: tuple[datetime, timedelta] | None = None

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(days=self.days)

    def local_day(self, number: int) -> date:
        return self.begins.astimezone(MOSCOW).date() + timedelta(days=number)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment in Moscow, in UTC."""
    return datetime.combine(day, time(hour, minute), MOSCOW).astimezone(UTC)


MONDAY: Final = date(2026, 11, 2)
"""Wednesday of this week is the Day of National Unity."""
A_WEEK: Final = Scenario(
    seed=1,
    begins=at(MONDAY, 0),
    surge=(at(date(2026, 11, 5), 14), timedelta(minutes=10)),
    dead_slack=(at(date(2026, 11, 6), 11), timedelta(hours=1)),
)
A_DAY: Final = replace(
    A_WEEK,
    begins=at(date(2026, 11, 5), 0),
    days=1,
    a_day=500,
    surge=(at(date(2026, 11, 5), 14), timedelta(minutes=10)),
    surge_size=80,
    dead_slack=(at(date(2026, 11, 5), 11), timedelta(hours=1)),
)
"""A Thursday that has it all, smaller."""
