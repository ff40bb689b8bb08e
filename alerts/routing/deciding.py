"""Which receivers must know of a candidate, and the path through the tree that leads to them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from alerts.candidate import Candidate
from alerts.path import Condition, Path, Step
from alerts.routing.receivers import Chat, Receiver
from alerts.routing.routes import AuthorList, Days, Route, Routing, Span, When
from alerts.routing.shifts import skills_at_work
from alerts.sla import is_free

NOTHING: Final[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who is told, and the way that led there. The first receiver answers for the case."""

    receivers: tuple[Receiver, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Everything that a condition may look at."""

    candidate: Candidate
    routing: Routing
    now: datetime

    @property
    def local(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.routing.timezone))


def decide(candidate: Candidate, routing: Routing, now: datetime) -> Decision:
    """Pick the receivers of a candidate, in the route's order; each chat stands once, with its first receiver.

    A route that holds is final: where none of those below it does, it is the end.
    """
    asked = _Asked(candidate=candidate, routing=routing, now=now)
    to, routes, steps = routing.default, routing.routes, list[Step]()
    while (entered := _first(routes, asked)) is not None:
        number, route = entered
        place = (*(steps[-1].place if steps else ()), number)
        steps.append(Step(place=place, held=tuple(_parts(route.when, asked))))
        to, routes = route.to or to, route.routes
    receivers = _receivers(routing, to)
    path = Path(
        receivers=tuple(receiver.name for receiver in receivers), steps=tuple(steps), others=bool(routing.routes)
    )
    return Decision(receivers=receivers, path=path)


def holds(when: When, candidate: Candidate, routing: Routing, now: datetime) -> bool:
    """Whether every given part of the condition holds for the candidate."""
    return all(part.holds for part in _parts(when, _Asked(candidate=candidate, routing=routing, now=now)))


def passed_over(candidate: Candidate, routing: Routing, now: datetime) -> tuple[Step, ...]:
    """The routes that were looked at and not entered, each with the parts that did not hold."""
    asked = _Asked(candidate=candidate, routing=routing, now=now)
    place, routes, passed = tuple[int, ...](), routing.routes, list[Step]()
    while routes:
        entered = _first(routes, asked)
        before = routes if entered is None else routes[: entered[0] - 1]
        for number, route in enumerate(before, start=1):
            lacks = tuple(part for part in _parts(route.when, asked) if not part.holds)
            passed.append(Step(place=(*place, number), held=lacks))
        place, routes = (place, ()) if entered is None else ((*place, entered[0]), entered[1].routes)
    return tuple(passed)


def within(spans: tuple[Span, ...], clock: time) -> tuple[Span, ...]:
    """Those of the spans that the clock is in; 24:00 is `time.max`, and the day's last moment belongs to it."""
    return tuple((start, end) for start, end in spans if _is_within(start, end, clock))


def _is_within(start: time, end: time, clock: time) -> bool:
    if start < end:
        return start <= clock < end or (end == time.max and clock == end)
    return clock >= start or clock < end


def _first(routes: tuple[Route, ...], asked: _Asked) -> tuple[int, Route] | None:
    return next(
        (
            (number, route)
            for number, route in enumerate(routes, start=1)
            if all(part.holds for part in _parts(route.when, asked))
        ),
        None,
    )


def _parts(when: When, asked: _Asked) -> Iterator[Condition]:
    """Each given part, cheap ones first, with what the candidate has of it."""
    candidate = asked.candidate
    yield from _floors(when, candidate)
    lists = (
        ("brands", when.brands, (candidate.brand,)),
        ("networks", when.networks, (candidate.network,)),
        ("topics", when.topics, candidate.topics),
        ("intents", when.intents, (candidate.intent,)),
        ("languages", when.languages, (candidate.language,)),
        ("words", when.words, candidate.spoken),
    )
    for key, wanted, has in lists:
        if wanted:
            yield Condition(key=key, found=tuple(name for name in has if name in wanted))
    if when.authors:
        yield Condition(key="authors", found=_lists_of(candidate, when.authors))
    if when.hours:
        yield Condition(key="hours", found=tuple(map(span_text, within(when.hours, asked.local.time()))))
    if when.days:
        yield Condition(key="days", found=_days_of(when.days, asked))
    if when.skills:
        there = skills_at_work(asked.routing, asked.now)
        yield Condition(key="skills", found=tuple(skill for skill in when.skills if skill in there))


def _floors(when: When, candidate: Candidate) -> Iterator[Condition]:
    floors: tuple[tuple[str, float | None, float], ...] = (
        ("urgency_at", when.urgency_at, candidate.urgency),
        ("complaint_at", when.complaint_at, candidate.complaint),
        ("reach_at", when.reach_at, candidate.reach or 0),
    )
    for key, floor, value in floors:
        if floor is not None:
            yield Condition(key=key, value=value, floor=floor)


def _lists_of(candidate: Candidate, lists: tuple[AuthorList, ...]) -> tuple[str, ...]:
    names = {f"{candidate.network}:{candidate.author_id}".casefold()}
    if candidate.author_handle:
        names.add(f"{candidate.network}:{candidate.author_handle}".casefold())
    return tuple(authors.name for authors in lists if names & authors.members)


def _days_of(days: tuple[Days, ...], asked: _Asked) -> tuple[str, ...]:
    hours = asked.routing.hours
    today: Days = "weekend" if is_free(asked.local.date(), hours.holidays if hours else None) else "weekdays"
    return (today,) if today in days else NOTHING


def span_text(span: Span) -> str:
    """As the config writes it: «22:00-09:00»."""
    start, end = span
    return f"{start:%H:%M}-{'24:00' if end == time.max else f'{end:%H:%M}'}"


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
