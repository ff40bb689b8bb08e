"""The token bucket."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.bucket import Bucket, Limit

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
