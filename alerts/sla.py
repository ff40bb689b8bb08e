"""Deadlines of an answer, and the hours in which operators work."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

HORIZON_DAYS: Final = 370
"""How far ahead working time is looked for: hours without a single block must not loop for ever."""
SATURDAY: Final = 5
_LAST_MOMENT: Final = timedelta(microseconds=1)
"""What a block until 24:00 lacks: its end is written as the day's last moment."""
MOSCOW: Final = "Europe/Moscow"
"""The operators' time zone where the config names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """Time from the case's opening, in working hours, until a warning, the promised answer and a breach."""

    warn: timedelta
    due: timedelta
    breach: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Working hours: blocks of a day (start, end), in `timezone`. No blocks on a day: nobody works.

    `night`: after the last block of a day cards wait until the next one (`hold`), only urgent ones go at once
    (`urgent`), or all go (`send`). A block that ends no later than it begins ends on the next day.
    """

    weekdays: tuple[tuple[time, time], ...]
    weekend: tuple[tuple[time, time], ...]
    holidays: Literal["russia"] | None
    night: Literal["hold", "urgent", "send"]
    timezone: str = MOSCOW


def deadlines(
    sla: Sla, hours: Hours | None, opened_at: datetime
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When to warn, when the answer is due and when the promise is broken, counted in working time.

    Without hours every minute counts. None where the working time of a year does not suffice (nobody works).
    """
    warn, due, breach = reached((sla.warn, sla.due, sla.breach), hours, opened_at)
    return warn, due, breach


def reached(wanted: Sequence[timedelta], hours: Hours | None, since: datetime) -> tuple[datetime | None, ...]:
    """When so much working time will have passed, for each span wanted; None as above."""
    if hours is None:
        return tuple(since + span for span in wanted)
    at: dict[timedelta, datetime] = {}
    worked = timedelta(0)
    for start, end in _blocks(hours, since):
        for span in wanted:
            if span not in at and span <= worked + (end - start):
                at[span] = start + (span - worked)
        worked += end - start
        if worked >= max(wanted):
            break
    return tuple(map(at.get, wanted))


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """The first moment from `now` on (`now` itself included) when somebody works; None when nobody ever does."""
    for start, _ in _blocks(hours, now):
        return start
    return None


def opens_at(hours: Hours, day: date) -> datetime | None:
    """When work begins on that local day; None where nobody works then."""
    return min((_span(block, hours, day)[0] for block in _of_day(hours, day)), default=None)


def closes_at(hours: Hours, day: date) -> datetime | None:
    """When the work of that local day is over; None where nobody works then, or where it goes on past midnight."""
    end = max((_span(block, hours, day)[1] for block in _of_day(hours, day)), default=None)
    if end is None:
        return None
    end += _LAST_MOMENT if end.microsecond else timedelta()
    return None if working(hours, end) else end


def working(hours: Hours, now: datetime) -> bool:
    """Whether somebody works at `now`; a block's end is no longer in it."""
    return next_opening(hours, now) == now


def hold_until(hours: Hours, *, urgent: bool, now: datetime) -> datetime | None:
    """Until when a card waits; None: it goes at once, also when nobody ever works (nothing may be lost).

    A break between two blocks of a day is no night: people come back to what was said meanwhile.
    """
    if hours.night == "send" or (hours.night == "urgent" and urgent):
        return None
    opening = next_opening(hours, now)
    return None if opening == now or _in_a_break(hours, now) else opening


def _in_a_break(hours: Hours, now: datetime) -> bool:
    """Whether work has begun on this local day and goes on later in it."""
    today = now.astimezone(ZoneInfo(hours.timezone)).date()
    spans = [_span(block, hours, today) for block in _of_day(hours, today)]
    return any(end <= now for _, end in spans) and any(now <= start for start, _ in spans)


def _blocks(hours: Hours, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working blocks after `since` in UTC, in order and disjoint, for a bounded number of days.

    They are laid out in local time and compared in UTC, so that a change of the clock shortens or lengthens a
    block just as it does for the people in it.
    """
    if not hours.weekdays and not hours.weekend:
        return
    zone = ZoneInfo(hours.timezone)
    # From the day before: a block over midnight may have begun yesterday.
    first = since.astimezone(zone).date() - timedelta(days=1)
    free = since.astimezone(UTC)
    for day in (first + timedelta(days=count) for count in range(HORIZON_DAYS)):
        for block in sorted(_of_day(hours, day)):
            opens, end = _span(block, hours, day)
            start = max(free, opens)
            if start < end:
                yield start, end
                free = end


def _span(block: tuple[time, time], hours: Hours, day: date) -> tuple[datetime, datetime]:
    """The block of a day in UTC."""
    (opens, closes), zone = block, ZoneInfo(hours.timezone)
    last_day = day if closes > opens else day + timedelta(days=1)
    start, end = datetime.combine(day, opens, zone), datetime.combine(last_day, closes, zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def _of_day(hours: Hours, day: date) -> tuple[tuple[time, time], ...]:
    """A public holiday keeps the weekend's hours."""
    return hours.weekend if is_free(day, hours.holidays) else hours.weekdays


def is_free(day: date, holidays: Literal["russia"] | None) -> bool:
    """Whether it is of the weekend, or a public holiday that counts as such."""
    return day.weekday() >= SATURDAY or (holidays == "russia" and day in _russian_holidays(day.year))


def open_calendar(holidays: Literal["russia"] | None) -> None:
    """Read the list of holidays where they count: it takes a tenth of a second, which no event loop has."""
    if holidays is not None:
        _russian_holidays(2026)  # any year: the first of them loads the library


@cache
def _russian_holidays(year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415  # a tenth of a second that only those who count holidays pay

    return frozenset(holidays.country_holidays("RU", years=year))
