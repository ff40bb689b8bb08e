"""What a status line says about when to ask again: `Retry-After`, bounded where it enters."""

from collections.abc import Mapping
from typing import Final

LONGEST_WAIT: Final = 86_400.0
"""Seconds; no network has told anybody honestly to stay away for longer than a day."""


def retry_after(headers: Mapping[str, str], most: float = LONGEST_WAIT) -> float | None:
    """Seconds that the server asks us to wait; None where it names none, or a date instead of seconds."""
    return seconds(headers.get("Retry-After"), most)


def seconds(text: str | None, most: float) -> float | None:
    """A number of seconds in a header, `most` at most; None for what is no such number."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return min(value, most) if value >= 0 else None  # not a number is not above zero
