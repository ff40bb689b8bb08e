"""What X's answers that are not posts mean for us: wait so long, try again, or call a person."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listener.networks.status import retry_after, seconds
from listener.networks.x.posts import errors_of
from listener.ports import SourceError

WINDOW_SECONDS: Final = 900.0
"""X counts requests by the quarter of an hour; no wait for a window is longer."""
UNKNOWN_WINDOW: Final = 60.0
LAST_SECOND: Final = 1e11
CAP_SECONDS: Final = 3600.0
"""A daily or monthly cap names no end, and its owner may raise it at any time: look every hour."""


class InvalidRequestError(SourceError):
    """X refuses the request itself; `reason` is its answer in full, to find the parameter in."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message, permanent=True)
        self.reason = reason


def read_json(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object in a body, whatever its content type claims; None when there is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def refusal(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> SourceError:
    """The error for an answer whose status is not 200."""
    answer = read_json(body) or {}
    words = f"X answers {status}: {_words(answer)}"
    match status:
        case 400:
            return InvalidRequestError(words, json.dumps(answer))
        case 401 | 403:
            return SourceError(f"{words}; check LISTENER_X_BEARER_TOKEN and the app's access", permanent=True)
        case 402:
            return SourceError(f"{words}; the app's credits are spent", permanent=True)
        case 429:
            return _too_many(words, headers, answer, now)
        case _:
            return SourceError(words, retry_after=retry_after(headers), unreachable=status >= 500)


def window_left(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the request window opens again, by X's own word; None when it makes no sense."""
    reset = seconds(headers.get("x-rate-limit-reset"), LAST_SECOND)
    if reset is None or reset <= now.timestamp():
        return None  # a window that opened in the past is none: one of the two clocks is wrong
    # The header has whole seconds: one more, so as not to knock in the last moment of the old window.
    return min(reset - now.timestamp() + 1, WINDOW_SECONDS)


def _too_many(words: str, headers: Mapping[str, str], answer: Mapping[str, Any], now: datetime) -> SourceError:
    if "usage-capped" in str(answer.get("type", "")) or "UsageCap" in str(answer.get("title", "")):
        period = str(answer.get("period", "")).lower() or "usage"
        return SourceError(f"{words}; the {period} cap is reached", retry_after=CAP_SECONDS, held_back=True)
    wait = window_left(headers, now) or retry_after(headers, WINDOW_SECONDS) or UNKNOWN_WINDOW
    return SourceError(words, retry_after=wait, held_back=True)


def _words(answer: Mapping[str, Any]) -> str:
    words = [text for key in ("title", "detail") if isinstance(text := answer.get(key), str)]
    return "; ".join(dict.fromkeys([*words, *errors_of(answer)]))[:300] or "no word of explanation"
