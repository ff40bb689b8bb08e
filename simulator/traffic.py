"""Traffic: the corpus published in a seeded order, so many texts a second, for as long as one likes."""

import asyncio
import contextlib
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from simulator.corpus import Corpus, Entry
from simulator.people import Writer

ROUND_NUMBERS: Final = 1_000_000
"""Account numbers of one round of the corpus; the next round's people get numbers of their own."""
LONGEST_HANDLE: Final = 15
LATE: Final = 1.0
"""Seconds of lost time that are caught up; after a longer pause traffic goes on without a flood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A text and who writes it this time."""

    entry: Entry
    writer: Writer


def plan(corpus: Corpus, seed: int) -> Iterator[Planned]:
    """Everything that is not a brand's own voice, round after round without end, other people in each round.

    The first text is a plain complaint, so that whoever watches sees a card soon.
    """
    random_order = random.Random(seed)
    cast = _Cast(corpus)
    entries = [entry for entry in corpus.entries if not entry.own]
    number = 0
    while True:
        random_order.shuffle(entries)
        ordered = _threads_in_order(entries)
        if number == 0:
            ordered = _complaint_first(ordered)
        for entry in ordered:
            yield Planned(entry=entry, writer=cast.writer(entry.author, number))
        number += 1


class Traffic:
    """Publishes `planned` one by one, `rate` a second on average; zero pauses."""

    def __init__(
        self,
        planned: Iterator[Planned],
        publish: Callable[[Planned], object],
        *,
        rate: float = 1.0,
        seed: int = 0,
    ) -> None:
        self._planned = planned
        self._publish = publish
        self._random = random.Random(seed)
        self._changed = asyncio.Event()
        self.rate = rate

    @property
    def rate(self) -> float:
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        if not (math.isfinite(rate) and rate >= 0):
            raise ValueError("a rate is zero or more texts a second")
        self._rate = rate
        self._changed.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._changed.clear()
            # Read once a turn: it may be set to zero while this one waits.
            rate = self._rate
            if not rate:
                await self._changed.wait()
                due = loop.time()
                continue
            wait = due - loop.time()
            if wait > 0 and await self._interrupted(wait):
                due = loop.time()
                continue
            self._publish(next(self._planned))
            due = max(due, loop.time() - LATE) + self._random.uniform(0.5, 1.5) / rate
            # Behind its time the loop would never wait: others must have their turn.
            await asyncio.sleep(0)

    async def _interrupted(self, seconds: float) -> bool:
        """Wait; True when the rate changed meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        # Both may have come at once.
        return self._changed.is_set()


class _Cast:
    """Who plays an author in which round: the first names stay, for grammar's sake, the rest changes."""

    def __init__(self, corpus: Corpus) -> None:
        self._writers = corpus.writers
        people = [(key, writer) for key, writer in corpus.writers.items() if key[0] in "fm"]
        self._families = {
            female: [(key, writer.last_name) for key, writer in people if writer.female is female]
            for female in (False, True)
        }

    def writer(self, key: str, number: int) -> Writer:
        writer = self._writers[key]
        if not number:
            return writer
        tail = str(number)
        return replace(
            writer,
            number=writer.number + number * ROUND_NUMBERS,
            last_name=self._last_name(key, writer, number),
            handle=writer.handle[: LONGEST_HANDLE - len(tail)] + tail,
        )

    def _last_name(self, key: str, writer: Writer, number: int) -> str:
        families = self._families[writer.female]
        for index, (other, _) in enumerate(families):
            if other == key:
                return families[(index + number) % len(families)][1]
        return writer.last_name


def _threads_in_order(shuffled: Sequence[Entry]) -> list[Entry]:
    """What one author says in one thread keeps its order among the places that the shuffle gave to it."""
    said: dict[tuple[str, str | None], list[Entry]] = {}
    for entry in sorted(shuffled, key=lambda entry: entry.key):
        if entry.under:
            said.setdefault((entry.author, entry.under), []).append(entry)
    turns = {where: iter(entries) for where, entries in said.items()}
    return [next(turns[entry.author, entry.under]) if entry.under else entry for entry in shuffled]


def _complaint_first(ordered: Sequence[Entry]) -> list[Entry]:
    first = next(entry for entry in ordered if entry.kinds == ("complaint",) and entry.place == "wall")
    return [first, *(entry for entry in ordered if entry is not first)]
