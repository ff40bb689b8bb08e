"""An incident: one trouble of many customers, whose it is, and when it is over.

Each of their cases stays its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from alerts.incidents.group import Group
from alerts.incidents.history import Happened

LOOK_EVERY: Final = timedelta(minutes=1)
STEPS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(days=1),
)
MOST_STEPS: Final = 24
"""Of the picture: as many as stand in one line on a phone."""

State = Literal["open", "owned", "over"]
TakeRefused = Literal["already_yours", "anothers", "over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How many cases came from a network, or from one page of it (`page`)."""

    network: str
    count: int
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """`usual` is complaints an hour, `since` when the first of it was said, `calm_at` since when there are no more
    than usual, once that is believed (`over_at`). `owner` is a Person.id.

    `total` cases, `waiting` of which nobody has, and `unanswered` nobody has answered; `counts` of them were said
    in each `step` from `since` on. `words` is what was said first, where the group is of those who say the same.
    `events` are its history.
    """

    id: int
    brand_title: str
    group: Group
    usual: float
    since: datetime
    opened_at: datetime
    owner: str | None = None
    calm_at: datetime | None = None
    over_at: datetime | None = None
    total: int = 0
    waiting: int = 0
    unanswered: int = 0
    step: timedelta = STEPS[0]
    counts: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()
    words: str = ""
    events: tuple[Happened, ...] = ()

    @property
    def state(self) -> State:
        return state_of(self.owner, self.over_at)


def state_of(owner: str | None, over_at: datetime | None) -> State:
    if over_at is not None:
        return "over"
    return "open" if owner is None else "owned"


def refusal_to_take(
    owner: str | None, over_at: datetime | None, person: str, *, is_lead: bool
) -> TakeRefused | None:
    """Why the person cannot have the incident; a lead takes it from whoever has it."""
    if over_at is not None:
        return "over"
    if owner == person:
        return "already_yours"
    return "anothers" if owner is not None and not is_lead else None


def step_of(since: datetime, until: datetime) -> timedelta:
    """The smallest step in which the time fits into a picture."""
    return next((step for step in STEPS if (until - since) < step * MOST_STEPS), STEPS[-1])


def next_look(now: datetime, calm: timedelta) -> datetime:
    """Often enough to see a short calm."""
    return now + min(LOOK_EVERY, calm / 5)
