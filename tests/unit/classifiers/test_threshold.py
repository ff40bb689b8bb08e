"""The threshold that follows the operators' budget of cards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.threshold import HIGHEST, LEAST_HEARD, LOWEST, USUAL, level_for

HEARD = [at / 1_000 for at in range(1_000)]


@pytest.mark.parametrize(
    ("said", "days", "cards", "level"),
    [
        (HEARD, 1.0, 200, 0.8),
        (HEARD, 2.0, 200, 0.6),
        (HEARD, 1.0, 5, HIGHEST),
        (HEARD, 1.0, 5_000, LOWEST),
        (HEARD, 1.0, 0, HIGHEST),
        (HEARD, 0.0, 50, USUAL),
        (HEARD[: LEAST_HEARD - 1], 1.0, 50, USUAL),
        ([0.01] * 500, 1.0, 50, LOWEST),
    ],
)
def test_the_level_gives_as_many_cards_as_fit_a_day(
    said: list[float], days: float, cards: int, level: float
) -> None:
    assert level_for(said, days, cards) == pytest.approx(level)


@given(st.lists(st.floats(0, 1), min_size=LEAST_HEARD, max_size=400), st.integers(1, 100))
def test_no_more_cards_than_fit_unless_many_are_alike_or_sure(said: list[float], cards: int) -> None:
    level = level_for(said, 1.0, cards)
    assert LOWEST <= level <= HIGHEST
    if level < HIGHEST:
        assert sum(one > level for one in said) <= cards
