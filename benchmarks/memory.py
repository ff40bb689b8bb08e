"""Memory: what the process holds while two hundred thousand mentions go through, and what it has grown by."""

import asyncio
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import orjson

from benchmarks.replay import pipeline, replay
from benchmarks.row import Row
from benchmarks.stream import invented_config, invented_rows
from listener.gc_tuning import settle, tame_malloc

MENTIONS: Final = 200_000
AT_ONCE: Final = 2_000
"""Words are forgotten every 16 000 mentions: looked at each 10 000, a full memory looked like growth."""
WARM: Final = 20_000
"""Mentions after which caches have been full; the most held until then is what may be held later."""
BOUND: Final = 20.0
"""Megabytes that may come later."""


def run() -> list[Row]:
    tame_malloc()
    return asyncio.run(_measured())


async def _measured() -> list[Row]:
    async with pipeline(invented_config()) as piped:
        settle()
        began = resident()
        seen = {}
        lines = lines_of_fresh_words(MENTIONS)
        for count in range(AT_ONCE, MENTIONS + 1, AT_ONCE):
            await replay(piped, b"".join(next(lines) for _ in range(AT_ONCE)))
            seen[count] = resident()
            print(count, round(seen[count], 1), flush=True)
    return rows(began, seen)


def rows(began: float, seen: Mapping[int, float]) -> list[Row]:
    """Megabytes when loaded, at most until it was warm, and at most in all: peaks are held against peaks."""
    warm, most = max(value for count, value in seen.items() if count <= WARM), max(seen.values())
    grown = most - warm
    return [
        Row(name="loaded", value=began, unit="MB"),
        Row(name=f"at most, of the first {WARM}", value=warm, unit="MB"),
        Row(name=f"at most, of {MENTIONS}", value=most, unit="MB"),
        Row(name="grown since", value=grown, unit="MB", against=f"{BOUND:g} MB", ratio=grown / BOUND),
    ]


def lines_of_fresh_words(count: int) -> Iterator[bytes]:
    """Mentions with words in them that nobody has written before: what is kept by words must find its end."""
    letters, chance = "абвгдежзиклмнопрстуфхцчшэюя", random.Random(1)
    for row in invented_rows(count):
        words = ("".join(chance.choices(letters, k=chance.randint(4, 9))) for _ in range(2))
        yield orjson.dumps(row | {"text": " ".join((row["text"], *words))}) + b"\n"


def resident(process: int | str = "self") -> float:
    """Megabytes of a process that are in memory."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
