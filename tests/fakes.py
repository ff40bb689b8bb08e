"""A clock that tests turn by hand, and an unhappy customer as the judge found him."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alerts.candidate import Candidate

NOON = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
"""Wednesday noon in Moscow."""


@dataclass
class TurnedClock:
    """A clock that stands still until a test turns it; what it was set by nobody has waited."""

    time: datetime = NOON
    ticks: float = 1_000.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.ticks

    def turn(self, **spans: float) -> datetime:
        passed = timedelta(**spans)
        self.ticks += passed.total_seconds()
        self.time += passed
        return self.time

    def set_by(self, **spans: float) -> datetime:
        self.time += timedelta(**spans)
        return self.time


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
        evidence_spans=(),
        brand_spans=(),
    )
    return replace(candidate, **fields)  # type: ignore[arg-type]  # a test names the fields it cares for
