"""Waiting after failures."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.backoff import Backoff

MINUTES = Backoff(first=1.0, longest=300.0)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_waits_grow_to_the_longest_and_no_further(failures: int, chance: float) -> None:
    wait = MINUTES.after(failures, chance)
    assert 0.5 <= wait <= 300
    assert wait <= MINUTES.after(failures + 1, 1.0)


def test_a_wait_doubles_from_the_first() -> None:
    assert [MINUTES.after(failures) for failures in range(10)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_half_of_a_wait_is_left_to_chance() -> None:
    assert [MINUTES.after(3, chance) for chance in (0.0, 0.5, 1.0)] == [4, 6, 8]
