"""Receivers: named sets of chats, with the people, the hours and the promises that are theirs."""

from dataclasses import dataclass
from typing import Literal

from alerts.sla import Hours, Sla
from domain.person import MessengerId

Assign = Literal["free", "round_robin", "load"]
"""Who gets a receiver's case: whoever takes it, each in turn, or the one who has the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One place in a messenger: Telegram `chat` (a number as text, negative for groups) and `topic`,
    Slack `chat` (a channel name with # or its id), console `chat` (any name).
    """

    messenger: MessengerId
    chat: str
    topic: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """`owner` and `backup` answer for what comes here: ids of people. `hours` and `sla` are its own, None for
    those of all. `people` (ids, nobody for all operators) are given its cases as `assign` says, each no more than
    `load` open ones.
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
