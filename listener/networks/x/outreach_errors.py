"""What X's refusals mean for something that is said to a customer: one table, by status and by X's own words.

X tells its 403s apart by words alone; those here are as its users have met them. What is not in the table is a
refusal without a known reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.outreach.abilities import Learned, Reason, Scope
from alerts.outreach.outbound import Outbound
from alerts.outreach.ports import Outcome, OutreachError, Refused
from listener.networks.x.refusals import RefusedError
from listener.ports import SourceError

UNREACHED: Final = 15.0
"""Seconds before another try where X was not reached at all."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """`learned` is what holds from now on, and for whom."""

    outcome: Outcome
    reason: Refused
    learned: tuple[Scope, Reason] | None = None


OTHER: Final = Meaning("refused", "other")
NO_RIGHT: Final = Meaning("refused", "no_right")
_MAYBE: Final = Meaning("unknown", "unreachable")
_GONE: Final = Meaning("refused", "gone", ("post", "gone"))
_NOT_TAKEN: Final = Meaning("refused", "messages_closed", ("author", "messages_closed"))

BY_WORDS: Final[Sequence[tuple[str, Meaning]]] = (
    ("mentioned or otherwise engaged", Meaning("refused", "not_addressed", ("post", "not_addressed"))),
    ("deleted or not visible", _GONE),
    ("duplicate content", Meaning("refused", "duplicate")),
    ("permission to dm", _NOT_TAKEN),
    ("cannot send messages to this user", _NOT_TAKEN),
    ("users who are not following you", _NOT_TAKEN),
    ("not authorized to see", Meaning("refused", "privacy", ("post", "gone"))),
    ("blocked", Meaning("refused", "blocked", ("author", "messages_closed"))),
    ("too long", Meaning("refused", "too_long")),
    ("might be automated", Meaning("refused", "captcha")),
    ("your account is suspended", NO_RIGHT),
)
"""A part of what a 400, 403 or 404 says, in small letters; the first that is in it counts."""
BY_STATUS: Final = {
    401: Meaning("refused", "no_token"),
    402: Meaning("refused", "quota"),
    403: NO_RIGHT,
    413: Meaning("refused", "too_long"),
    429: Meaning("later", "quota"),
}
_WORDED: Final = frozenset({400, 403, 404})


def meaning_of(error: SourceError, outbound: Outbound) -> Meaning:
    if isinstance(error, RefusedError) and error.status < 500:
        return _meaning(error.status, error.words, outbound)
    if error.maybe_done:
        return _MAYBE
    if error.held_back or error.unreachable:
        return Meaning("later", "quota" if error.held_back else "unreachable")
    return OTHER


def outreach_error(error: SourceError, outbound: Outbound, now: datetime) -> OutreachError:
    found = meaning_of(error, outbound)
    wait = (error.retry_after or UNREACHED) if found.outcome == "later" else None
    return OutreachError(
        str(error),
        outcome=found.outcome,
        reason=found.reason,
        retry_after=None if wait is None else timedelta(seconds=wait),
        learned=_learned(found, outbound, now),
    )


def _meaning(status: int, words: str, outbound: Outbound) -> Meaning:
    said = words.lower()
    by_words = next((found for part, found in BY_WORDS if part in said), None) if status in _WORDED else None
    if by_words is not None:
        return by_words
    if status == 404:
        author = Meaning("refused", "author_gone", ("author", "author_gone"))
        return author if outbound.kind == "message" else _GONE
    return BY_STATUS.get(status, OTHER)


def _learned(found: Meaning, outbound: Outbound, now: datetime) -> tuple[Learned, ...]:
    target = outbound.target
    if found.learned is None or target.page is None or outbound.kind not in ("reply", "invite", "message"):
        return ()
    scope, reason = found.learned
    key = target.author if scope == "author" else target.mention
    return (Learned(network=target.network, page=target.page, scope=scope, key=key, reason=reason, at=now),)
