"""Launches the judge's process, which loads its model before anybody knows what it will look for."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Final

ROOM: Final = 1 << 20
"""Bytes of an answer that are read at once."""


async def launched(model: Path | None, *, second: bool) -> Process:
    """`python -m listener.judge_worker` with its pipes, for a JudgeProcess to ask. Raises OSError."""
    options = ([] if second else ["--once"]) + ([] if model is None else [str(model)])
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "listener.judge_worker",
        *options,
        stdin=PIPE,
        stdout=PIPE,
        limit=ROOM,
        env=_environment(),
        # Ctrl+C is for whoever asks.
        start_new_session=True,
    )


async def put_away(process: Process) -> None:
    """Kill one that nobody asks, and wait for its end: a loop that is closed before leaves its pipes open."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    if process.stdout is not None:
        await process.stdout.read()
    await process.wait()


def _environment() -> dict[str, str]:
    """What it needs of ours: it finds the same code, and is told no secret."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LISTENER_")}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
