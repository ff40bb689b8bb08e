"""The people who may press buttons: operators and leads, known by their messenger ids."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["operator", "lead", "engineer"]
Messenger = Literal["telegram", "slack", "console", "web"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`id` is who this is for ever, whatever the name; None only where nobody gave one.

    `gender` is grammatical, for «взял» or «взяла»; `telegram` is a user id, `slack` a member id (U…).
    """

    name: str
    role: Role
    telegram: int | None = None
    slack: str | None = None
    signature: str | None = None
    gender: Literal["f", "m"] | None = None
    id: str | None = None


def who_is(people: tuple[Person, ...], messenger: Messenger, user: str) -> Person | None:
    """The person behind a messenger's user id (as text), or None for a stranger."""
    for person in people:
        known = {"telegram": person.telegram, "slack": person.slack}.get(messenger)
        if known is not None and str(known) == user:
            return person
    return None
