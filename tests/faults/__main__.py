"""`make faults`: what of the faults can be tried on one machine, in ten minutes, as one table.

Each row runs its tests, which measure as they go; beside them every promise is taken out once, and some test must
notice. What waits for real seconds runs in two lanes, one row after another; what only computes in a third.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.faults.mutating import MUTANTS

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
MOST: Final = 420
"""Seconds of one row."""
LIVES: Final = 8
SEEDS: Final = ",".join(map(str, range(1, LIVES + 1)))
MOST_SAID: Final = 6_000
"""Characters of what failed tests say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fault of the design's table: its number there, the tests that try it, or why none can here."""

    number: int
    fault: str
    nodes: tuple[str, ...] = ()
    why_not: str = ""
    computes: bool = False
    """It goes by clocks of its own: a busy machine changes nothing of it."""


def _of(file: str, *tests: str) -> tuple[str, ...]:
    return tuple(f"{file}::{test}" for test in tests)


ROWS: Final = (
    Row(
        number=1,
        fault="SIGKILL at random, 20 times under load",
        nodes=("tests/acceptance/test_killed_in_the_middle.py",),
    ),
    Row(
        number=2,
        fault=f"torn steps, refused commits, lost answers, kills: {LIVES} seeded lives",
        nodes=("tests/faults/test_shadow.py",),
        computes=True,
    ),
    Row(
        number=3,
        fault="power cut after 400 of a daemon's writes, what was not synced lost or torn",
        nodes=("tests/faults/test_power_cut.py",),
    ),
    Row(
        number=4,
        fault="a network of errors, resets, silence",
        nodes=("tests/integration/test_network_outage.py",),
    ),
    Row(number=5, fault="a messenger's 429, lost answer, dead chat", why_not="within row 2"),
    Row(
        number=6,
        fault="a token that is revoked, and a new one",
        nodes=(
            *_of(
                "tests/acceptance/test_the_whole_path.py",
                "test_a_dead_token_is_named_and_a_new_one_in_its_file_is_taken_up_by_sighup",
                "test_a_messengers_new_token_in_its_file_is_taken_up_by_itself",
            ),
            *_of(
                "tests/integration/test_vk_community.py",
                "test_a_token_of_the_wrong_kind_or_a_revoked_one_is_permanent_and_never_shown",
            ),
        ),
    ),
    Row(
        number=7,
        fault="a mention that breaks or kills the judge",
        nodes=(
            *_of(
                "tests/integration/test_pipeline.py",
                "test_a_text_that_breaks_the_judge_is_set_aside_and_holds_up_no_other",
                "test_a_text_that_kills_the_judge_apart_is_set_aside_and_holds_up_no_other",
            ),
            *_of(
                "tests/contract/test_store_mentions.py",
                "test_a_mention_that_breaks_the_judge_three_times_is_left_alone",
            ),
            "tests/unit/test_halves.py",
        ),
        computes=True,
    ),
    Row(
        number=8,
        fault="the clock is set by an hour and a day, back and forward",
        nodes=(
            "tests/unit/test_polling.py",
            "tests/contract/test_store_clock_set_back.py",
            "tests/contract/test_store_timers.py",
            "tests/contract/test_store_digests.py::test_old_cases_of_before_the_clock_was_set_back_wait_for_nobody",
            "tests/contract/test_store_listening.py::test_a_clock_that_is_set_makes_no_gap",
        ),
        computes=True,
    ),
    Row(number=9, fault="disk full; every write an error", nodes=("tests/faults/test_disk.py",)),
    Row(
        number=10,
        fault="another process holds the SQLite file for 30 s",
        nodes=("tests/faults/test_database_held.py",),
    ),
    Row(
        number=11,
        fault="PostgreSQL is stopped at once and started again, 10 times under load",
        nodes=("tests/faults/test_postgres_cut.py",),
    ),
    Row(
        number=12,
        fault="two daemons, one paused for 60 s and resumed; a leader cut off",
        nodes=("tests/faults/test_two_daemons.py", "tests/contract/test_store_leading.py"),
    ),
    Row(
        number=13,
        fault="a day without X, two hundred complaints in it",
        nodes=("tests/integration/test_a_days_outage.py",),
    ),
    Row(
        number=14,
        fault="four hundred complaints in half a minute, of ten thousand in five",
        nodes=("tests/integration/test_flood.py",),
    ),
    Row(
        number=15,
        fault="SIGTERM 10 times under load",
        nodes=("tests/faults/test_told_to_end.py",),
    ),
    Row(
        number=16,
        fault="soak, a million mentions",
        why_not="takes hours; `python -m benchmarks memory` replays 200 000",
    ),
    Row(
        number=17,
        fault="databases of earlier versions are brought up to date, and back down",
        nodes=(
            "tests/integration/test_migrated_cases.py",
            "tests/integration/test_migrated_homes.py",
            "tests/integration/test_migrated_hours.py",
            "tests/integration/test_migrated_incidents.py",
            "tests/integration/test_migrations_store.py",
            "tests/contract/test_store_other_versions.py",
        ),
        computes=True,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    passed: int
    failed: int
    seconds: float
    figures: Mapping[str, float]
    red: int = 0
    """Tests that failed by themselves: not those that did not begin, nor a run that was ended."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    text: str
    bad: bool = False


def main() -> int:
    """Try all, or of a table that is there the rows of these numbers again."""
    chosen = set(map(int, sys.argv[1:]))
    if chosen:
        again = {f"| {row.number} |": _row(row) for row in ROWS if row.number in chosen}
        page = PAGE.read_text(encoding="utf-8").split("\n")
        for begins, line in again.items():
            page = _with_row(page, begins, line.text)
        PAGE.write_text("\n".join(page), encoding="utf-8")
        return 1 if any(line.bad for line in again.values()) else 0
    lines, minutes = _whole()
    stamp = datetime.now(UTC).date().isoformat()  # noqa: TID251  # a page's own date
    _write("\n".join((*lines, "", f"Measured on {stamp} by `make faults`, in {minutes:.0f} minutes.")))
    return 1 if any("**" in line for line in lines) else 0


def _with_row(page: Sequence[str], begins: str, row: str) -> list[str]:
    """The page with this row in its table: in place of the one that begins so, or among the others by number."""
    first = page.index(BEGIN)
    others = [line for line in page[first:] if line.startswith(begins)]
    if others:
        return [row if line == others[0] else line for line in page]
    numbered = [place for place, line in enumerate(page) if place > first and re.match(r"\| \d+ \|", line)]
    number = int(begins.strip("| "))
    before = [place for place in numbered if int(page[place].split()[1]) < number]
    place = before[-1] + 1
    return [*page[:place], row, *page[place:]]


def _whole() -> tuple[list[str], float]:
    """The two tables, and how many minutes they took."""
    began = time.monotonic()
    with ThreadPoolExecutor(2) as waiting, ThreadPoolExecutor(1) as computing:
        rows = [(computing if row.computes or row.why_not else waiting).submit(_row, row) for row in ROWS]
        mutants = [computing.submit(_mutant, name) for name in MUTANTS]
        lines = [
            "| № | fault | tests | result | measured | seconds |",
            "| --- | --- | --- | --- | --- | --- |",
            *(row.result().text for row in rows),
            "",
            "| taken out | noticed by |",
            "| --- | --- |",
            *(mutant.result().text for mutant in mutants),
        ]
    return lines, (time.monotonic() - began) / 60


def _row(row: Row) -> Line:
    if row.why_not:
        return Line(text=f"| {row.number} | {row.fault} | | not tried here: {row.why_not} | | |")
    tried = _tried(row.nodes, {"OTKLIK_SEEDS": SEEDS})
    result = "holds" if not tried.failed else f"**{tried.failed} failed**"
    measured = ", ".join(f"{name} {value:g}" for name, value in tried.figures.items())
    runs = tried.passed + tried.failed
    line = f"| {row.number} | {row.fault} | {runs} | {result} | {measured} | {tried.seconds:.0f} |"
    return _said(Line(text=line, bad=bool(tried.failed)), tried.why)


def _mutant(name: str) -> Line:
    """It is well when a test fails; a mutant that breaks their beginning proves nothing."""
    mutant = MUTANTS[name]
    environment = {"OTKLIK_MUTANT": name, "OTKLIK_SEEDS": SEEDS}
    tried = _tried(mutant.nodes, environment, "-x", "-p", "tests.faults.mutating")
    nodes = ", ".join(f"`{node}`" for node in mutant.nodes)
    text = f"| {mutant.what} | {nodes if tried.red else '**nobody**'} |"
    return _said(Line(text=text, bad=not tried.red), tried.why if not tried.red else "")


def _said(line: Line, why: str = "") -> Line:
    print(line.text, *filter(None, [why]), sep="\n", flush=True)
    return line


def _tried(nodes: Sequence[str], environment: Mapping[str, str], *more: str) -> Tried:
    """Run some tests in a process of their own."""
    began = time.monotonic()
    with tempfile.NamedTemporaryFile("r", suffix=".jsonl") as measured:
        command = [sys.executable, "-m", "pytest", "-q", "-m", "", "-p", "no:randomly", *more, *nodes]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "OTKLIK_FIGURES": measured.name, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(timeout=MOST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the daemons that its tests have started, too
            said, _ = process.communicate()
            return Tried(passed=0, failed=1, seconds=MOST, figures={}, why=f"{said}\nnot done in {MOST} seconds")
        rows = [json.loads(line) for line in measured]
    counts = {what: int(count) for count, what in re.findall(r"(\d+) (passed|failed|error)", said)}
    failed = counts.get("failed", 0) + counts.get("error", 0) or int(process.returncode != 0)
    return Tried(
        passed=counts.get("passed", 0),
        failed=failed,
        seconds=time.monotonic() - began,
        figures=_worst(rows),
        red=counts.get("failed", 0),
        why=said[-MOST_SAID:] if failed else "",
    )


def _worst(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Seconds by their longest, counts in all."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for name, value in row.items():
            if name != "row":
                found[name].append(value)
    return {
        name.replace("_", " "): round(max(values) if name.endswith("_s") else sum(values), 1)
        for name, values in found.items()
    }


def _write(table: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
