"""`Retry-After` of an answer: when its server wants to be asked again."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

HEADER: Final = "Retry-After"
OF_A_FAILED: Final = 300.0
"""Seconds that a messenger which fails is left alone for at most, whatever it says: one page of a gateway's would
silence it for an hour, and who fails can only guess when he is back.
"""


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, unbounded and never below zero; None where no wait, or none that makes sense, is named.

    A date is counted from the answer's own, and says nothing without one: that clock need not be ours.
    """
    text = headers.get(HEADER)
    if text is None:
        return None
    wait = seconds(text)
    return _until(text, headers.get("Date")) if wait is None else wait


def seconds(text: str) -> float | None:
    """A number of seconds; None for what is no such number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value >= 0 else None  # not a number is not above zero


def _until(then: str, now: str | None) -> float | None:
    until, at = _date(then), _date(now)
    if until is None or at is None or until <= at:
        return None
    return (until - at).total_seconds()


def _date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo is not None else None
