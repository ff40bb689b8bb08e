"""The people who may press buttons: operators and leads, known by their messenger ids."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NewType

Role = Literal["operator", "lead", "engineer"]
MessengerId = NewType("MessengerId", str)
"""The short name of a messenger in configs, rows and metrics; `messenger_id` makes one."""

MESSENGER_ID: Final = re.compile(r"[a-z][a-z0-9]{0,15}")


def messenger_id(text: str) -> MessengerId:
    """Raises ValueError for what cannot be a messenger's name; which there are, the registry knows."""
    if MESSENGER_ID.fullmatch(text) is None:
        raise ValueError(f"a messenger's name is short and of Latin letters, not {text[:40]!r}")
    return MessengerId(text)


CONSOLE: Final = messenger_id("console")
"""The program's own window: it needs no token, and is always there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days off, the first and the last included; None where there is no such end. `substitute` is a Person.id."""

    since: date | None = None
    until: date | None = None
    substitute: str | None = None

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`id` is who this is for ever, whatever the name; `former_ids` are what the store knew the person by before.

    `users` is who this is in each messenger, by the messenger's own id of a user, as text; in those that are
    `programs` nobody can be told anything in private. `gender` is grammatical, for «взял» or «взяла». `skills` are
    topics and brands (ids) that are his first, `load` how many open cases he is given at most.
    """

    id: str
    name: str
    role: Role
    users: Mapping[MessengerId, str] = field(default_factory=dict)
    signature: str | None = None
    gender: Literal["f", "m"] | None = None
    former_ids: tuple[str, ...] = ()
    absence: Absence | None = None
    skills: tuple[str, ...] = ()
    load: int | None = None
    programs: frozenset[MessengerId] = frozenset()

    @property
    def private(self) -> Mapping[MessengerId, str]:
        """Where the person can be told something alone."""
        return {messenger: user for messenger, user in self.users.items() if messenger not in self.programs}

    def is_absent(self, day: date) -> bool:
        return self.absence is not None and self.absence.covers(day)


def who_is(people: tuple[Person, ...], messenger: MessengerId, user: str) -> Person | None:
    """The person behind a messenger's user id (as text), or None for a stranger."""
    return next((person for person in people if person.users.get(messenger) == user), None)
