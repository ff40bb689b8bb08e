"""Otklik beside its nearest peer, obsei 1.1.1, on the same real tweets; each net of its start.

The peer has an environment of its own, made here when it is wanted: in OTKLIK_BENCH_OBSEI, else for this run.
Where it cannot be made, that is said and Otklik stands alone. Both sync every commit: Otklik one for keeping
and one for recording a batch of 500 (`synchronous = FULL`), the peer one for a batch of 1000 (DuckDB's log).
Otklik matches brands, judges by both tiers, opens cases and draws cards; the peer stores and writes Parquet,
and in its second row judges as well, by Otklik's own first tier.
"""

import asyncio
import os
import subprocess
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.replay import replayed
from benchmarks.row import Row
from benchmarks.stream import TELECOM, real_lines
from listener.config.load import load

WANTED: Final = ("obsei==1.1.1", "pandas", "pyarrow", "numpy", "pymorphy3[fast]")
LOOP: Final = Path(__file__).with_name("obsei_loop.py")
ROOT: Final = Path(__file__).parents[1]
PATIENCE: Final = 600.0


class NoPeerError(Exception):
    """The peer's environment cannot be made, or does not run."""


def run() -> list[Row]:
    lines = real_lines()
    if lines is None:
        print("obsei is measured on the data sets beside the project, and they are not here")
        return []
    own = asyncio.run(replayed(load(TELECOM), lines))
    rows = [Row(name="Otklik, matched, judged and told", value=own, unit="mentions/s")]
    try:
        with _environment() as python:
            for name, judge in (("obsei, stored and written", False), ("obsei with Otklik's first tier", True)):
                peer = _peer(python, lines, judge=judge)
                rows += [Row(name=name, value=peer, unit="mentions/s", against="Otklik", ratio=peer / own)]
    except NoPeerError as error:
        print(f"obsei is not here: {error}")
    return rows


@contextmanager
def _environment() -> Iterator[Path]:
    """The interpreter of an environment that has the peer. Raises NoPeerError."""
    with tempfile.TemporaryDirectory(prefix="otklik-obsei-") as folder:
        home = Path(os.environ.get("OTKLIK_BENCH_OBSEI") or folder)
        python = home / "bin" / "python"
        if not python.exists():
            venv.create(home, with_pip=True)
        # What is there already is not fetched again.
        _ran([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *WANTED], {})
        yield python


def _peer(python: Path, lines: bytes, *, judge: bool) -> float:
    """Mentions a second. Raises NoPeerError."""
    with tempfile.TemporaryDirectory(prefix="otklik-obsei-") as folder:
        file = Path(folder) / "tweets.jsonl"
        file.write_bytes(lines)
        command = [str(python), "-P", str(LOOP), str(file), folder, *(["JUDGE"] if judge else [])]
        return float(_ran(command, {"PYTHONPATH": str(ROOT)}).split()[0])


def _ran(command: list[str], environment: dict[str, str]) -> str:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        done = subprocess.run(
            command,
            env={**clean, **environment},
            capture_output=True,
            check=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines()
        raise NoPeerError(said[-1][:200] if said else str(error)) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPeerError(str(error)) from error
    return done.stdout
