"""`make bench [ARGS="classify replay latency"]`: runs the named benchmarks, or all, and prints their figures."""

import argparse
import platform
import sys
from importlib import import_module
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.row import Row

BENCHMARKS: Final = {
    "cascade": "the second tier's speed, and the quality of complaints against the share that it reads",
    "classify": "texts judged a second, warm, one core",
    "flood": "ten thousand complaints in five minutes to one group and one channel, at their limits (six minutes)",
    "growth": "what a mention costs with ten thousand stored, and with a million (minutes)",
    "latency": "seconds from post to card at 50 mentions a second",
    "matching": "texts matched a second",
    "memory": "megabytes while 200 000 mentions go through (some eight minutes)",
    "obsei": "mentions a second beside obsei 1.1.1 on the same real tweets; makes it an environment (minutes)",
    "parts": "where a mention's processor time goes: the pipeline's steps one after another, the first tier alone",
    "reload": "seconds without hearing while a saved config is taken up, with twenty brands",
    "replay": "mentions a second through the whole pipeline into SQLite, durable, to a null receiver",
    "rush": "seconds from hearing to card at 1, 50, 500 a second; presses while 5 000 come (three minutes)",
    "starting": "seconds until commands answer and the daemon is ready, and what it holds then (minutes)",
    "surges": "minutes until a surge is noticed, at the false alarms a week of each setting (some minutes)",
    "running": "megabytes of the daemon while 200 000 mentions come (half an hour on a busy machine)",
    "taps": "precision of the cards in a trade that the judge has never seen, before and after taps (minutes)",
    "week": "a week of a team of twenty on a turned clock (a quarter of an hour)",
}

BY_NAME_ONLY: Final = frozenset(
    {"flood", "growth", "memory", "obsei", "reload", "running", "rush", "starting", "surges", "taps", "week"}
)
"""What takes too long to be run whenever somebody looks at speeds."""
SPEED: Final = (
    "starting", "classify", "matching", "parts", "replay", "obsei", "latency", "rush", "growth", "memory",
)  # fmt: skip
"""What `speed` stands for: all that bounds the pipeline, side by side in one run (half an hour on calm cores)."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*BENCHMARKS, "speed", []],
        help=f"which; all but {', '.join(sorted(BY_NAME_ONLY))} when none is named; `speed` is {', '.join(SPEED)}",
    )
    asked = parser.parse_args().names or [name for name in BENCHMARKS if name not in BY_NAME_ONLY]
    names = [each for name in asked for each in (SPEED if name == "speed" else (name,))]
    console = Console()
    console.print(f"Python {platform.python_version()}, {platform.machine()}; ratios hold, single figures drift")
    for name in names:
        console.print(_table(name, import_module(f"benchmarks.{name}").run()))
    return 0


def _table(name: str, rows: list[Row]) -> Table:
    table = Table("what", "figure", "unit", "beside", "ratio", title=BENCHMARKS[name], title_justify="left")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.name, f"{row.value:,.4g}", row.unit, row.against or "", ratio)
    return table


if __name__ == "__main__":
    sys.exit(main())
