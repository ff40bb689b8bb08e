"""`Retry-After`: seconds or a date, by the clock of whoever answers; nonsense is none."""

import math

import pytest

from alerts.notifiers.webhook.refusals import asked_rest
from alerts.retry_after import asked_wait
from listener.networks.status import LONGEST_WAIT, retry_after

NOON = "Wed, 21 Oct 2015 12:00:00 GMT"


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("17", 17.0),
        ("0", 0.0),
        ("2.5", 2.5),
        ("inf", math.inf),
        ("-5", None),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 12:01:30 GMT", 90.0),
        ("Wed, 21 Oct 2015 14:01:30 +0200", 90.0),
        ("Wednesday, 21-Oct-15 12:01:30 GMT", 90.0),
        ("Wed, 21 Oct 2015 11:59:00 GMT", None),
        ("Wed, 99 Oct 99999 12:01:30 GMT", None),
    ],
)
def test_seconds_and_dates_are_read_and_nonsense_is_none(asked: str, wait: float | None) -> None:
    assert asked_wait({"Retry-After": asked, "Date": NOON}) == wait


@pytest.mark.parametrize(
    "headers", [{}, {"Date": NOON}, {"Retry-After": NOON}, {"Retry-After": NOON, "Date": "?"}]
)
def test_a_date_without_another_to_count_from_is_none(headers: dict[str, str]) -> None:
    assert asked_wait(headers) is None


def test_a_date_far_away_is_bounded_as_a_number_is() -> None:
    headers = {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": NOON}
    assert retry_after(headers) == LONGEST_WAIT
    assert asked_rest(headers, 5.0) == 3600.0
