"""Which new cards are left unsent, and the named reason: a brand's cards of a day are bounded."""

from dataclasses import dataclass
from typing import Final, Literal

URGENT_AT: Final = 0.9
"""The urgency from which a card is urgent: no limit and no night holds it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Whether a new card may be told, and why."""

    allowed: bool
    reason: Literal["no limit", "within the limit", "urgent", "daily limit"]


def may_tell(sent_today: int, per_day: int | None, *, urgency: float) -> Permission:
    """Whether one more new card of a brand may go after `sent_today`; urgent ones pass, but they count."""
    if per_day is None:
        return Permission(allowed=True, reason="no limit")
    if sent_today < per_day:
        return Permission(allowed=True, reason="within the limit")
    if urgency >= URGENT_AT:
        return Permission(allowed=True, reason="urgent")
    return Permission(allowed=False, reason="daily limit")
