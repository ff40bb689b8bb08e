"""Deadlines in working time, and until when a card waits."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.sla import Hours, Sla, deadlines, hold_until, next_opening, working

MOSCOW = ZoneInfo("Europe/Moscow")
SLA = Sla(warn=timedelta(minutes=15), due=timedelta(minutes=30), breach=timedelta(minutes=60))
NOBODY = Hours(weekdays=(), weekend=(), holidays=None, night="hold")


def hours(night: Literal["hold", "urgent", "send"] = "hold", *, holidays: bool = True) -> Hours:
    return Hours(
        weekdays=((time(9), time(13)), (time(14), time(21))),
        weekend=((time(10), time(18)),),
        holidays="russia" if holidays else None,
        night=night,
    )


def moscow(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        (moscow(11, 18, 10), moscow(11, 18, 10, 30)),
        # The lunch hour does not count.
        (moscow(11, 18, 12, 45), moscow(11, 18, 14, 15)),
        (moscow(11, 18, 13, 20), moscow(11, 18, 14, 30)),
        # A block's last minute is worked in full.
        (moscow(11, 18, 12, 30), moscow(11, 18, 13, 0)),
        # The evening runs over into the morning, Friday's into Saturday's hours.
        (moscow(11, 18, 20, 50), moscow(11, 19, 9, 20)),
        (moscow(11, 20, 20, 50), moscow(11, 21, 10, 20)),
        (moscow(11, 22, 17, 50), moscow(11, 23, 9, 20)),
        # 4 November, a Wednesday, is a public holiday and keeps the weekend's hours.
        (moscow(11, 4, 9, 10), moscow(11, 4, 10, 30)),
        (moscow(11, 4, 19), moscow(11, 5, 9, 30)),
    ],
)
def test_an_answer_is_due_after_half_an_hour_of_work(opened: datetime, due: datetime) -> None:
    assert deadlines(SLA, hours(), opened)[1] == due


def test_all_three_deadlines_are_counted_apart() -> None:
    assert deadlines(SLA, hours(), moscow(11, 18, 12, 40)) == (
        moscow(11, 18, 12, 55),
        moscow(11, 18, 14, 10),
        moscow(11, 18, 14, 40),
    )


def test_without_hours_every_minute_counts() -> None:
    opened = moscow(11, 18, 3)
    assert deadlines(SLA, None, opened) == tuple(opened + timedelta(minutes=some) for some in (15, 30, 60))


def test_holidays_count_only_when_asked_for() -> None:
    assert working(hours(holidays=False), moscow(11, 4, 9, 10))
    assert not working(hours(), moscow(11, 4, 9, 10))


def test_when_nobody_ever_works_there_is_no_deadline_and_no_waiting() -> None:
    assert deadlines(SLA, NOBODY, moscow(11, 18, 10)) == (None, None, None)
    assert next_opening(NOBODY, moscow(11, 18, 10)) is None
    assert hold_until(NOBODY, urgent=False, now=moscow(11, 18, 10)) is None


def test_a_promise_beyond_a_year_of_work_is_none() -> None:
    short = Hours(weekdays=((time(9), time(9, 1)),), weekend=(), holidays=None, night="hold")
    patient = Sla(warn=timedelta(minutes=2), due=timedelta(hours=1), breach=timedelta(days=1))
    warn, _, breach = deadlines(patient, short, moscow(11, 18, 9))
    assert warn == moscow(11, 19, 9, 1)
    assert breach is None


@pytest.mark.parametrize(
    ("night", "urgent", "held"),
    [
        ("hold", False, True),
        ("hold", True, True),
        ("urgent", False, True),
        ("urgent", True, False),
        ("send", False, False),
        ("send", True, False),
    ],
)
def test_the_night_holds_what_the_staff_said(
    night: Literal["hold", "urgent", "send"], *, urgent: bool, held: bool
) -> None:
    until = hold_until(hours(night), urgent=urgent, now=moscow(11, 18, 23))
    assert until == (moscow(11, 19, 9) if held else None)


def test_nothing_waits_while_people_work() -> None:
    assert hold_until(hours("hold"), urgent=False, now=moscow(11, 18, 9)) is None


@pytest.mark.parametrize(
    ("moment", "held"),
    [
        (moscow(11, 18, 13, 30), False),
        (moscow(11, 18, 8, 59), True),
        (moscow(11, 18, 21, 30), True),
        (moscow(11, 21, 14), False),
        (moscow(11, 22, 20), True),
    ],
)
def test_lunch_is_no_night(moment: datetime, held: bool) -> None:  # noqa: FBT001
    assert (hold_until(hours("hold"), urgent=False, now=moment) is not None) == held


def test_a_block_over_midnight_belongs_to_both_days() -> None:
    night_shift = Hours(weekdays=((time(22), time(6)),), weekend=(), holidays=None, night="hold")
    assert working(night_shift, moscow(11, 20, 23))
    assert working(night_shift, moscow(11, 21, 5, 59)), "Friday's shift ends on Saturday"
    assert not working(night_shift, moscow(11, 21, 6))
    assert not working(night_shift, moscow(11, 21, 23))


def test_overlapping_blocks_count_once() -> None:
    double = Hours(weekdays=((time(9), time(12)), (time(10), time(11))), weekend=(), holidays=None, night="hold")
    long = Sla(warn=timedelta(hours=1), due=timedelta(hours=3), breach=timedelta(hours=4))
    assert deadlines(long, double, moscow(11, 18, 9))[1:] == (moscow(11, 18, 12), moscow(11, 19, 10))


def test_a_changed_clock_shortens_the_night_shift() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    shift = ((time(1), time(4)),)
    night = Hours(weekdays=shift, weekend=shift, holidays=None, night="hold", timezone="Europe/Berlin")
    # On 29 March 2026 the clock jumps from 02:00 to 03:00: three hours on the wall are two of work.
    opened = datetime(2026, 3, 29, 1, tzinfo=berlin)
    long = Sla(warn=timedelta(hours=2), due=timedelta(hours=3), breach=timedelta(hours=3))
    warn, due, _ = deadlines(long, night, opened)
    assert warn == datetime(2026, 3, 29, 4, tzinfo=berlin)
    assert due == datetime(2026, 3, 30, 2, tzinfo=berlin)


def test_hours_are_those_of_the_time_zone() -> None:
    far = Hours(
        weekdays=((time(9), time(18)),), weekend=(), holidays=None, night="hold", timezone="Asia/Vladivostok"
    )
    assert working(far, datetime(2026, 11, 18, 0, 30, tzinfo=UTC))
    assert not working(far, datetime(2026, 11, 18, 9, tzinfo=UTC))


patient = settings(deadline=None)
"""The first example of a year pays for its holidays."""

clocks = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda one: one.replace(second=0, microsecond=0))
blocks = st.lists(st.tuples(clocks, clocks), max_size=3).map(tuple)
any_hours = st.builds(
    Hours,
    weekdays=blocks,
    weekend=blocks,
    holidays=st.sampled_from([None, "russia"]),
    night=st.sampled_from(["hold", "urgent", "send"]),
    timezone=st.sampled_from(["Europe/Moscow", "Europe/Berlin", "Asia/Vladivostok", "America/New_York"]),
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(minutes=1), timedelta(hours=30))


@patient
@given(any_hours, moments, st.lists(spans, min_size=3, max_size=3).map(sorted))
def test_deadlines_keep_their_order_and_fall_into_working_time(
    some: Hours, opened: datetime, promised: list[timedelta]
) -> None:
    warn, due, breach = deadlines(Sla(warn=promised[0], due=promised[1], breach=promised[2]), some, opened)
    if warn is None or due is None or breach is None:
        assert next_opening(some, opened) is None or breach is None
        return
    assert opened + promised[0] <= warn <= due <= breach
    for deadline in (warn, due, breach):
        assert working(some, deadline - timedelta(microseconds=1)), "the last moment of the span is worked"


@patient
@given(any_hours, moments, spans, spans)
def test_a_later_opening_never_has_an_earlier_deadline(
    some: Hours, opened: datetime, later: timedelta, promised: timedelta
) -> None:
    sla = Sla(warn=promised, due=promised, breach=promised)
    first, second = deadlines(sla, some, opened)[1], deadlines(sla, some, opened + later)[1]
    if first is not None and second is not None:
        assert first <= second


@patient
@given(any_hours, moments)
def test_the_next_opening_is_the_nearest_working_moment(some: Hours, now: datetime) -> None:
    opening = next_opening(some, now)
    if opening is None:
        return
    assert opening >= now
    assert working(some, opening)
    if opening > now:
        assert not working(some, now)
        assert next_opening(some, now + (opening - now) / 2) == opening


@patient
@given(some=any_hours, now=moments, urgent=st.booleans())
def test_a_held_card_waits_for_the_next_opening_or_not_at_all(some: Hours, now: datetime, *, urgent: bool) -> None:
    until = hold_until(some, urgent=urgent, now=now)
    assert until is None or (until > now and until == next_opening(some, now) and some.night != "send")


def test_the_new_year_is_a_holiday() -> None:
    assert next_opening(hours(), moscow(1, 1, 0)) == moscow(1, 1, 10)
    assert date(2026, 1, 1).weekday() < 5, "it is the holiday, not the weekday, that makes it so"
