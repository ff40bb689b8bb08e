"""Seconds until commands answer and the daemon is ready, the processor's of them, and what the daemon holds then.

Each is a process of its own, as a person starts it, its bytecode kept from the first time; the least of several,
for other programs only ever add. The daemon has the brands and routes of `examples/telecom`, a database at its
newest schema and no token, so no network's library is loaded. Linux alone.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.row import Row
from benchmarks.stream import TELECOM
from listener.judge_settings import cores

LISTENER: Final = (sys.executable, "-m", "listener")
REPEATS: Final = 5
COMMANDS: Final[Mapping[str, Sequence[str]]] = {
    "--help": ("--help",),
    "check": ("check", str(TELECOM)),
    "match, one text": ("match", "МТС не работает", "--config", str(TELECOM)),
    "classify, one text, both tiers": ("classify", "МТС не работает третий день"),
    "explain, both tiers": ("explain", "МТС не работает третий день", "--config", str(TELECOM)),
}
TICKS: Final = os.sysconf("SC_CLK_TCK")
SETTLED: Final = 1.0
"""Seconds after which memory is looked at: what the start gave back is back then."""
READY: Final = "ready:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Seconds by the clock until it was ready; the processor's seconds and the megabytes of each process."""

    wall: float
    busy: list[float]
    held: list[float]


def run() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        environment = _environment(Path(folder))
        rows = [_answered(name, command, environment) for name, command in COMMANDS.items()]
        for processes in ("off", "on") if cores() > 1 else ("off",):
            rows += _ready({**environment, "LISTENER_JUDGE_PROCESS": processes})
    return rows


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LISTENER_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "LISTENER_DATABASE_URL": f"sqlite:///{folder / 'otklik.db'}",
        "LISTENER_CONFIG_DIR": str(TELECOM),
        "LISTENER_HTTP_BIND": "127.0.0.1:0",
    }


def _answered(name: str, command: Sequence[str], environment: Mapping[str, str]) -> Row:
    seconds = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        subprocess.run([*LISTENER, *command], env=environment, capture_output=True, check=True)
        seconds.append(time.perf_counter() - began)
    return Row(name=f"listener {name}", value=min(seconds[1:]), unit="s")


def _ready(environment: Mapping[str, str]) -> list[Row]:
    times = [_started(environment) for _ in range(REPEATS + 1)][1:]
    where = f"run, {'one process' if len(times[0].busy) == 1 else 'two processes'}"
    return [
        Row(name=f"{where}: ready", value=min(each.wall for each in times), unit="s"),
        Row(name=f"{where}: processor until then", value=min(sum(each.busy) for each in times), unit="s"),
        Row(name=f"{where}: held (PSS)", value=min(sum(each.held) for each in times), unit="MB"),
    ]


def _started(environment: Mapping[str, str]) -> Started:
    began = time.perf_counter()
    with subprocess.Popen([*LISTENER, "run"], env=environment, stderr=subprocess.PIPE, text=True) as daemon:
        if daemon.stderr is None or not any(READY in line for line in daemon.stderr):
            raise RuntimeError("the daemon did not start")
        wall = time.perf_counter() - began
        processes = [daemon.pid, *_children(daemon.pid)]
        busy = [_busy(process) for process in processes]
        time.sleep(SETTLED)
        held = [_held(process) for process in processes]
        daemon.send_signal(signal.SIGTERM)
        daemon.stderr.read()
    return Started(wall=wall, busy=busy, held=held)


def _children(parent: int) -> list[int]:
    own = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(number) for number in own.split()]


def _busy(process: int) -> float:
    told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / TICKS


def _held(process: int) -> float:
    told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
