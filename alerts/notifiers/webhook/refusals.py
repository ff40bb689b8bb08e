"""What a receiver's answer means for its events: a rest, a receiver that is shut, or an event that it refuses."""

from collections.abc import Mapping
from typing import Final

from alerts.ports import NotifyError
from alerts.retry_after import asked_wait

SHORTEST_REST: Final = 1.0
LONGEST_REST: Final = 3_600.0
"""Seconds that a receiver may ask for; after them one try finds out."""
TOO_EARLY: Final = frozenset({408, 409, 423, 425, 429})
"""What passes by itself; 409: the earlier try of the same key is still being worked on there."""
SHUT: Final[Mapping[int, str]] = {
    401: "refuses our signature (HTTP 401): compare the secret on both sides",
    402: "wants to be paid (HTTP 402)",
    403: "refuses us (HTTP 403): compare the secret on both sides",
    404: "knows no such address (HTTP 404)",
    405: "takes no POST at this address (HTTP 405)",
    410: "wants no more events (HTTP 410 Gone): take it out of routes.yaml",
}


def refusal_of(name: str, status: int, headers: Mapping[str, str], rest: float) -> NotifyError | None:
    """None for a success. `rest` is how long a receiver rests that does not say it."""
    if 200 <= status < 300:
        return None
    if status in SHUT:
        return NotifyError(f"{name} {SHUT[status]}", closed=True)
    if 300 <= status < 400:
        where = headers.get("Location", "elsewhere")[:200]
        return NotifyError(f"{name} points elsewhere (HTTP {status}): write {where} if you trust it", closed=True)
    if status in TOO_EARLY or status >= 500 or status < 200:
        return NotifyError(f"{name} answers HTTP {status}", retry_after=asked_rest(headers, rest))
    return NotifyError(f"{name} refuses the event (HTTP {status})", permanent=True)


def asked_rest(headers: Mapping[str, str], usual: float) -> float:
    """Seconds of `Retry-After`, where it makes sense."""
    wait = asked_wait(headers)
    return usual if wait is None else min(max(wait, SHORTEST_REST), LONGEST_REST)
