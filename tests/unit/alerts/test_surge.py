"""Surges: the test's tail, its windows, what is usual for a group, and when it is calm again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.incidents.surge import ALPHA, WINDOWS, is_calm, surge_in, tail
from alerts.incidents.usual import HISTORY, HOUR, Habit, Usual

TEN, THIRTY, SIXTY = WINDOWS
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEGAN = NOW - HISTORY
MEANS = st.floats(min_value=0.01, max_value=200)
SHAPES = st.floats(min_value=0.1, max_value=100)


def habit(
    own: dict[datetime, float], brand: dict[datetime, float] | None = None, since: datetime = BEGAN
) -> Habit:
    return Habit(own=own, brand=own if brand is None else brand, since=since, until=NOW, timezone="Europe/Moscow")


def every_hour(count: float, hours: int = 8 * 7 * 24) -> dict[datetime, float]:
    return {NOW - HOUR * back: count for back in range(1, hours + 1)}


def counts(ten: int, thirty: int, sixty: int) -> dict[timedelta, int]:
    return {TEN: ten, THIRTY: thirty, SIXTY: sixty}


@given(st.integers(0, 400), MEANS, SHAPES)
def test_the_tail_is_that_of_the_negative_binomial(count: int, mean: float, shape: float) -> None:
    nbinom = pytest.importorskip("scipy.stats").nbinom
    expected = nbinom.sf(count - 1, shape, shape / (shape + mean))
    assert tail(count, mean, shape) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(st.integers(0, 200), MEANS, SHAPES)
def test_one_more_is_never_likelier(count: int, mean: float, shape: float) -> None:
    assert tail(count + 1, mean, shape) <= tail(count, mean, shape) + 1e-12


@pytest.mark.parametrize(
    ("said", "per_hour", "window"),
    [
        (counts(12, 12, 12), 2.0, TEN),
        (counts(3, 25, 25), 2.0, THIRTY),
        (counts(5, 14, 40), 2.0, SIXTY),
        (counts(5, 5, 5), 0.05, TEN),
        (counts(4, 6, 8), 2.0, None),
        (counts(4, 4, 4), 0.01, None),
        (counts(20, 50, 100), 100.0, None),
    ],
)
def test_the_least_likely_window_is_the_surge(
    said: dict[timedelta, int], per_hour: float, window: timedelta | None
) -> None:
    found = surge_in(said, Usual(per_hour=per_hour, shape=4.0), alpha=ALPHA["usual"], least=5)
    assert (found.window if found else None) == window


def test_who_wants_to_know_early_knows_what_others_do_not_yet() -> None:
    usual = Usual(per_hour=2.0, shape=3.0)
    noticed = [
        next(
            count for count in range(5, 100) if surge_in(counts(count, count, count), usual, alpha=limit, least=5)
        )
        for limit in (ALPHA["early"], ALPHA["usual"], ALPHA["late"])
    ]
    assert noticed == sorted(set(noticed))


@pytest.mark.parametrize(("count", "calm"), [(0, True), (1, True), (3, True), (8, False)])
def test_it_is_calm_when_no_more_comes_than_is_usual(count: int, calm: bool) -> None:  # noqa: FBT001  # a table
    assert is_calm(count, THIRTY, Usual(per_hour=2.0, shape=4.0)) is calm


def test_a_group_that_nothing_is_known_of_has_a_vague_rate() -> None:
    usual = habit({}, since=NOW).usual(NOW)
    assert 1.0 < usual.per_hour < 4.0
    assert usual.shape == pytest.approx(0.5)


def test_a_steady_group_is_usual_as_it_was() -> None:
    usual = habit(every_hour(3)).usual(NOW)
    assert usual.per_hour == pytest.approx(3.0, rel=0.1)
    assert usual.shape > 10


def test_the_hour_of_the_week_has_its_own_rate() -> None:
    hours = {hour: 10.0 if hour.weekday() == 0 and 10 < hour.hour < 14 else 1.0 for hour in every_hour(1)}
    learned = habit(hours)
    assert learned.usual(NOW).per_hour > 2.5 * learned.usual(NOW + timedelta(days=1)).per_hour
    assert learned.usual(NOW + timedelta(hours=12)).per_hour < 2


def test_an_outbreak_of_the_past_does_not_make_the_next_one_usual() -> None:
    calm = every_hour(1)
    struck = calm | {NOW - timedelta(weeks=1) - HOUR * back: 80.0 for back in range(3)}
    assert habit(struck).usual(NOW).per_hour < 2 * habit(calm).usual(NOW).per_hour


def test_a_young_group_keeps_the_day_of_its_brand() -> None:
    brand = {hour: 20.0 if 6 <= hour.hour < 18 else 0.0 for hour in every_hour(1)}
    own = {NOW - timedelta(days=back): 1.0 for back in range(1, 6)}
    learned = habit(own, brand)
    assert learned.usual(NOW).per_hour > 4 * learned.usual(NOW + timedelta(hours=12)).per_hour


def days(quiet: float, loud: float) -> dict[datetime, float]:
    """Every other day is loud."""
    return {hour: loud if hour.toordinal() % 2 else quiet for hour in every_hour(1)}


def hours_before(count: float, hours: int = 12) -> dict[datetime, float]:
    """The last whole hours that are over for an hour."""
    return {NOW - HOUR * back: count for back in range(2, hours + 2)}


def test_on_a_loud_day_more_is_expected() -> None:
    learned = habit(days(10, 20))
    loud = learned.forecast(NOW, hours_before(22))
    assert learned.usual(NOW).per_hour * 1.2 < loud.per_hour < 22


def test_on_a_quiet_day_no_less_is_expected() -> None:
    learned = habit(days(10, 20))
    for recent in ({}, hours_before(1), hours_before(8)):
        assert learned.forecast(NOW, recent).per_hour == learned.usual(NOW).per_hour


def test_what_days_differ_by_does_not_hide_a_surge() -> None:
    learned = habit(days(8, 24))
    usual, today = learned.usual(NOW), learned.forecast(NOW, hours_before(9))
    assert today.shape > 1.5 * usual.shape
    assert surge_in(counts(18, 37, 75), usual, alpha=ALPHA["usual"], least=5) is None
    assert surge_in(counts(18, 37, 75), today, alpha=ALPHA["usual"], least=5) is not None


def test_an_hour_long_past_tells_less_of_the_day() -> None:
    learned = habit(every_hour(10))
    lately = learned.forecast(NOW, hours_before(10) | {NOW - 2 * HOUR: 30.0})
    before = learned.forecast(NOW, hours_before(10) | {NOW - 12 * HOUR: 30.0})
    assert lately.per_hour > before.per_hour >= learned.usual(NOW).per_hour


def test_an_outbreak_of_today_makes_no_loud_day_of_it() -> None:
    learned = habit(every_hour(2))
    struck = learned.forecast(NOW, hours_before(2) | {NOW - 2 * HOUR: 400.0})
    assert struck.per_hour < 2 * learned.usual(NOW).per_hour


def test_of_a_group_that_nothing_is_known_of_a_day_tells_nothing_sure() -> None:
    fresh = habit({}, since=NOW)
    assert fresh.forecast(NOW, {}) == fresh.usual(NOW)


@given(
    st.dictionaries(st.integers(1, 8 * 7 * 24), st.integers(0, 500), max_size=60),
    st.dictionaries(st.integers(0, 20), st.integers(0, 5_000), max_size=20),
)
def test_any_day_gives_a_rate_that_can_be_tested(past: dict[int, int], lately: dict[int, int]) -> None:
    learned = habit({NOW - HOUR * back: float(count) for back, count in past.items()})
    today = learned.forecast(NOW, {NOW - HOUR * back: float(count) for back, count in lately.items()})
    assert today.per_hour >= learned.usual(NOW).per_hour > 0
    assert 0.3 < today.shape < 60


@given(
    st.dictionaries(st.integers(1, 8 * 7 * 24), st.integers(0, 500), max_size=60),
    st.integers(0, 167),
    st.booleans(),
)
def test_any_past_gives_a_rate_that_can_be_tested(past: dict[int, int], hour: int, young: bool) -> None:  # noqa: FBT001  # drawn
    own = {NOW - HOUR * back: float(count) for back, count in past.items()}
    usual = habit(own, since=NOW - timedelta(days=2) if young else BEGAN).usual(NOW + HOUR * hour)
    assert usual.per_hour > 0
    assert 0.3 < usual.shape < 60
    assert 0.0 <= tail(7, usual.per_hour, usual.shape) <= 1.0
