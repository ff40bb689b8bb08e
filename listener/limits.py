"""Which candidates get no card: people muted them, or their brand has had its cards of the day."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.candidate import Candidate, Place
from alerts.cases.commands import Withhold
from alerts.cases.events import Withheld
from alerts.suppression import MuteInForce, may_tell, muted_by
from listener.decided import Decided, Routed
from listener.decision import without_chats


def unmuted(decided: Sequence[Decided], mutes: Collection[MuteInForce], now: datetime) -> list[Decided]:
    """The decisions without the chats of candidates that are muted; their cases are kept."""
    if not mutes:
        return list(decided)

    def heard(route: Routed) -> Routed:
        mute = muted_by(route.candidate, mutes, now)
        if mute is None:
            return route
        reason: Withheld = "author_muted" if mute.topic is None else "topic_muted"
        return without_chats(route, Withhold(reason=reason, until=mute.until))

    return _rerouted(decided, heard)


def within_limits(
    decided: Sequence[Decided], cards: Mapping[str, int], per_day: Mapping[str, int]
) -> tuple[list[Decided], list[Candidate]]:
    """The decisions without the chats of candidates beyond `per_day`, and those candidates; their cases are kept.

    `cards` are those that each limited brand has had today.
    """
    counts = dict(cards)
    counted: set[Place] = set()
    left_out: list[Candidate] = []

    def limited(route: Routed) -> Routed:
        candidate = route.candidate
        # What joins a case of this very batch takes no card of its own, and what is muted takes none at all.
        if route.withheld or candidate.brand not in counts or candidate.place in counted:
            return route
        permission = may_tell(counts[candidate.brand], per_day[candidate.brand], urgency=candidate.urgency)
        if not permission.allowed:
            left_out.append(candidate)
            return without_chats(route, Withhold(reason="daily_limit"))
        counts[candidate.brand] += 1
        counted.add(candidate.place)
        return route

    return _rerouted(decided, limited), left_out


def _rerouted(decided: Sequence[Decided], by: Callable[[Routed], Routed]) -> list[Decided]:
    """Most decisions lead nowhere, and stay as they are."""
    return [
        replace(decision, routed=tuple(map(by, decision.routed))) if decision.routed else decision
        for decision in decided
    ]
