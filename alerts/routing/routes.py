"""Routes: the tree of conditions from which a candidate falls to its receivers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal

from alerts.routing.receivers import RETURN_AFTER, Receiver
from alerts.sla import MOSCOW, Hours, Sla
from domain.person import Person

Days = Literal["weekdays", "weekend"]
"""A public holiday is of the weekend where the hours say so."""
Span = tuple[time, time]
"""A part of the day; one that ends no later than it begins goes over midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorList:
    """Authors by a name: `members` are «network:id» or «network:handle» in small letters."""

    name: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A route's condition; every given part must hold, an empty one always does. `*_at` are probabilities.

    `hours` and `days` are those of the moment at which is decided, in the operators' time zone; `skills` are of
    those who work then. `words` are as the config writes them.
    """

    brands: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    authors: tuple[AuthorList, ...] = ()
    words: tuple[str, ...] = ()
    hours: tuple[Span, ...] = ()
    days: tuple[Days, ...] = ()
    skills: tuple[str, ...] = ()
    urgency_at: float | None = None
    complaint_at: float | None = None
    reach_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`to` are receivers by name, nobody for those of the route above. The first of the `routes` below that holds
    goes on from here.
    """

    when: When
    to: tuple[str, ...] = ()
    routes: tuple["Route", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The config's routes.yaml as values: the first route whose condition holds wins, else `default`.

    `sla`, `hours` and `return_after` are those of receivers without their own. `shifts` are the hours
    of people who have their own, by Person.id; `people` are all whose days off are known.
    """

    receivers: tuple[Receiver, ...]
    default: tuple[str, ...]
    routes: tuple[Route, ...] = ()
    sla: Sla | None = None
    hours: Hours | None = None
    return_after: timedelta | None = RETURN_AFTER
    shifts: Mapping[str, Hours] = field(default_factory=dict)
    people: tuple[Person, ...] = ()

    @property
    def whens(self) -> tuple[When, ...]:
        """The conditions of all routes, from above to below."""
        return tuple(_whens(self.routes))

    @property
    def words(self) -> tuple[str, ...]:
        """Those that the conditions look for in texts, each once."""
        return tuple(dict.fromkeys(word for when in self.whens for word in when.words))

    @property
    def timezone(self) -> str:
        """Where the operators' clocks stand."""
        return self.hours.timezone if self.hours else MOSCOW

    def receiver(self, name: str | None) -> Receiver | None:
        return next((receiver for receiver in self.receivers if receiver.name == name), None)

    def hours_of(self, receiver: Receiver | None) -> Hours | None:
        return receiver.hours if receiver is not None and receiver.hours is not None else self.hours

    def hours_at_work(self, person: Person, receiver: Receiver | None) -> Hours | None:
        """When the person works for the receiver: in his own hours where he has any."""
        return self.shifts.get(person.id) or self.hours_of(receiver)

    def return_after_of(self, receiver: Receiver | None) -> timedelta | None:
        return self.return_after if receiver is None else receiver.return_after

    def sla_of(self, receiver: Receiver | None) -> Sla | None:
        return receiver.sla if receiver is not None and receiver.sla is not None else self.sla


def _whens(routes: tuple[Route, ...]) -> Iterator[When]:
    for route in routes:
        yield route.when
        yield from _whens(route.routes)
