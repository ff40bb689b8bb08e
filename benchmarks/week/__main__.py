"""`python -m benchmarks.week --seed N`: lives through the week, prints its figures and draws them."""

import argparse
import asyncio
import logging
import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rich.console import Console

from benchmarks.week import measured
from benchmarks.week.figures import Figures
from benchmarks.week.reading import texts_of
from benchmarks.week.scenario import A_DAY, A_WEEK, MOSCOW, Scenario
from benchmarks.week.tables import people_table, receivers_table, rows_table
from benchmarks.week.world import World, read_rules


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.week", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--day", action="store_true", help="one smaller day in place of the week")
    parser.add_argument("--days", type=int, help="only so many days of the week")
    parser.add_argument("--database", help="address of an empty database; without one a file that is thrown away")
    parser.add_argument("--pictures", type=Path, help="draw into this folder")
    parser.add_argument("--texts", type=Path, help="write every kind of text that operators read into this file")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)  # what it warns of is what the week does to it
    scenario = replace(A_DAY if arguments.day else A_WEEK, seed=arguments.seed)
    if arguments.days:
        scenario = replace(scenario, days=arguments.days)
    figures = _lived(scenario, arguments.database, arguments.texts)
    console = Console(width=140)
    for table in (receivers_table(figures), people_table(figures), rows_table(figures)):
        console.print(table)
    if arguments.pictures:
        from benchmarks.week.pictures import draw  # noqa: PLC0415 - matplotlib, only where something is drawn

        for path in draw(figures, arguments.pictures):
            console.print(f"drawn: {path}")
    return 0


def _lived(scenario: Scenario, database: str | None, texts: Path | None) -> Figures:
    config, rules = read_rules()
    shm = Path("/dev/shm")

    def progress(now: datetime) -> None:
        print(f"{now.astimezone(MOSCOW):%a %d.%m}", file=sys.stderr, flush=True)

    def after(world: World) -> None:
        if texts is not None:
            texts.write_text(texts_of(world), encoding="utf-8")

    # In memory where there is such a folder: the week commits some hundred thousand times.
    with tempfile.TemporaryDirectory(prefix="otklik-week-", dir=shm if shm.is_dir() else None) as folder:
        url = database or f"sqlite:///{folder}/week.db"
        return asyncio.run(measured(scenario, url, config, rules, progress, after))


if __name__ == "__main__":
    sys.exit(main())
