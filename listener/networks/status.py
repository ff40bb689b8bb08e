"""What a status line says about when to ask again, bounded where it enters."""

from collections.abc import Mapping
from typing import Final

from alerts.retry_after import asked_wait
from alerts.retry_after import seconds as number_of_seconds

LONGEST_WAIT: Final = 86_400.0
"""Seconds; no network has told anybody honestly to stay away for longer than a day."""


def retry_after(headers: Mapping[str, str], most: float = LONGEST_WAIT) -> float | None:
    """Seconds that the server asks us to wait; None where it names none."""
    wait = asked_wait(headers)
    return None if wait is None else min(wait, most)


def seconds(text: str | None, most: float) -> float | None:
    """A number of seconds in a header, `most` at most; None for what is no such number."""
    value = number_of_seconds(text or "")
    return None if value is None else min(value, most)
