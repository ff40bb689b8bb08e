"""The week's clock: it stands still until the next thing that happens, and never goes back."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class TurnedClock:
    """`listener.ports.Clock`, turned by hand."""

    time: datetime
    ticks: float = 1_000.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.ticks

    def go_to(self, at: datetime) -> None:
        """Forward only: what is already past is now."""
        passed = max(timedelta(), at - self.time)
        self.time += passed
        self.ticks += passed.total_seconds()
