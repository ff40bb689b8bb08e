"""A brand's cards of a day are bounded: which candidates get none, decided on counts alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from alerts.candidate import Candidate, Place
from alerts.suppression import may_tell
from listener.decided import Decided, Routed
from listener.decision import without_chats


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
        # What joins a case of this very batch takes no card of its own.
        if candidate.brand not in counts or candidate.place in counted:
            return route
        permission = may_tell(counts[candidate.brand], per_day[candidate.brand], urgency=candidate.urgency)
        if not permission.allowed:
            left_out.append(candidate)
            return without_chats(route)
        counts[candidate.brand] += 1
        counted.add(candidate.place)
        return route

    allowed = [replace(decision, routed=tuple(map(limited, decision.routed))) for decision in decided]
    return allowed, left_out
