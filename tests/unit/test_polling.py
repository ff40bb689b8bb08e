"""Polling: each source on its own, faults waited out, none stopping another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from domain.mention import NetworkId
from listener.clock import SystemClock
from listener.loops.keeping import Keeper
from listener.polling import LAST_BACKOFF, PAUSED_PROBE, Polling, backoff, jitter
from listener.ports import Batch, Clock, Source, SourceError
from tests.waiting import stopwatch, until

VK = NetworkId("vk")


@dataclass
class Scripted:
    """A source that answers by a function of the number of the call."""

    name: str
    answer: Callable[[int], Batch]
    every: timedelta | None = timedelta(milliseconds=20)
    network: NetworkId = VK
    calls: int = 0

    async def fetch(self, cursor: str | None) -> Batch:
        self.calls += 1
        await asyncio.sleep(0)
        return self.answer(self.calls)

    async def close(self) -> None:
        return None


@dataclass
class Notes:
    good: list[str] = field(default_factory=list)
    bad: list[tuple[str, float]] = field(default_factory=list)
    cadences: list[timedelta | None] = field(default_factory=list)
    dead: list[tuple[str, str]] = field(default_factory=list)

    def source_ok(self, source: str, every: timedelta | None) -> None:
        self.cadences.append(every)
        self.good.append(source)

    def source_failed(self, source: str, error: SourceError, wait: float) -> None:
        self.bad.append((source, wait))

    def loop_died(self, loop: str, fault: BaseException) -> None:
        self.dead.append((loop, type(fault).__name__))


@asynccontextmanager
async def polled(*sources: Source, clock: Clock | None = None) -> AsyncIterator[Notes]:
    async def hear(source: Source) -> bool:
        return (await source.fetch(None)).more

    notes = Notes()
    polling = Polling(hear, clock or SystemClock(), notes, Keeper(notes))
    polling.start(sources)
    try:
        yield notes
    finally:
        await polling.stop()


def always(batch: Batch) -> Callable[[int], Batch]:
    return lambda _: batch


def failing(error: Exception) -> Callable[[int], Batch]:
    def answer(_: int) -> Batch:
        raise error

    return answer


async def test_a_source_is_heard_again_and_again() -> None:
    source = Scripted("vk.search:a", always(Batch()))
    async with polled(source):
        await until(lambda: source.calls >= 4)


async def test_a_long_poll_is_asked_again_as_soon_as_it_returns() -> None:
    source = Scripted("vk.community:a", always(Batch()), every=None)
    async with polled(source):
        await until(lambda: source.calls >= 20)


async def test_a_source_with_more_is_drained_before_its_next_turn() -> None:
    source = Scripted("x.search:a", lambda call: Batch(more=call < 5), every=timedelta(hours=1))
    async with polled(source):
        await until(lambda: source.calls == 5)


@pytest.mark.parametrize("error", [SourceError("down"), SourceError("revoked", permanent=True), KeyError("bug")])
async def test_a_failing_source_stops_no_other(error: Exception) -> None:
    bad, good = Scripted("vk.search:bad", failing(error)), Scripted("x.search:good", always(Batch()))
    async with polled(bad, good) as notes:
        await until(lambda: good.calls >= 5 and bad.calls >= 1)
    assert [name for name, _ in notes.bad] == ["vk.search:bad"] * len(notes.bad)
    assert notes.bad


async def test_a_source_that_hangs_stops_no_other_and_ends_with_the_polling() -> None:
    class Hanging(Scripted):
        async def fetch(self, cursor: str | None) -> Batch:
            await asyncio.sleep(3600)
            raise AssertionError

    good = Scripted("x.search:good", always(Batch()))
    async with polled(Hanging("vk.search:bad", always(Batch())), good):
        await until(lambda: good.calls >= 5)


async def test_a_source_that_recovers_is_heard_as_before() -> None:
    def answer(call: int) -> Batch:
        if call == 1:
            raise SourceError("once")
        return Batch()

    source = Scripted("vk.search:a", answer)
    async with polled(source) as notes:
        await until(lambda: len(notes.good) >= 3)
    assert len(notes.bad) == 1


def test_backoff_doubles_up_to_five_minutes() -> None:
    waits = [backoff(failures, SourceError("down")) for failures in range(1, 40)]
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LAST_BACKOFF
    assert waits == sorted(waits)


def test_a_network_that_cannot_be_reached_is_heard_within_five_seconds_of_its_return() -> None:
    error = SourceError("HTTP 500", unreachable=True)
    for failures in range(1, 100):
        wait = backoff(failures, error)
        assert wait + jitter(wait) <= 5
    assert backoff(9, SourceError("HTTP 503", unreachable=True, retry_after=42)) == 42


def test_backoff_follows_the_networks_own_word() -> None:
    assert backoff(9, SourceError("429", retry_after=42)) == 42


def test_a_permanent_fault_pauses_the_source() -> None:
    assert backoff(1, SourceError("revoked", permanent=True)) == PAUSED_PROBE


async def test_a_cadence_that_changes_is_followed_and_told() -> None:
    class Slowing(Scripted):
        async def fetch(self, cursor: str | None) -> Batch:
            batch = await super().fetch(cursor)
            self.every = timedelta(hours=1) if self.calls == 3 else self.every
            return batch

    source = Slowing("vk.search:a", always(Batch()))
    async with polled(source) as notes:
        await until(lambda: len(notes.good) >= 3)
        await asyncio.sleep(0.1)
    assert notes.cadences == [timedelta(milliseconds=20)] * 2 + [timedelta(hours=1)]


def test_a_wait_until_midnight_ends_within_seconds_of_it() -> None:
    assert jitter(12 * 3600) <= 6


@dataclass
class Wound:
    """The machine's clock with a hand on it: what has passed is real, what it shows is set."""

    ahead: timedelta = timedelta(0)
    real: SystemClock = field(default_factory=SystemClock)

    def now(self) -> datetime:
        return self.real.now() + self.ahead

    def monotonic(self) -> float:
        return self.real.monotonic()


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-1), timedelta(hours=1), timedelta(days=1)])
async def test_a_clock_that_is_set_neither_stops_nor_storms_a_source(jump: timedelta) -> None:
    clock, source = Wound(), Scripted("vk.search:a", always(Batch()), every=timedelta(milliseconds=200))
    async with polled(source, clock=clock), stopwatch() as watch:
        await until(lambda: source.calls >= 1)
        clock.ahead += jump
        before, began = source.calls, watch.passed
        await until(lambda: source.calls - before >= 4)
        assert watch.passed - began > 0.5


@pytest.mark.parametrize("wait", [float("inf"), float("nan"), 1e300, -5.0])
def test_no_wait_is_longer_than_a_day_nor_shorter_than_a_second(wait: float) -> None:
    assert 1 <= backoff(1, SourceError("odd", retry_after=wait)) <= 86_400


async def test_a_source_whose_quota_has_a_new_day_is_not_waited_for_until_the_old_ones_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("listener.polling.ASK_AGAIN", 0.05)
    source = Scripted("vk.search:a", always(Batch()), every=timedelta(hours=12))
    async with polled(source):
        await until(lambda: source.calls == 1)
        source.every = timedelta(milliseconds=10)
        await until(lambda: source.calls >= 3)


async def test_an_error_in_the_telling_of_an_error_ends_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf(*_: object) -> None:
        raise OverflowError

    source = Scripted("vk.search:a", failing(SourceError("down")))
    async with polled(source) as notes:
        monkeypatch.setattr(notes, "source_failed", deaf)
        await until(lambda: source.calls >= 2)
    assert notes.dead[0] == ("hear vk.search:a", "OverflowError")
