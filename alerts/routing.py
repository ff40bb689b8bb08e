"""Routes: which receivers must know of a candidate, and why."""

from dataclasses import dataclass

from alerts.candidate import Candidate
from alerts.people import Messenger
from alerts.sla import Hours, Sla


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One place in a messenger: Telegram `chat` (a number as text, negative for groups) and `topic`,
    Slack `chat` (a channel name with # or its id), console `chat` (any name).
    """

    messenger: Messenger
    chat: str
    topic: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    name: str
    chats: tuple[Chat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A route's condition; every given part must hold, an empty one always does. `*_at` are probabilities."""

    brands: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    urgency_at: float | None = None
    complaint_at: float | None = None
    reach_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    when: When
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The staff's routes.yaml as values: the first route whose condition holds wins, else `default`."""

    receivers: tuple[Receiver, ...]
    default: tuple[str, ...]
    routes: tuple[Route, ...] = ()
    sla: Sla | None = None
    hours: Hours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who is told and the reason in Russian, for `explain` and the log."""

    receivers: tuple[Receiver, ...]
    reason: str


def decide(candidate: Candidate, routing: Routing) -> Decision:
    """Pick the receivers of a candidate."""
    for number, route in enumerate(routing.routes, start=1):
        if holds(route.when, candidate):
            return Decision(receivers=_named(routing, route.to), reason=f"маршрут {number}")
    return Decision(receivers=_named(routing, routing.default), reason="маршрут по умолчанию")


def holds(when: When, candidate: Candidate) -> bool:
    """Whether every given part of the condition holds for the candidate."""
    lists: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
        (when.brands, (candidate.brand,)),
        (when.networks, (candidate.network,)),
        (when.topics, candidate.topics),
        (when.intents, (candidate.intent,)),
    )
    floors: tuple[tuple[float | None, float], ...] = (
        (when.urgency_at, candidate.urgency),
        (when.complaint_at, candidate.complaint),
        (when.reach_at, candidate.reach or 0),
    )
    return all(not wanted or set(wanted) & set(has) for wanted, has in lists) and all(
        floor is None or value >= floor for floor, value in floors
    )


def _named(routing: Routing, names: tuple[str, ...]) -> tuple[Receiver, ...]:
    return tuple(receiver for receiver in routing.receivers if receiver.name in names)
