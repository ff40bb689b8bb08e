"""`make faults`: what of the faults can be tried on one machine, in ten minutes, as one table.

Each row runs its tests, which measure as they go; then every promise is taken out once, and some test must notice.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.faults.mutating import MUTANTS

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
MOST: Final = 300
"""Seconds of one row."""
LIVES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fault of the design's table: its number there, the tests that try it, or why none can here."""

    number: int
    fault: str
    nodes: tuple[str, ...] = ()
    why_not: str = ""


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
    ),
    Row(number=3, fault="power cut, unsynced WAL", why_not="needs a block device that forgets writes"),
    Row(
        number=4,
        fault="a network of errors, resets, silence",
        nodes=("tests/integration/test_network_outage.py",),
    ),
    Row(number=5, fault="a messenger's 429, lost answer, dead chat", why_not="within row 2"),
    Row(
        number=8,
        fault="the clock is set by an hour and a day, back and forward",
        nodes=(
            "tests/unit/test_polling.py",
            "tests/contract/test_store_clock_set_back.py",
            "tests/contract/test_store_listening.py",
        ),
    ),
    Row(number=9, fault="disk full; every write an error", nodes=("tests/faults/test_disk.py",)),
    Row(number=11, fault="PostgreSQL fails over", why_not="needs a second server; a cut session is in row 12"),
    Row(
        number=12,
        fault="two daemons, one paused for 30 s and resumed; a leader cut off",
        nodes=("tests/faults/test_two_daemons.py", "tests/contract/test_store_leading.py"),
    ),
    Row(
        number=14,
        fault="four hundred complaints in half a minute, of ten thousand in five",
        nodes=("tests/integration/test_flood.py",),
    ),
    Row(number=16, fault="soak, a million mentions", why_not="takes hours; `listener replay` of any file does it"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    passed: int
    failed: int
    seconds: float
    figures: Mapping[str, float]


def main() -> int:
    began = time.monotonic()
    lines = ["| № | fault | tests | result | measured | seconds |", "| --- | --- | --- | --- | --- | --- |"]
    bad = 0
    for row in ROWS:
        if row.why_not:
            lines.append(f"| {row.number} | {row.fault} | | not tried here: {row.why_not} | | |")
            continue
        tried = _tried(row.nodes, {"OTKLIK_SEEDS": ",".join(map(str, range(1, LIVES + 1)))})
        bad += tried.failed
        result = "holds" if not tried.failed else f"**{tried.failed} failed**"
        measured = ", ".join(f"{name} {value:g}" for name, value in tried.figures.items())
        runs, seconds = tried.passed + tried.failed, f"{tried.seconds:.0f}"
        lines.append(f"| {row.number} | {row.fault} | {runs} | {result} | {measured} | {seconds} |")
        print(lines[-1], flush=True)
    lines += ["", "| taken out | noticed by |", "| --- | --- |"]
    for name, mutant in MUTANTS.items():
        tried = _tried(mutant.nodes, {"OTKLIK_MUTANT": name}, "-x", "-p", "tests.faults.mutating")
        bad += not tried.failed
        nodes = ", ".join(f"`{node}`" for node in mutant.nodes)
        lines.append(f"| {mutant.what} | {nodes if tried.failed else '**nobody**'} |")
        print(lines[-1], flush=True)
    minutes = (time.monotonic() - began) / 60
    stamp = datetime.now(UTC).date().isoformat()  # noqa: TID251  # a page's own date
    lines += ["", f"Measured on {stamp} by `make faults`, in {minutes:.0f} minutes."]
    _write("\n".join(lines))
    return 1 if bad else 0


def _tried(nodes: Sequence[str], environment: Mapping[str, str], *more: str) -> Tried:
    """Run some tests in a process of their own."""
    began = time.monotonic()
    with tempfile.NamedTemporaryFile("r", suffix=".jsonl") as measured:
        command = [sys.executable, "-m", "pytest", "-q", "-m", "", "-p", "no:randomly", *more, *nodes]
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, "OTKLIK_FIGURES": measured.name, **environment},
                capture_output=True,
                text=True,
                timeout=MOST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Tried(passed=0, failed=1, seconds=time.monotonic() - began, figures={})
        rows = [json.loads(line) for line in measured]
    counts = {what: int(count) for count, what in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    return Tried(
        passed=counts.get("passed", 0),
        failed=counts.get("failed", 0) + counts.get("error", 0) or int(done.returncode != 0),
        seconds=time.monotonic() - began,
        figures=_worst(rows),
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
