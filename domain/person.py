"""The people who may press buttons: operators and leads, known by their messenger ids."""

import re
from dataclasses import dataclass
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


def users(person: Person) -> tuple[tuple[MessengerId, str], ...]:
    """The person's users in the messengers, as (messenger, user id as text)."""
    named = (("telegram", person.telegram), ("slack", person.slack))
    return tuple((messenger_id(messenger), str(user)) for messenger, user in named if user is not None)


def who_is(people: tuple[Person, ...], messenger: MessengerId, user: str) -> Person | None:
    """The person behind a messenger's user id (as text), or None for a stranger."""
    return next((person for person in people if (messenger, user) in users(person)), None)
