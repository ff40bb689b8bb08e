"""Where a mention's processor time goes: the steps of the pipeline run one after the other over real tweets."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from benchmarks.replay import Piped, pipeline
from benchmarks.row import Row
from benchmarks.stream import TELECOM, invented_config, invented_lines, real_lines
from domain.mention import Mention
from domain.person import MessengerId
from listener.clock import SystemClock
from listener.config.load import load
from listener.config.values import Config
from listener.gc_tuning import settle
from listener.ports import Batch
from listener.replaying import BadLine, Progress, read_mentions

A_BATCH: Final = 500
WARM: Final = 1_000
USUAL: Final = 10_000


class Spent:
    """Processor seconds of the whole process, by part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        began = time.process_time()
        try:
            yield
        finally:
            self.seconds[part] = self.seconds.get(part, 0.0) + time.process_time() - began


def run() -> list[Row]:
    real = real_lines()
    rows = _rows("a usual day, invented", invented_config(), invented_lines(USUAL))
    return rows if real is None else rows + _rows("telecom, real", load(TELECOM), real)


def _rows(name: str, config: Config, lines: bytes) -> list[Row]:
    spent, count, cards = asyncio.run(_spent(config, lines))
    whole = sum(spent.seconds.values())
    parts = [
        Row(
            name=f"{name}: {part}",
            value=seconds / count * 1e6,
            unit="µs a mention",
            against="all of it",
            ratio=seconds / whole,
        )
        for part, seconds in spent.seconds.items()
    ]
    all_of_it = Row(name=f"{name}: all of it", value=whole / count * 1e6, unit="µs a mention")
    return [*parts, all_of_it, Row(name=f"{name}: cards", value=cards / count, unit="a mention")]


async def _spent(config: Config, lines: bytes) -> tuple[Spent, int, int]:
    """The time by part without the first WARM mentions, how many mentions the others are, and their cards."""
    async with pipeline(config, second=False) as piped:
        mentions = list(read_mentions(BytesIO(lines), Progress(), _refuse))
        spent = Spent()
        await through(piped, mentions[:WARM], spent)
        settle()
        spent = Spent()
        with spent.on("parse"):
            mentions = list(read_mentions(BytesIO(lines), Progress(), _refuse))[WARM:]
        cards = await through(piped, mentions, spent)
    return spent, len(mentions), cards


async def through(piped: Piped, mentions: Sequence[Mention], spent: Spent) -> int:
    """Every step for all the mentions before the next step begins; returns how many cards were told."""
    stores, decider, clock = piped.stores, piped.pipeline.rules.decider, SystemClock()
    for batch in _batches(mentions):
        with spent.on("keep"):
            await piped.pipeline.hear.keep("parts", Batch(mentions=tuple(batch)))
    while True:
        with spent.on("hand out"):
            stored = await stores.mentions.undecided(A_BATCH, clock.now())
        if not stored:
            break
        with spent.on("match"):
            for kept in stored:
                decider.matches(kept.mention)
        with spent.on("match, judge and route"):
            decided = decider.decide_all(stored, clock.now())
        with spent.on("record"):
            await stores.decisions.record(decided, clock.now())
    with spent.on("assign"):
        await piped.pipeline.assign.step()
    cards = 0
    with spent.on("tell"):
        while told := await piped.pipeline.tell(MessengerId("console")):
            cards += told
    return cards


def _batches(mentions: Sequence[Mention]) -> Iterator[Sequence[Mention]]:
    return (mentions[start : start + A_BATCH] for start in range(0, len(mentions), A_BATCH))


def _refuse(line: BadLine) -> None:
    raise ValueError(f"line {line.number}: {line.error}")
