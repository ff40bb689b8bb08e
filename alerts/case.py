"""A case (обращение): one customer's trouble with one brand in one place; several mentions join it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.span import Span

State = Literal["new", "claimed", "snoozed", "not_complaint", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One mention of the case, with what the judge saw in it (see Candidate)."""

    mention: str
    kind: str
    url: str
    text: str
    published_at: datetime
    reach: int | None
    complaint: float
    intent: str
    topics: tuple[str, ...]
    urgency: float
    because: tuple[Span, ...]
    named: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an operator did, as the card's log shows it."""

    who: str
    what: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The author's past with this brand: an earlier case, in short."""

    case: int
    state: State
    opened_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a card shows. `revision` grows with every change; `said` and `done` are oldest first.

    `warn_at`, `due_at` and `breach_at` are the answer's deadlines, None when no SLA is configured.
    """

    id: int
    revision: int
    brand: str
    brand_title: str
    network: str
    thread: str
    author_id: str
    author_name: str
    author_handle: str | None
    followers: int | None
    state: State
    owner: str | None
    opened_at: datetime
    warn_at: datetime | None
    due_at: datetime | None
    breach_at: datetime | None
    snoozed_until: datetime | None
    said: tuple[Said, ...]
    done: tuple[Deed, ...] = ()
    earlier: tuple[Earlier, ...] = ()
