"""Polling: each source on its own, faults waited out, none stopping another."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from domain.mention import NetworkId
from listener.clock import SystemClock
from listener.polling import LAST_BACKOFF, PAUSED_PROBE, Polling, backoff, jitter
from listener.ports import Batch, Source, SourceError

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

    def source_ok(self, source: str, now: datetime, every: timedelta | None) -> None:
        self.cadences.append(every)
        self.good.append(source)

    def source_failed(self, source: str, error: SourceError, now: datetime, wait: float) -> None:
        self.bad.append((source, wait))


@asynccontextmanager
async def polled(*sources: Source) -> AsyncIterator[Notes]:
    async def hear(source: Source) -> bool:
        return (await source.fetch(None)).more

    notes = Notes()
    polling = Polling(hear, SystemClock(), notes)
    polling.start(sources)
    try:
        yield notes
    finally:
        await polling.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # the condition is a plain count
            await asyncio.sleep(0.01)


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
    async with asyncio.timeout(10), polled(Hanging("vk.search:bad", always(Batch())), good):
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
        assert all(wait + abs(jitter(wait, random.Random(seed))) <= 5 for seed in range(20))
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
    assert all(abs(jitter(12 * 3600, random.Random(seed))) <= 6 for seed in range(50))
