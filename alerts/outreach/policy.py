"""The policy of answering: what config/policy.yaml lays down, with the defaults of a file that is not there."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Final, Literal

from domain.brand import Messages

Agrees = Literal["lead", "colleague"]
"""Who the second is that must agree."""

STOP_TOPICS: Final = ("утрата", "болезнь", "дети", "политика", "чужой спор")
"""What is only written about with a lead's word, unless the policy says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """How often the brand goes up to somebody who did not ask it: `per_author` times in `days`."""

    per_author: int = 1
    days: int = 30
    never_topics: tuple[str, ...] = STOP_TOPICS
    do_not_contact: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """What needs a second's word: answers on these topics, of these brands, in cases of these receivers."""

    topics: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    by: Agrees = "lead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """When nobody is written to. `timezone` stands in for the customer's where his profile names no city."""

    starts: time = time(22)
    ends: time = time(9)
    timezone: str = "Europe/Moscow"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineersAlarm:
    """When they are asked too often: of more than `over` per cent of a brand's cases of the last `days` days.

    Fewer than `least` cases say nothing: one of three is no habit.
    """

    over: int = 10
    days: int = 7
    least: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Engineers:
    """Whom «Инженерам» asks, until when they answer, and when that is too often."""

    receiver: str = "engineers"
    answer_within: timedelta = timedelta(minutes=30)
    alarm: EngineersAlarm = field(default_factory=EngineersAlarm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surges:
    """When complaints are an incident: how soon one is believed, from how many on, and how long it must be calm
    before it is over.
    """

    notice: Literal["early", "usual", "late"] = "usual"
    least: int = 5
    calm: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`invited_days`: for so long an invitation joins who writes from that account. `removal`: it may be asked.

    `preview`: in a talk every word is shown before it goes out, or the first alone. `surges` is None where nobody
    wants to know of them.
    """

    approach: Approach = field(default_factory=Approach)
    messages: Messages = "invited"
    invited_days: int = 14
    approve: Approve = field(default_factory=Approve)
    night: Night | None = field(default_factory=Night)
    engineers: Engineers = field(default_factory=Engineers)
    removal: bool = False
    preview: Literal["first", "always"] = "first"
    surges: Surges | None = field(default_factory=Surges)


DEFAULT: Final = Policy()
