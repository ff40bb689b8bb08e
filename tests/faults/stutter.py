"""Runs a command on a machine that stutters: each of its processes is stopped now and then, as on a busy one.

`python -m tests.faults.stutter 0.2 2.5 pytest -n 3 tests/integration`: the share of the time in which a process
stands still, and the most seconds that it does so at once. A test that rests on how soon something is done fails
here within minutes, where repeats of the suite need weeks. OTKLIK_SEED gives other moments.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

TICK: Final = 0.1


def main(share: float, most: float, command: list[str]) -> int:
    chance = random.Random(int(os.environ.get("OTKLIK_SEED", "1")))
    # A stop lasts `most / 2` on average: so often it has to begin.
    often = share / (1 - share) * TICK / (most / 2)
    stopped: dict[int, float] = {}
    running = subprocess.Popen(command)
    try:
        while running.poll() is None:
            now = time.monotonic()
            for process in [process for process, until in stopped.items() if now >= until]:
                _signal(process, signal.SIGCONT)
                del stopped[process]
            for process in _descendants(running.pid):
                if process not in stopped and chance.random() < often:
                    _signal(process, signal.SIGSTOP)
                    stopped[process] = now + chance.uniform(TICK, most)
            time.sleep(TICK)
    finally:
        for process in stopped:
            _signal(process, signal.SIGCONT)
    return running.returncode


def _signal(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)


def _descendants(ancestor: int) -> Iterator[int]:
    """Those that a test has stopped itself stay as they are."""
    children: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent, *_ = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            children[int(parent)].append((int(stat.parent.name), state))
    waiting = [ancestor]
    while waiting:
        for child, state in children[waiting.pop()]:
            waiting.append(child)
            if state not in "TZ":
                yield child


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
