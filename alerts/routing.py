"""Routes: which receivers must know of a candidate, and why."""

from dataclasses import dataclass, field, replace

from alerts.candidate import Candidate
from alerts.russian import INTENT_TITLES, number, percent, plural
from alerts.sla import Hours, Sla
from domain.person import MessengerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A program's address that is told of cases in place of a chat, as the config has it now.

    `whole`: it may read what a group would read masked. `answers`: what it asks for in people's names is taken.
    `private`: it may stand in a private network.
    """

    url: str
    whole: bool = False
    answers: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One place in a messenger: Telegram `chat` (a number as text, negative for groups) and `topic`,
    Slack `chat` (a channel name with # or its id), console `chat` (any name).

    A program has an `endpoint`, which is not what the place is known by: rows of the store do not have it.
    """

    messenger: MessengerId
    chat: str
    topic: int | None = None
    endpoint: Endpoint | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """`owner` and `backup` answer for what comes here: ids of people."""

    name: str
    chats: tuple[Chat, ...]
    owner: str | None = None
    backup: str | None = None


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
    """The config's routes.yaml as values: the first route whose condition holds wins, else `default`."""

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
    """Pick the receivers of a candidate, in the route's order; each chat stands once, with its first receiver."""
    for position, route in enumerate(routing.routes, start=1):
        if holds(route.when, candidate):
            reason = f"маршрут {position}: {_conditions(route.when, candidate)}"
            return Decision(receivers=_receivers(routing, route.to), reason=reason)
    reason = "маршрут по умолчанию"
    if routing.routes:
        reason += ": условия остальных не подошли"
    return Decision(receivers=_receivers(routing, routing.default), reason=reason)


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


def _conditions(when: When, candidate: Candidate) -> str:
    """The route's conditions as they held, in Russian."""
    topics = [topic for topic in candidate.topics if topic in when.topics]
    parts = (
        f"бренд «{candidate.brand_title}»" if when.brands else "",
        f"сеть {candidate.network_title or candidate.network}" if when.networks else "",
        f"{plural(len(topics), 'тема', 'темы', 'темы')} {', '.join(topics)}" if topics else "",
        f"намерение: {INTENT_TITLES.get(candidate.intent, candidate.intent)}" if when.intents else "",
        _floor("срочность", candidate.urgency, when.urgency_at),
        _floor("вероятность жалобы", candidate.complaint, when.complaint_at),
        f"охват {number(candidate.reach or 0)} не ниже {number(when.reach_at)}"
        if when.reach_at is not None
        else "",
    )
    return ", ".join(filter(None, parts)) or "подходит всем, условий нет"


def _floor(name: str, value: float, floor: float | None) -> str:
    return "" if floor is None else f"{name} {percent(value)} не ниже {percent(floor)}"


def _receivers(routing: Routing, names: tuple[str, ...]) -> tuple[Receiver, ...]:
    receivers = {receiver.name: receiver for receiver in routing.receivers}
    reached: set[Chat] = set()
    chosen = []
    for name in dict.fromkeys(names):
        if name not in receivers:
            continue
        chats = tuple(chat for chat in dict.fromkeys(receivers[name].chats) if chat not in reached)
        reached.update(chats)
        if chats:
            chosen.append(replace(receivers[name], chats=chats))
    return tuple(chosen)
