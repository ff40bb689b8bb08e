"""Which new cards are left unsent, and the named reason: what people have muted, and a brand's cards of a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from alerts.candidate import Candidate

URGENT_AT: Final = 0.9
"""The urgency from which a card is urgent: no limit, no mute and no night holds it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Whether a new card may be told, and why."""

    allowed: bool
    reason: Literal["no limit", "within the limit", "urgent", "daily limit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteInForce:
    """The brand's new cards about `author` («vk:77») or about `topic` are not wanted until then; one is given."""

    brand: str
    until: datetime
    author: str | None = None
    topic: str | None = None


def may_tell(sent_today: int, per_day: int | None, *, urgency: float) -> Permission:
    """Whether one more new card of a brand may go after `sent_today`; urgent ones pass, but they count."""
    if per_day is None:
        return Permission(allowed=True, reason="no limit")
    if sent_today < per_day:
        return Permission(allowed=True, reason="within the limit")
    if urgency >= URGENT_AT:
        return Permission(allowed=True, reason="urgent")
    return Permission(allowed=False, reason="daily limit")


def muted_by(candidate: Candidate, mutes: Iterable[MuteInForce], now: datetime) -> MuteInForce | None:
    """The mute that keeps the candidate's card back, the author's first; nothing keeps an urgent or dangerous one.

    Whoever complains of a muted topic and of another is heard.
    """
    if candidate.urgency >= URGENT_AT or candidate.dangers:
        return None
    ours = [mute for mute in mutes if mute.brand == candidate.brand and now < mute.until]
    author = f"{candidate.network}:{candidate.author_id}"
    if by_author := next((mute for mute in ours if mute.author == author), None):
        return by_author
    topics = {mute.topic: mute for mute in ours if mute.topic is not None}
    if not candidate.topics or not all(topic in topics for topic in candidate.topics):
        return None
    return min((topics[topic] for topic in candidate.topics), key=lambda mute: mute.until)
