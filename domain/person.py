"""The people who may press buttons: operators and leads, known by their messenger ids."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["operator", "lead", "engineer"]
Messenger = Literal["telegram", "slack", "console", "web"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`id` is who this is for ever, whatever the name; `former_ids` are what the store knew the person by before.

    `gender` is grammatical, for «взял» or «взяла»; `telegram` is a user id, `slack` a member id (U…).
    """

    id: str
    name: str
    role: Role
    telegram: int | None = None
    slack: str | None = None
    signature: str | None = None
    gender: Literal["f", "m"] | None = None
    former_ids: tuple[str, ...] = ()


def users(person: Person) -> tuple[tuple[Messenger, str], ...]:
    """The person's users in the messengers, as (messenger, user id as text)."""
    named: tuple[tuple[Messenger, object], ...] = (("telegram", person.telegram), ("slack", person.slack))
    return tuple((messenger, str(user)) for messenger, user in named if user is not None)


def who_is(people: tuple[Person, ...], messenger: Messenger, user: str) -> Person | None:
    """The person behind a messenger's user id (as text), or None for a stranger."""
    return next((person for person in people if (messenger, user) in users(person)), None)
