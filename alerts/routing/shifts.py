"""Who works now, and what they know."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.routing.assigning import team
from alerts.routing.receivers import Receiver
from alerts.routing.routes import Routing
from alerts.sla import working
from domain.person import Person


def is_open(receiver: Receiver | None, routing: Routing, now: datetime) -> bool:
    """Whether the receiver's hours last, or those of all; without any they always do."""
    hours = routing.hours_of(receiver)
    return hours is None or working(hours, now)


def is_off(person: Person, routing: Routing, now: datetime) -> bool:
    """Whether he is away that day, or out of hours of his own."""
    own = routing.shifts.get(person.id)
    if own is not None and not working(own, now):
        return True
    return person.is_absent(now.astimezone(ZoneInfo(routing.timezone)).date())


def skills_at_work(routing: Routing, now: datetime) -> frozenset[str]:
    """What those know who work now for one receiver at least of whose people they are."""
    return frozenset(_skills(routing, now))


def _skills(routing: Routing, now: datetime) -> Iterator[str]:
    for receiver in routing.receivers:
        if is_open(receiver, routing, now):
            for person in team(receiver, routing.people):
                if person.skills and not is_off(person, routing, now):
                    yield from person.skills
