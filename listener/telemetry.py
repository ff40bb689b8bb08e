"""What the daemon notices of itself: every event goes to the metrics and to the health notes.

Health goes by the time that passes, metrics and people by the wall clock.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from alerts.delivery.worker import Outcome
from alerts.ports import ChatState, Delivery, Due, NotifyError
from alerts.routing import Chat
from classifiers.pace import Pace
from listener.clock import Elapsed
from listener.decided import Decided
from listener.metrics import Metrics
from listener.ports import Clock, SourceError
from listener.store.decisions import Recorded
from listener.store.errors import StoreError
from listener.store.outbound import Waiting
from listener.web.health import Health, Verdict

AnswerEnd = Literal["sent", "refused", "later", "unknown", "held_back"]
"""What became of one try to answer a customer."""


class Telemetry:
    """Takes note of events; the loops call it and read nothing from it."""

    def __init__(self, metrics: Metrics, health: Health, clock: Clock) -> None:
        self.metrics: Final = metrics
        self.health: Final = health
        self._clock = clock
        self._elapsed = Elapsed(clock)
        self._asked: Mapping[str, timedelta | None] = {}

    @property
    def ready(self) -> bool:
        """Something runs."""
        return self.health.ready

    def verdict(self) -> Verdict:
        """How it is now."""
        at = self._elapsed.now()
        return self.health.verdict(at, set_by=self._clock.now() - at)

    def sources(self, every: Mapping[str, timedelta | None]) -> None:
        self._asked = dict(every)
        self.metrics.sources(every)
        self.health.sources(every, self._elapsed.now())

    def source_ok(self, source: str, every: timedelta | None) -> None:
        """`every` is the cadence of this moment: slower than announced means that a quota is being spread."""
        asked = self._asked.get(source)
        slowed = every if asked is not None and every is not None and every > asked else None
        self.metrics.source_ok(source, self._clock.now(), held_back=slowed is not None)
        self.health.source_ok(source, self._elapsed.now(), slowed=slowed)

    def source_failed(self, source: str, error: SourceError, wait: float) -> None:
        self.metrics.source_failed(source, error)
        self.health.source_failed(source, error, self._elapsed.now(), wait)

    def heard(self, source: str, new: int, edited: int, known: int, *, own: int) -> None:
        self.metrics.heard(source, new, edited, known, own=own)

    def decided(self, decided: Sequence[Decided], recorded: Recorded) -> None:
        counts = Counter(
            (verdict.match.brand, verdict.outcome, verdict.verdict.read_twice)
            for decision in decided
            for verdict in decision.verdicts
        )
        for (brand, outcome, twice), count in counts.items():
            self.metrics.judged(brand, outcome, twice=twice, count=count)
        self.metrics.cases(new=recorded.cases_new, joined=recorded.cases_joined, reopened=recorded.cases_reopened)

    def paced(self, pace: Pace) -> None:
        """A batch was judged at this pace."""
        self.metrics.paced(pace.waiting, pace.share, pace.floors)

    def judge_died(self) -> None:
        """The process in which texts are read died over a batch."""
        self.metrics.judge_died()

    def poison(self) -> None:
        self.metrics.poison()

    def clock_broke(self, cases: int) -> None:
        """So many cases could not be worked when their time came."""
        self.metrics.clock_broke(cases)

    def out_of_time(self, cases: Sequence[int]) -> None:
        """The cases that the clock leaves alone for now, because they broke its work."""
        self.health.out_of_time(cases)

    def delivered(self, due: Due, outcome: Outcome, seconds: float) -> None:
        self.metrics.delivered(due.chat.messenger, outcome, seconds)
        self.health.delivered(due.chat, outcome, self._elapsed.now())
        # A flood is one long step: each card that is tried shows that the loop goes on.
        self.turned(f"tell {due.chat.messenger}")
        if outcome == "sent" and isinstance(due, Delivery) and due.shown == 0:
            self.metrics.card_shown(due.case.mentions[-1].published_at, self._clock.now())

    def chat(self, chat: Chat, state: ChatState | None) -> None:
        """The chat takes nothing, or asked for rest, or is fine again (None)."""
        self.metrics.chat(chat, state)
        self.health.chat(chat, state)

    def hears_presses(self, messenger: str, deaf: NotifyError | None) -> None:
        """Presses come from the messenger, or cannot, and why."""
        self.health.hears_presses(messenger, deaf, self._elapsed.now())

    def pressed(self, messenger: str, action: str, *, applied: bool) -> None:
        self.metrics.pressed(messenger, action, applied=applied)

    def wrote(self, heard: int, told: int) -> None:
        """So many new private messages; so much of them, or of changes to them, was told to cases."""
        self.metrics.wrote(heard, told)

    def answered(self, network: str, end: AnswerEnd) -> None:
        self.metrics.answered(network, end)
        # An answer may take as long as its network: each that ends shows that the loop goes on.
        self.turned(f"answer {network}")

    def unsaid(self, waiting: Waiting) -> None:
        """What people let out and customers have not got."""
        longest = timedelta(0) if waiting.since is None else self._clock.now() - waiting.since
        self.metrics.unsaid(waiting.confirmed, waiting.unknown, waiting.approval)
        self.health.unsaid(waiting.confirmed, longest, waiting.unknown)

    def escalations(self, of_brands: Mapping[str, tuple[int, int]]) -> None:
        """By brand: its recent cases, and of how many of them engineers were asked."""
        self.metrics.escalations(of_brands)

    def turned(self, loop: str) -> None:
        """The loop has done a step, or has found nothing to do."""
        self.metrics.turned(loop, self._clock.now())
        self.health.turned(loop, self._elapsed.now())

    def store_failed(self, who: str, error: StoreError) -> None:
        """The store did not serve one of those who ask it; `store_served` is said by the same one."""
        self.metrics.store(failing=True)
        self.health.store_failed(who, str(error), self._elapsed.now())

    def store_served(self, who: str) -> None:
        self.health.store_served(who)
        self.metrics.store(failing=self.health.store_fails)

    def loop_died(self, loop: str, fault: BaseException) -> None:
        self.metrics.loop_died(loop)
        self.health.loop_died(loop, fault, self._elapsed.now())

    def changed(self, messenger: str) -> None:
        """The messenger has other tokens or is off: what was known of it does not count any more."""
        self.health.forget(messenger)

    def held(self, cards: int, until: datetime | None) -> None:
        """So many cards wait for the morning, the first until then."""
        self.metrics.held(cards)
        self.health.held(cards, until)

    def late(self, cards: int, since: datetime | None) -> None:
        """So many cards that no chat has shown wait longer than was promised, the first since then."""
        longest = timedelta(0) if since is None else self._clock.now() - since
        self.metrics.late(cards)
        self.health.late(cards, longest)

    def road(self, platform: str, in_use: str | None, failing: Mapping[str, str]) -> None:
        """By which proxy the platform is reached, None for none, and why others fail."""
        self.metrics.road(platform, len(failing))
        self.health.road(platform, in_use, failing)

    def config(self, refusal: str | None) -> None:
        """The first mistake of a config that was refused; None when the newest one is in use."""
        self.metrics.config(refused=refusal is not None)
        self.health.config(refusal)

    def settings(self, refusal: str | None) -> None:
        """Why changed settings were refused; None when the newest are in use."""
        self.health.settings(refusal)

    def lag(self, seconds: float) -> None:
        self.metrics.lag(seconds)
