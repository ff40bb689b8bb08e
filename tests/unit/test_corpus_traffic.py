"""Traffic publishes the corpus in a seeded order, thread by thread, as fast as it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice

import pytest

from simulator.corpus import Corpus, load_corpus
from simulator.traffic import Planned, Traffic, plan
from tests.waiting import stopwatch, until


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


def texts_of_a_round(corpus: Corpus) -> int:
    return sum(not entry.own for entry in corpus.entries)


def test_the_same_seed_gives_the_same_order(corpus: Corpus) -> None:
    assert list(islice(plan(corpus, 7), 700)) == list(islice(plan(corpus, 7), 700))


def test_another_seed_gives_another_order(corpus: Corpus) -> None:
    assert list(islice(plan(corpus, 7), 50)) != list(islice(plan(corpus, 8), 50))


@pytest.mark.parametrize("seed", range(5))
def test_the_first_text_is_a_complaint(corpus: Corpus, seed: int) -> None:
    assert next(plan(corpus, seed)).entry.complaint


def test_a_round_holds_every_text_once(corpus: Corpus) -> None:
    size = texts_of_a_round(corpus)
    keys = [planned.entry.key for planned in islice(plan(corpus, 3), size)]
    assert sorted(keys) == sorted(entry.key for entry in corpus.entries if not entry.own)


def test_later_rounds_have_other_people_of_the_same_grammar(corpus: Corpus) -> None:
    size = texts_of_a_round(corpus)
    both = list(islice(plan(corpus, 3), 2 * size))
    first, second = both[:size], both[size:]
    assert {one.writer.number for one in first}.isdisjoint(one.writer.number for one in second)
    assert {one.writer.handle for one in first}.isdisjoint(one.writer.handle for one in second)
    assert all(one.writer.female == corpus.writers[one.entry.author].female for one in second)
    assert all(len(one.writer.handle) <= 15 for one in second)


@pytest.mark.parametrize("seed", range(5))
def test_a_thread_keeps_the_order_in_which_its_author_wrote(corpus: Corpus, seed: int) -> None:
    said: dict[tuple[str, str], list[str]] = {}
    for planned in islice(plan(corpus, seed), texts_of_a_round(corpus)):
        if planned.entry.under:
            said.setdefault((planned.entry.author, planned.entry.under), []).append(planned.entry.key)
    assert all(keys == sorted(keys) for keys in said.values())


@asynccontextmanager
async def running(traffic: Traffic) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(traffic.run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_traffic_keeps_its_rate(corpus: Corpus) -> None:
    published: list[Planned] = []
    async with running(Traffic(plan(corpus, 1), published.append, rate=200)), stopwatch() as watch:
        await until(lambda: len(published) >= 200)
        assert len(published) <= 240 * watch.passed
        assert watch.took < 2


async def test_the_first_text_comes_at_once(corpus: Corpus) -> None:
    published: list[Planned] = []
    async with running(Traffic(plan(corpus, 1), published.append, rate=0.001)):
        await until(lambda: bool(published))
    assert len(published) == 1


async def test_a_paused_traffic_publishes_nothing_until_its_rate_is_raised(corpus: Corpus) -> None:
    published: list[Planned] = []
    traffic = Traffic(plan(corpus, 1), published.append, rate=0)
    async with running(traffic):
        await asyncio.sleep(0.05)
        assert not published
        traffic.rate = 100
        await until(lambda: bool(published))


async def test_a_rate_set_to_zero_just_when_a_text_is_due_pauses_and_ends_nothing(corpus: Corpus) -> None:
    loop = asyncio.get_running_loop()
    tried = False
    while not tried:
        published: list[Planned] = []
        traffic = Traffic(plan(corpus, 1), published.append, rate=20)
        began = loop.time()
        async with running(traffic) as task:
            for _ in range(5):  # The first is out, the second waits.
                await asyncio.sleep(0)
            if loop.time() - began > 0.02:
                continue  # The machine stood still: the second is due already.
            tried = True
            loop.call_later(0.15, setattr, traffic, "rate", 0.0)
            end = loop.time() + 0.2
            while loop.time() < end:
                pass  # The loop is busy: the time-out and the change of the rate come to it together.
            await asyncio.sleep(0.05)
            assert (task.done(), len(published)) == (False, 1)
            traffic.rate = 100
            await until(lambda published=published: len(published) > 1)  # type: ignore[misc]


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf")])
def test_a_rate_that_makes_no_sense_is_refused(corpus: Corpus, rate: float) -> None:
    traffic = Traffic(plan(corpus, 1), lambda _: None)
    with pytest.raises(ValueError, match="a rate is zero or more"):
        traffic.rate = rate
    assert traffic.rate == 1.0
