"""A clock that tests turn by hand, and the values of one complaint."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alerts.candidate import Candidate
from alerts.cases.case import Case, Said

NOON = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
"""Wednesday noon in Moscow."""


@dataclass
class TurnedClock:
    """A clock that stands still until a test turns it."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def turn(self, **spans: float) -> datetime:
        self.time += timedelta(**spans)
        return self.time


def a_said(text: str = "Третий день не работает интернет", **fields: object) -> Said:
    """A complaint as the judge left it."""
    said = Said(
        mention="-1_2",
        kind="comment",
        url="https://vk.com/wall-1_1?reply=2",
        text=text,
        published_at=NOON,
        reach=None,
        complaint=0.87,
        intent="vent",
        topics=("связь",),
        urgency=0.2,
        because=(),
        named=(),
    )
    return replace(said, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for


def a_case(**fields: object) -> Case:
    """A new case of one complaint."""
    case = Case(
        id=12,
        revision=1,
        brand="vasilek",
        brand_title="Василёк Телеком",
        network="vk",
        thread="-1_1",
        author_id="7",
        author_name="Иван Петров",
        author_handle=None,
        followers=None,
        state="new",
        owner=None,
        opened_at=NOON,
        warn_at=None,
        due_at=None,
        breach_at=None,
        snoozed_until=None,
        said=(a_said(),),
    )
    return replace(case, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for


def a_candidate(**fields: object) -> Candidate:
    """An unhappy customer of one brand."""
    candidate = Candidate(
        brand="vasilek",
        brand_title="Василёк Телеком",
        network="vk",
        kind="comment",
        mention="-1_2",
        url="https://vk.com/wall-1_1?reply=2",
        author_id="7",
        author_name="Иван Петров",
        author_handle=None,
        followers=None,
        text="Третий день не работает интернет",
        published_at=NOON,
        thread="-1_1",
        reach=None,
        complaint=0.87,
        intent="vent",
        topics=("связь",),
        urgency=0.2,
        because=(),
        named=(),
    )
    return replace(candidate, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for
