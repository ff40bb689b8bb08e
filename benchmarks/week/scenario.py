"""What happens in the week: when people write, when all write at once, when something breaks, who is there."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alerts.sla import is_free

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
    complaints: float = 0.09
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
    a_day=700,
    surge=(at(date(2026, 11, 5), 14), timedelta(minutes=10)),
    surge_size=120,
    dead_slack=(at(date(2026, 11, 5), 11), timedelta(hours=1)),
)
"""A Thursday that has it all, smaller."""

WORKDAYS: Final = (0, 1, 2, 3, 4)
SHIFTS: Final = {
    "anna": [(WORKDAYS, 9, 18)],
    "boris": [(WORKDAYS, 9, 18), ((5,), 10, 18)],
    "vera": [(WORKDAYS, 9, 18)],
    "gleb": [(WORKDAYS, 12, 21)],
    "darya": [(WORKDAYS, 12, 21)],
    "egor": [((0, 1, 2), 12, 21), ((5, 6), 10, 18)],
    "zhanna": [((2, 3, 4), 12, 21), ((5, 6), 10, 18)],
    "zoya": [(WORKDAYS, 9, 18)],
    "ivan": [(WORKDAYS, 9, 18)],
    "kira": [(WORKDAYS, 11, 20)],
    "lev": [((0, 1, 2), 11, 20), ((5, 6), 10, 17)],
    "maria": [((2, 3, 4), 11, 20), ((5, 6), 10, 17)],
    "nikita": [(WORKDAYS, 8, 16)],
    "olga": [((2, 3, 4, 5, 6), 8, 16)],
    "petr": [((0, 1, 5, 6), 10, 19)],
    "roza": [((0, 1, 2, 3), 15, 24)],
    "semyon": [((3, 4, 5, 6), 15, 24)],
    "tamara": [(WORKDAYS, 9, 18)],
    "ulyan": [((2, 3, 4, 5, 6), 12, 21)],
    "fedor": [(WORKDAYS, 10, 19)],
}
"""Who works when: weekdays (0 is Monday), from and to which hour."""
ON_CALL: Final = {"tamara": (0, 2, 4), "ulyan": (1, 3, 5, 6)}
"""Who is woken for urgent cases in the night that begins on these days."""
NIGHT: Final = (21, 9)


def shift(person: str, now: datetime) -> tuple[datetime, datetime] | None:
    """The person's shift of this local day, where he has one. On a holiday those who work weekends do."""
    day = now.astimezone(MOSCOW).date()
    weekday = 6 if is_free(day, "russia") and day.weekday() < 5 else day.weekday()
    for days, opens, closes in SHIFTS[person]:
        if weekday in days:
            last = at(day + timedelta(days=1), 0) if closes == 24 else at(day, closes)
            return at(day, opens), last
    return None


def is_on_call(person: str, now: datetime) -> bool:
    """Whether he may be woken now."""
    local, (begins, ends) = now.astimezone(MOSCOW), NIGHT
    if ends <= local.hour < begins:
        return False
    night_of = local if local.hour >= begins else local - timedelta(days=1)
    return night_of.weekday() in ON_CALL.get(person, ())
