"""Seconds from hearing to card at 1, 50 and 500 mentions a second; and presses answered while 5 000 a second come.

The daemon's own loops over SQLite, `synchronous = FULL`, both tiers, a receiver that does nothing; the judge in a
process of its own where there is a second core. No network lies between: `latency` measures that.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from statistics import quantiles
from typing import Final

import orjson
from sqlalchemy import text

from alerts.ports import Press
from benchmarks.replay import Piped, pipeline
from benchmarks.row import Row
from benchmarks.stream import complaining_lines, invented_config, invented_rows
from domain.mention import Mention
from domain.person import CONSOLE, Person
from listener.gc_tuning import settle
from listener.judge_settings import cores
from listener.ports import Batch
from listener.replaying import BadLine, Progress, read_mentions
from listener.store.connection import Connection

RATES: Final = ((1, 30.0), (50, 20.0), (500, 20.0))
"""Mentions a second, and for how many seconds. At one a second all are complaints, or there were three cards."""
WARM: Final = 200
FLOOD: Final = 5_000
FLOODED: Final = 60.0
TICK: Final = 0.1
A_BATCH: Final = 500
"""As many as a source gives at a time."""
DRAIN: Final = 5.0
"""Seconds that the last mentions get to become cards."""
PRESS_EVERY: Final = 0.5
ANNA: Final = Person(id="anna", name="Анна Иванова", role="operator", users={CONSOLE: "anna"})
WAITS: Final = text(
    """
    SELECT (min(d.delivered_at) - m.heard_at) / 1e6 FROM card_views d JOIN cases c ON c.id = d.case_id
    JOIN mentions m ON m.id = (SELECT min(mention_id) FROM case_mentions WHERE case_id = c.id)
    WHERE m.id > :after AND d.delivered_at IS NOT NULL GROUP BY m.id, m.heard_at
    """
)
"""From hearing a case's first mention to the first chat that shows its card, in seconds."""
SHOWN: Final = text("SELECT case_id FROM card_views WHERE shown > 0 AND case_id > :after ORDER BY case_id LIMIT 1")


def run() -> list[Row]:
    return [*asyncio.run(_paced()), *asyncio.run(_pressed())]


async def _paced() -> list[Row]:
    rows = []
    for rate, seconds in RATES:
        async with _running() as piped:
            count = int(rate * seconds)
            lines = complaining_lines(WARM + count) if rate == 1 else _usual(WARM + count)
            mentions = _read(lines)
            await _hear(piped, islice(mentions, WARM), WARM, TICK)
            settle()
            await _hear(piped, mentions, rate, max(TICK, 1 / rate))
            await asyncio.sleep(DRAIN)
            waits = await _waits(piped, WARM)
        rows += [
            Row(
                name=f"{rate} a second, p{mark}",
                value=quantiles(waits, n=100)[mark - 1],
                unit="s from heard to card",
            )
            for mark in (50, 99)
        ]
        rows.append(Row(name=f"{rate} a second, cards timed", value=len(waits), unit="cards"))
    return rows


async def _pressed() -> list[Row]:
    """Somebody takes a case twice a second while the flood comes."""
    async with _running() as piped:
        await _hear(piped, islice(_read(complaining_lines(WARM)), WARM), WARM, TICK)
        await asyncio.sleep(DRAIN)
        settle()
        flood = asyncio.create_task(_hear(piped, _read(_usual(int(FLOOD * FLOODED), first=WARM)), FLOOD, TICK))
        began, answered, taken = time.perf_counter(), list[float](), 0
        while not flood.done():
            await asyncio.sleep(PRESS_EVERY)
            case = await _shown_after(piped, taken)
            if case is None:
                continue
            taken, asked = case, time.perf_counter()
            await piped.pipeline.obey(_press(case))
            answered.append(time.perf_counter() - asked)
        await flood
        seconds = time.perf_counter() - began
        heard = FLOOD * FLOODED
        waiting = await piped.stores.mentions.waiting(int(heard))
    slowest, mean = max(answered), sum(answered) / len(answered)
    return [
        Row(
            name=f"of {FLOOD} a second kept",
            value=heard / seconds,
            unit="mentions/s",
            against="came",
            ratio=heard / seconds / FLOOD,
        ),
        Row(name="judged meanwhile", value=(heard - waiting) / seconds, unit="mentions/s"),
        Row(
            name=f"a press answered, slowest of {len(answered)}",
            value=slowest,
            unit="s",
            against="at most 1",
            ratio=slowest,
        ),
        Row(name="a press answered, on average", value=mean, unit="s"),
    ]


@asynccontextmanager
async def _running() -> AsyncIterator[Piped]:
    """A pipeline whose loops run."""
    config = replace(invented_config(), people=(ANNA,))
    async with pipeline(config, apart=cores() > 1) as piped:
        loops = [piped.pipeline.judging, *piped.pipeline.telling.values()]
        running = [asyncio.create_task(loop.run()) for loop in loops]
        try:
            yield piped
        finally:
            piped.pipeline.end()
            await asyncio.gather(*running)


async def _hear(piped: Piped, mentions: Iterator[Mention], rate: int, every: float) -> None:
    """Keep them as they come, as many as are due at a time; what was missed is taken up a batch at a time."""
    began, done = time.perf_counter(), 0
    while True:
        due = int((time.perf_counter() - began) * rate) + 1 - done
        some = tuple(islice(mentions, min(max(due, 0), A_BATCH)))
        if due > 0 and not some:
            return
        if some:
            now = datetime.now(UTC)  # noqa: TID251  # a benchmark is its own composition root
            await piped.pipeline.hear.keep(
                "rush", Batch(mentions=tuple(replace(each, published_at=now) for each in some))
            )
        done += len(some)
        await asyncio.sleep(max(0.0, min(every, began + done / rate - time.perf_counter())))


async def _waits(piped: Piped, after: int) -> Sequence[float]:
    async def asked(connection: Connection) -> list[float]:
        return [float(row[0]) for row in await connection.execute(WAITS, {"after": after})]

    return await piped.stores.database.read(asked)


async def _shown_after(piped: Piped, case: int) -> int | None:
    async def asked(connection: Connection) -> int | None:
        return (await connection.execute(SHOWN, {"after": case})).scalar_one_or_none()

    return await piped.stores.database.read(asked)


def _press(case: int) -> Press:
    now = datetime.now(UTC)  # noqa: TID251  # as above
    key = f"rush-{case}"
    return Press(messenger=CONSOLE, key=key, user="anna", user_name="Анна", case=case, action="claim", at=now)


def _usual(count: int, first: int = 0) -> bytes:
    rows = islice(invented_rows(first + count), first, None)
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def _read(lines: bytes) -> Iterator[Mention]:
    return iter(read_mentions(BytesIO(lines), Progress(), _refuse))


def _refuse(line: BadLine) -> None:
    raise ValueError(f"line {line.number}: {line.error}")
