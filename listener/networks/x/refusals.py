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
DAY_SECONDS: Final = 86_400.0
LAST_SECOND: Final = 1e11
CAP_SECONDS: Final = 3600.0
"""A daily or monthly cap names no end, and its owner may raise it at any time: look every hour."""


class RefusedError(SourceError):
    """X answered with a status that is no success, and with these words of its own."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        words: str,
        permanent: bool = False,
        retry_after: float | None = None,
        held_back: bool = False,
    ) -> None:
        broken = status >= 500
        super().__init__(
            message,
            permanent=permanent,
            retry_after=retry_after,
            held_back=held_back,
            unreachable=broken,
            maybe_done=broken,
        )
        self.status = status
        self.words = words


class InvalidRequestError(RefusedError):
    """X refuses the request itself; `reason` is its answer in full, to find the parameter in."""

    def __init__(self, message: str, reason: str, words: str = "") -> None:
        super().__init__(message, status=400, words=words, permanent=True)
        self.reason = reason


def read_json(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object in a body, whatever its content type claims; None when there is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def refusal(status: int, headers: Mapping[str, str], body: bytes, now: datetime, setting: str) -> RefusedError:
    """The error for an answer whose status is no success; `setting` holds the keys that were shown."""
    answer = read_json(body) or {}
    said = _words(answer)
    words = f"X answers {status}: {said}"
    match status:
        case 400:
            return InvalidRequestError(words, json.dumps(answer), said)
        case 401 | 403:
            words = f"{words}; check {setting} and the app's access"
            return RefusedError(words, status=status, words=said, permanent=True)
        case 402:
            words = f"{words}; the app's credits are spent"
            return RefusedError(words, status=status, words=said, permanent=True)
        case 429:
            return _too_many(said, headers, answer, now)
        case _:
            return RefusedError(words, status=status, words=said, retry_after=retry_after(headers))


def window_left(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the request window opens again, by X's own word; None when it makes no sense."""
    reset = seconds(headers.get("x-rate-limit-reset"), LAST_SECOND)
    if reset is None or reset <= now.timestamp():
        return None  # a window that opened in the past is none: one of the two clocks is wrong
    # The header has whole seconds: one more, so as not to knock in the last moment of the old window.
    return min(reset - now.timestamp() + 1, WINDOW_SECONDS)


def _too_many(said: str, headers: Mapping[str, str], answer: Mapping[str, Any], now: datetime) -> RefusedError:
    words = f"X answers 429: {said}"
    if "usage-capped" in str(answer.get("type", "")) or "UsageCap" in str(answer.get("title", "")):
        period = str(answer.get("period", "")).lower() or "usage"
        words = f"{words}; the {period} cap is reached"
        return RefusedError(words, status=429, words=said, retry_after=CAP_SECONDS, held_back=True)
    wait = _day_left(headers, now) or window_left(headers, now)
    wait = wait or retry_after(headers, WINDOW_SECONDS) or UNKNOWN_WINDOW
    return RefusedError(words, status=429, words=said, retry_after=wait, held_back=True)


def _day_left(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until what may be written in 24 hours may be written again, where that is what is used up."""
    for whose in ("user", "app"):
        name = f"x-{whose}-limit-24hour"
        reset = seconds(headers.get(f"{name}-reset"), LAST_SECOND)
        if headers.get(f"{name}-remaining") == "0" and reset is not None and reset > now.timestamp():
            return min(reset - now.timestamp() + 1, DAY_SECONDS)
    return None


def _words(answer: Mapping[str, Any]) -> str:
    words = [text for key in ("title", "detail") if isinstance(text := answer.get(key), str)]
    return "; ".join(dict.fromkeys([*words, *errors_of(answer)]))[:300] or "no word of explanation"
