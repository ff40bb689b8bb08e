"""What happened to an incident: one dataclass a kind, with its payload; words are made when its card is drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

GROWN: Final = 2
"""How many times as many as were last written down are news: an incident of thousands has a dozen such lines."""

ActorKind = Literal["person", "clock", "program"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """So many had complained when it was noticed; None: it began before that was written down."""

    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grew:
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Whose the incident is from now on is who did it. Not `is_dated`: it was before that was written down."""

    is_dated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """Somebody wrote, or chose a template for, what everybody in it may be answered; each answer is confirmed by
    itself.
    """

    text: str
    is_template: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`calm_at` is since when no more come than is usual; `waiting` of `total` nobody had then."""

    calm_at: datetime
    total: int | None = None
    waiting: int | None = None


Fact = Began | Grew | Taken | Drafted | Ended
KINDS: Final[Mapping[str, type[Fact]]] = {
    "began": Began,
    "drafted": Drafted,
    "ended": Ended,
    "grew": Grew,
    "taken": Taken,
}
"""By the name under which it is stored and exported."""
_NAMES: Final = {shape: name for name, shape in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """The event of this number, from 1. A person has an id (Person.id) and the name of that time."""

    number: int
    fact: Fact
    at: datetime
    actor: ActorKind = "program"
    person: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the history comes to: whose it is, since when it is calm and when that was believed."""

    owner: str | None = None
    calm_at: datetime | None = None
    over_at: datetime | None = None


def kind_of(fact: Fact) -> str:
    return _NAMES[type(fact)]


def standing(events: Iterable[Happened]) -> Standing:
    """The fold of the events; the row of an incident is held equal to it by the tests."""
    owner: str | None = None
    calm_at: datetime | None = None
    over_at: datetime | None = None
    for event in events:
        match event.fact:
            case Taken():
                owner = event.person
            case Ended(calm_at=since):
                calm_at, over_at = since, event.at
            case _:
                pass
    return Standing(owner=owner, calm_at=calm_at, over_at=over_at)


def has_grown(known: int, total: int) -> bool:
    """Whether `total` is worth a line of its own where `known` were written down last."""
    return total >= known * GROWN and total > known


def latest_draft(events: Iterable[Happened]) -> Happened | None:
    """Who wrote last what all may be answered, and when."""
    return max((event for event in events if isinstance(event.fact, Drafted)), key=_number, default=None)


def _number(event: Happened) -> int:
    return event.number
