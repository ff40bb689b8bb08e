"""The token bucket."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.bucket import Bucket, Limit, spread

limits = st.builds(Limit, burst=st.integers(1, 10), every=st.floats(0.05, 10))


def test_a_burst_goes_out_at_once_and_then_one_at_a_time() -> None:
    bucket = Bucket(Limit(burst=3, every=2.0))
    assert bucket.free(0.0) == 3
    for _ in range(3):
        bucket.take(0.0)
    assert [bucket.free(now) for now in (0.0, 1.9, 2.0, 3.9, 4.0, 100.0)] == [0, 0, 1, 1, 2, 3]


def test_what_went_out_beyond_the_limit_is_owed() -> None:
    bucket = Bucket(Limit(burst=1, every=1.0))
    for _ in range(3):
        bucket.take(0.0)
    assert [bucket.free(now) for now in (1.0, 2.0, 2.9, 3.0)] == [0, 0, 0, 1]


@given(limits, st.lists(st.floats(0, 5), max_size=60), st.floats(0.1, 60))
def test_no_stretch_of_time_sees_more_than_the_limit(limit: Limit, steps: list[float], stretch: float) -> None:
    bucket, now, taken = Bucket(limit), 0.0, []
    for step in steps:
        now += step
        for _ in range(bucket.free(now)):
            bucket.take(now)
            taken.append(now)
    for start in taken:
        within = sum(start <= moment <= start + stretch for moment in taken)
        assert within <= limit.burst + stretch / limit.every + 1e-6


@given(st.integers(2, 1000), st.floats(0.5, 100))
def test_what_is_spread_over_a_time_never_exceeds_it(most: int, seconds: float) -> None:
    limit = spread(most, seconds)
    assert limit.burst + seconds / limit.every <= most + 1e-6


def test_twenty_a_minute_are_five_at_once_and_one_every_four_seconds() -> None:
    assert spread(20, 60.0) == Limit(burst=5, every=4.0)
