"""A brand's cards of a day are bounded; urgent ones pass."""

import pytest

from alerts.suppression import may_tell


@pytest.mark.parametrize(
    ("sent", "per_day", "urgency", "allowed", "reason"),
    [
        (10_000, None, 0.0, True, "no limit"),
        (59, 60, 0.0, True, "within the limit"),
        (60, 60, 0.0, False, "daily limit"),
        (61, 60, 0.89, False, "daily limit"),
        (60, 60, 0.9, True, "urgent"),
        (0, 0, 0.1, False, "daily limit"),
    ],
)
def test_new_cards_are_bounded_by_the_day(
    sent: int, per_day: int | None, urgency: float, *, allowed: bool, reason: str
) -> None:
    permission = may_tell(sent, per_day, urgency=urgency)
    assert (permission.allowed, permission.reason) == (allowed, reason)
