"""Receivers: named sets of chats, with the people, the hours and the promises that are theirs."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

from alerts.sla import Hours, Sla
from domain.person import MessengerId

Assign = Literal["free", "round_robin", "load"]
"""Who gets a receiver's case: whoever takes it, each in turn, or the one who has the least."""
RETURN_AFTER: Final = timedelta(minutes=30)
"""Early enough for somebody else to answer within the hour that customers give (docs/decisions/0115)."""


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
    """`owner` and `backup` answer for what comes here: ids of people. `hours` and `sla` are its own, None for
    those of all. `people` (ids, nobody for all operators) are given its cases as `assign` says, each no more than
    `load` open ones. Who takes a case and does nothing with it loses it after `return_after` of working time;
    None: never. `on_call` (id) is called to what is urgent while nobody works here.
    """

    name: str
    chats: tuple[Chat, ...]
    owner: str | None = None
    backup: str | None = None
    hours: Hours | None = None
    sla: Sla | None = None
    assign: Assign = "free"
    people: tuple[str, ...] = ()
    load: int | None = None
    return_after: timedelta | None = RETURN_AFTER
    on_call: str | None = None
