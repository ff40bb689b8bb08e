"""The threshold that follows the operators' budget of cards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.threshold import HIGHEST, LEAST_HEARD, LEAST_LABELS, LOWEST, USUAL, calibrate, level_for

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


def tapped(count: int, share: float) -> tuple[list[float], list[bool], list[float]]:
    """So many cards of one probability, of which so great a share were complaints."""
    return [0.7] * count, [number < count * share for number in range(count)], [1.0] * count


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_labels_tell_what_share_of_the_cards_are_complaints(share: float) -> None:
    calibration = calibrate(*tapped(300, share))
    assert calibration is not None
    found = calibration.precision([0.7, 0.1], 0.5)
    assert found is not None
    assert found.value == pytest.approx(share, abs=0.03)
    assert found.low < share < found.high


def test_a_few_labels_or_labels_of_one_kind_tell_nothing() -> None:
    assert calibrate(*tapped(LEAST_LABELS - 1, 0.5)) is None
    assert calibrate(*tapped(300, 1.0)) is None


def test_more_labels_are_surer() -> None:
    few, many = (calibrate(*tapped(count, 0.6)) for count in (50, 800))
    assert few is not None
    assert many is not None
    wide, narrow = few.precision([0.7], 0.5), many.precision([0.7], 0.5)
    assert wide is not None
    assert narrow is not None
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_above_a_level_that_nothing_reaches_there_is_no_share() -> None:
    calibration = calibrate(*tapped(100, 0.5))
    assert calibration is not None
    assert calibration.precision([0.1], 0.5) is None


def test_the_level_rises_until_as_many_cards_as_wanted_are_complaints_and_never_past_the_budget() -> None:
    said = [0.3 + number / 1_000 for number in range(600)]
    calibration = calibrate(said, [number % 600 > 300 for number in range(600)], [1.0] * 600)
    assert calibration is not None
    free = level_for(said, 1.0, 400, calibration)
    assert free == level_for(said, 1.0, 400)
    wanted = level_for(said, 1.0, 400, calibration, 0.9)
    assert free < wanted < HIGHEST
    reached = calibration.precision(said, wanted)
    assert reached is not None
    assert reached.value == pytest.approx(0.9, abs=0.01)
    assert level_for(said, 1.0, 50, calibration, 0.5) == level_for(said, 1.0, 50)


def test_where_no_text_is_sure_enough_the_level_is_the_highest() -> None:
    calibration = calibrate(*tapped(300, 0.2))
    assert calibration is not None
    assert calibration.level([0.7] * 200, 0.9) == HIGHEST
