"""Who is given a receiver's case: each in turn, or the one with the skill for it and the fewest open cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from alerts.routing.receivers import Receiver
from domain.person import Person

NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How it stands with people now, by Person.id: `loads` are their open cases, `turns` when each was last given
    one of the receiver's.
    """

    loads: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, datetime] = field(default_factory=dict)


def team(receiver: Receiver, people: Sequence[Person]) -> tuple[Person, ...]:
    """Those who are given the receiver's cases, in the config's order: its own people, else all operators."""
    if not receiver.people:
        return tuple(person for person in people if person.role == "operator")
    by_id = {person.id: person for person in people}
    return tuple(by_id[number] for number in receiver.people if number in by_id)


def most(person: Person, receiver: Receiver) -> int | None:
    """How many open cases he may have when he is given another: fewer than this."""
    limits = [limit for limit in (person.load, receiver.load) if limit is not None]
    return min(limits, default=None)


def choose(
    receiver: Receiver,
    people: Sequence[Person],
    work: Work,
    *,
    on_shift: Collection[str],
    about: Collection[str] = (),
    refused: Collection[str] = (),
) -> Person | None:
    """Whose the case becomes; None: nobody's, whoever can takes it.

    `about` are the case's topics and its brand, `refused` (ids) are those who gave it back.
    """
    if receiver.assign == "free":
        return None
    able = [
        person
        for person in team(receiver, people)
        if person.id in on_shift and person.id not in refused and _has_room(person, receiver, work)
    ]
    if receiver.assign == "load":
        able = _skilled(able, about)
        return min(able, key=lambda person: (work.loads.get(person.id, 0), _turn(person, work)), default=None)
    return min(able, key=lambda person: _turn(person, work), default=None)


def _has_room(person: Person, receiver: Receiver, work: Work) -> bool:
    limit = most(person, receiver)
    return limit is None or work.loads.get(person.id, 0) < limit


def _skilled(able: list[Person], about: Collection[str]) -> list[Person]:
    """Who knows of it; else who knows of nothing in particular; else anybody: a case waits for no expert."""
    for group in (
        [person for person in able if not set(about).isdisjoint(person.skills)],
        [person for person in able if not person.skills],
    ):
        if group:
            return group
    return able


def _turn(person: Person, work: Work) -> datetime:
    return work.turns.get(person.id, NEVER)
