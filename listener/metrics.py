"""What the daemon counts, for Prometheus. One object handed round; nothing global."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Final, get_args

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
)

from alerts.cards.buttons import BUTTONS
from alerts.ports import ChatState, ChatTrouble
from alerts.routing import Chat
from listener.ports import SourceError

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
NAMES: Final = frozenset({"source", "brand", "chat"})
"""Labels that say what is listened for, and where it is told."""
STATES: Final = ("failing", "held_back", "paused")
ACTIONS: Final = frozenset(kind.action for kind in BUTTONS)
SECONDS_TO_CARD: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600)
SECONDS_TO_SEND: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Every counter of one daemon under its own registry, so that tests and embedded daemons do not share them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._known: set[str] = set()
        self._of_mentions(self.registry)
        self._of_cards(self.registry)
        self._of_life(self.registry)
        # Looked up for each card; none of their rows is ever taken away.
        self._delivered = cache(self._deliveries.labels)
        self._sent = cache(self._sending.labels)
        self._loop = cache(self._turned.labels)

    def _of_mentions(self, registry: CollectorRegistry) -> None:
        # heard
        self._mentions = _counter(
            registry, "mentions", "Mentions that sources brought, by what was done", "source what"
        )
        self._errors = _counter(registry, "source_errors", "Fetches that failed", "source kind")
        self._held = _gauge(
            registry, "source_held_back", "1 while the source waits for the reason", "source reason"
        )
        self._success = _gauge(
            registry, "source_last_success_seconds", "Unix time of the last good fetch", "source"
        )
        # judged
        self._judged = _counter(
            registry, "judged", "Verdicts on mentions, by the decision's outcome", "brand outcome"
        )
        self._read = _counter(
            registry, "read", "Verdicts, by whether one tier or both have read the text", "tiers"
        )
        self._waiting = _gauge(registry, "judge_waiting", "Mentions that wait behind the batch in hand", "")
        self._share = _gauge(registry, "read_twice_share", "The part of the last batch that both tiers read", "")
        self._floor = _gauge(
            registry,
            "read_twice_from",
            "Log-odds from which a brand's texts were read by both; -Inf: all",
            "brand",
        )
        self._cases = _counter(registry, "cases", "Cases by what happened to them", "what")
        self._poison = _counter(registry, "poison", "Mentions that break the judge and were set aside", "")

        self._judge_died = _counter(registry, "judge_deaths", "Deaths of the process in which texts are read", "")

    def _of_cards(self, registry: CollectorRegistry) -> None:
        # timed
        self._clock_broke = _counter(registry, "timers_broken", "Cases that the clock could not work", "")
        # told
        self._deliveries = _counter(registry, "deliveries", "Tries to show a card", "messenger outcome")
        self._sending = _histogram(
            registry, "delivery_seconds", "How long a try took", SECONDS_TO_SEND, "messenger"
        )
        self._card = _histogram(
            registry, "post_to_card_seconds", "From publication to the first card shown", SECONDS_TO_CARD, ""
        )
        self._held_cards = _gauge(registry, "cards_held", "Cards that wait until somebody works", "")
        self._late_cards = _gauge(
            registry, "cards_late", "Cards that no chat has shown for longer than was promised", ""
        )
        self._ill_chats = _gauge(
            registry, "chat_ill", "1 while a chat rests or takes nothing", "messenger chat state"
        )
        # obeyed
        self._presses = _counter(registry, "presses", "Buttons pressed", "messenger action applied")
        # talked
        self._messages = _counter(registry, "messages", "Private messages heard, and what cases learned", "what")
        self._of_engineers = _gauge(
            registry,
            "engineers_cases",
            "A brand's recent cases, and those that engineers were asked of",
            "brand what",
        )
        self._asked_share = _gauge(
            registry, "engineers_share", "The part of a brand's recent cases that engineers were asked of", "brand"
        )
        # answered
        self._answers = _counter(registry, "answers", "Tries to answer a customer", "network end")
        self._unsaid = _gauge(
            registry, "answers_unsaid", "Answers that wait to be sent, for a second's word, or for a look", "state"
        )

    def _of_life(self, registry: CollectorRegistry) -> None:
        self._config = _gauge(registry, "config_refused", "1 while a changed config is refused", "")
        self._problems = _gauge(registry, "problems", "What is wrong now, as /healthz names it", "")
        self._deaths = _counter(registry, "loop_deaths", "Loops that died and were begun again", "loop")
        self._store = _gauge(registry, "store_failing", "1 while the store does not serve somebody", "")
        self._proxies = _gauge(registry, "proxies_failing", "Proxies that fail, by platform", "platform")
        self._turned = _gauge(registry, "loop_last_turn_seconds", "Unix time of the loop's last turn", "loop")
        self._lag = _gauge(registry, "event_loop_lag_seconds", "How late the event loop woke up last", "")

    def exposition(self, *, names: bool = True) -> bytes:
        """Everything in Prometheus' text format; without `names`, nothing that says what is listened for."""
        return generate_latest(self.registry if names else _Nameless(self.registry))

    def sources(self, names: Iterable[str]) -> None:
        """These sources exist now; what was noted of others is taken away, for they would look stuck for ever."""
        wanted = set(names)
        for gone in self._known - wanted:
            for gauge in (self._held, self._success):
                gauge.remove_by_labels({"source": gone})
        self._known = wanted
        for name in wanted:
            self._state(name, None)

    def heard(self, source: str, new: int, edited: int, known: int, *, own: int) -> None:
        for what, count in (("new", new), ("edited", edited), ("known", known), ("own", own)):
            self._mentions.labels(source, what).inc(count)

    def source_ok(self, source: str, now: datetime, *, held_back: bool = False) -> None:
        """`held_back`: it answers, yet is asked more seldom than the staff want, for its quota is short."""
        self._success.labels(source).set(now.timestamp())
        self._state(source, "held_back" if held_back else None)

    def source_failed(self, source: str, error: SourceError) -> None:
        state = state_of(error)
        self._errors.labels(source, state).inc()
        self._state(source, state)

    def judged(self, brand: str, outcome: str, *, twice: bool, count: int = 1) -> None:
        self._judged.labels(brand, outcome).inc(count)
        self._read.labels("both" if twice else "one").inc(count)

    def paced(self, waiting: int, share: float, floors: Mapping[str, float]) -> None:
        self._waiting.set(waiting)
        self._share.set(share)
        for brand, floor in floors.items():
            self._floor.labels(brand).set(floor)

    def cases(self, *, new: int, joined: int, reopened: int) -> None:
        for what, count in (("new", new), ("joined", joined), ("reopened", reopened)):
            self._cases.labels(what).inc(count)

    def judge_died(self) -> None:
        self._judge_died.inc()

    def poison(self) -> None:
        self._poison.inc()

    def clock_broke(self, cases: int) -> None:
        self._clock_broke.inc(cases)

    def delivered(self, messenger: str, outcome: str, seconds: float) -> None:
        self._delivered(messenger, outcome).inc()
        self._sent(messenger).observe(seconds)

    def card_shown(self, published_at: datetime, now: datetime) -> None:
        """A case's first card is in a chat; `published_at` is the mention's."""
        self._card.observe(max(0.0, (now - published_at).total_seconds()))

    def chat(self, chat: Chat, state: ChatState | None) -> None:
        """What a chat is not fine for; one that is fine has no row."""
        place = f"{chat.chat}:{chat.topic}" if chat.topic else chat.chat
        for name in get_args(ChatTrouble):
            if state is None:
                self._ill_chats.remove_by_labels({"messenger": chat.messenger, "chat": place, "state": name})
            else:
                self._ill_chats.labels(chat.messenger, place, name).set(1 if state.state == name else 0)

    def pressed(self, messenger: str, action: str, *, applied: bool) -> None:
        # The action comes from outside: an invented one must not make a time series of its own.
        self._presses.labels(messenger, action if action in ACTIONS else "unknown", str(applied).lower()).inc()

    def wrote(self, heard: int, told: int) -> None:
        self._messages.labels("heard").inc(heard)
        self._messages.labels("told").inc(told)

    def escalations(self, of_brands: Mapping[str, tuple[int, int]]) -> None:
        """What was noted of brands without recent cases is taken away."""
        self._of_engineers.clear()
        self._asked_share.clear()
        for brand, (cases, asked) in of_brands.items():
            self._of_engineers.labels(brand, "all").set(cases)
            self._of_engineers.labels(brand, "asked").set(asked)
            self._asked_share.labels(brand).set(asked / cases if cases else 0.0)

    def answered(self, network: str, end: str) -> None:
        self._answers.labels(network, end).inc()

    def unsaid(self, confirmed: int, unknown: int, approval: int) -> None:
        for state, count in (("confirmed", confirmed), ("unknown", unknown), ("approval", approval)):
            self._unsaid.labels(state).set(count)

    def held(self, cards: int) -> None:
        self._held_cards.set(cards)

    def late(self, cards: int) -> None:
        self._late_cards.set(cards)

    def road(self, platform: str, failing: int) -> None:
        self._proxies.labels(platform).set(failing)

    def config(self, *, refused: bool) -> None:
        self._config.set(1 if refused else 0)

    def problems(self, count: int) -> None:
        self._problems.set(count)

    def turned(self, loop: str, now: datetime) -> None:
        self._loop(loop).set(now.timestamp())

    def loop_died(self, loop: str) -> None:
        # A source's loop is named after the source, which the others may not read.
        self._deaths.labels(loop.partition(" ")[0] if loop.startswith("hear ") else loop).inc()

    def store(self, *, failing: bool) -> None:
        self._store.set(1 if failing else 0)

    def lag(self, seconds: float) -> None:
        self._lag.set(max(0.0, seconds))

    def _state(self, source: str, state: str | None) -> None:
        for value in STATES:
            self._held.labels(source, value).set(1 if value == state else 0)


class _Nameless:
    """A registry without the samples that name a source or a brand."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if NAMES.isdisjoint(sample.labels)]
            yield family


def state_of(error: SourceError) -> str:
    """Why a source does not bring anything: one of STATES."""
    if error.permanent:
        return "paused"
    return "held_back" if error.held_back else "failing"


def _counter(registry: CollectorRegistry, name: str, about: str, labels: str) -> Counter:
    return Counter(name, about, labels.split(), namespace="otklik", registry=registry)


def _gauge(registry: CollectorRegistry, name: str, about: str, labels: str) -> Gauge:
    return Gauge(name, about, labels.split(), namespace="otklik", registry=registry)


def _histogram(
    registry: CollectorRegistry, name: str, about: str, buckets: tuple[float, ...], labels: str
) -> Histogram:
    return Histogram(name, about, labels.split(), namespace="otklik", registry=registry, buckets=buckets)
