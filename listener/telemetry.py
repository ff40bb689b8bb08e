"""What the daemon notices of itself: every event goes to the metrics and to the health notes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from alerts.delivery.worker import Outcome
from alerts.ports import Delivery, Due
from classifiers.pace import Pace
from listener.decided import Decided
from listener.metrics import Metrics
from listener.ports import Clock, SourceError
from listener.store.decisions import Recorded
from listener.web.health import Health


class Telemetry:
    """Takes note of events; the loops call it and read nothing from it."""

    def __init__(self, metrics: Metrics, health: Health, clock: Clock) -> None:
        self.metrics = metrics
        self.health = health
        self._clock = clock
        self._asked: Mapping[str, timedelta | None] = {}

    def sources(self, every: Mapping[str, timedelta | None], now: datetime) -> None:
        self._asked = dict(every)
        self.metrics.sources(every)
        self.health.sources(every, now)

    def source_ok(self, source: str, now: datetime, every: timedelta | None) -> None:
        """`every` is the cadence of this moment: slower than announced means that a quota is being spread."""
        asked = self._asked.get(source)
        slowed = every if asked is not None and every is not None and every > asked else None
        self.metrics.source_ok(source, now, held_back=slowed is not None)
        self.health.source_ok(source, now, slowed=slowed)

    def source_failed(self, source: str, error: SourceError, now: datetime, wait: float) -> None:
        self.metrics.source_failed(source, error)
        self.health.source_failed(source, error, now, wait)

    def heard(self, source: str, new: int, edited: int, known: int, *, own: int) -> None:
        self.metrics.heard(source, new, edited, known, own=own)

    def decided(self, decided: Sequence[Decided], recorded: Recorded) -> None:
        for decision in decided:
            for verdict in decision.verdicts:
                self.metrics.judged(verdict.match.brand, verdict.outcome, twice=verdict.verdict.read_twice)
        self.metrics.cases(new=recorded.cases_new, joined=recorded.cases_joined, reopened=recorded.cases_reopened)

    def paced(self, pace: Pace) -> None:
        """A batch was judged at this pace."""
        self.metrics.paced(pace.waiting, pace.share, pace.floors)

    def poison(self) -> None:
        self.metrics.poison()

    def delivered(self, due: Due, outcome: Outcome, seconds: float) -> None:
        self.metrics.delivered(due.chat.messenger, outcome, seconds)
        self.health.delivered(due.chat, outcome, self._clock.now())
        if outcome == "sent" and isinstance(due, Delivery) and due.shown == 0:
            self.metrics.card_shown(due.case.mentions[-1].published_at, self._clock.now())

    def pressed(self, messenger: str, action: str, *, applied: bool) -> None:
        self.metrics.pressed(messenger, action, applied=applied)

    def turned(self, loop: str, now: datetime) -> None:
        self.metrics.turned(loop, now)
        self.health.turned(loop, now)

    def held(self, cards: int, until: datetime | None) -> None:
        """So many cards wait for the morning, the first until then."""
        self.metrics.held(cards)
        self.health.held(cards, until)

    def config(self, refusal: str | None) -> None:
        """The first mistake of a config that was refused; None when the newest one is in use."""
        self.metrics.config(refused=refusal is not None)
        self.health.config(refusal)

    def lag(self, seconds: float) -> None:
        self.metrics.lag(seconds)
