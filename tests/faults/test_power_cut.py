"""The power goes at any write of a daemon under load: what was committed is there whole, the rest is not."""

import asyncio
import hashlib
import random
import shutil
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.running import LEAN, Process, config_files, world
from tests.faults import power
from tests.faults.figures import note
from tests.faults.power import Disk, Record

CUTS = 400
RATE = 40.0
SECONDS = 20.0
"""Of load, on a quiet machine."""
DATABASE = "otklik.db"
WAL = f"{DATABASE}-wal"


@pytest.mark.long
async def test_a_power_cut_at_any_write_leaves_what_was_committed(tmp_path: Path) -> None:
    records = await recorded(tmp_path)
    moved = sum(one.what == "write" and one.name == DATABASE for one in records)
    assert moved > 100, "nothing was moved from the log into the database"
    states = await asyncio.to_thread(cut, records, Disk(), tmp_path)
    note(3, cuts=CUTS, writes=len(records), states=states, lost=0, unsound=0)
    assert states > CUTS / 4
    # A disk that calls safe what is not is noticed: else all that would prove nothing.
    with pytest.raises((AssertionError, sqlite3.DatabaseError)):
        await asyncio.to_thread(cut, records, Disk(lies_about={WAL}), tmp_path)


async def recorded(folder: Path) -> list[Record]:
    """What a daemon under load writes into its database."""
    log, watched = folder / "writes", folder / "watched"
    library = await asyncio.to_thread(power.built, folder)
    watched.mkdir()
    async with world() as simulator:
        environment = {**simulator.environment(), **LEAN, **power.environment(library, watched, log)}
        database = f"sqlite:///{watched / DATABASE}"
        async with Process(folder, environment, config_files(folder), database) as daemon:
            await daemon.start()
            simulator.traffic.rate = RATE
            await asyncio.sleep(SECONDS * daemon.slower)
            await daemon.kill()
    return await asyncio.to_thread(power.read, log)


def cut(records: Sequence[Record], disk: Disk, folder: Path) -> int:
    """Cut after so many of the records, and hold what is left against what stood there when the log was safe last.

    It must be just that, or with the one transaction that was under way. Returns how many states were met.
    """
    rng = random.Random(20261130)
    syncs = [place for place, record in enumerate(records) if (record.what, record.name) == ("sync", WAL)]
    chosen = set(rng.sample(range(syncs[0], len(records)), CUTS))
    promises = {syncs[bisect_right(syncs, place) - 1] for place in chosen}
    promised, met = "", set()
    for place, record in enumerate(records):
        disk.do(record)
        if place in promises:
            promised = _state(disk.as_written, folder / "disk")
        if place in chosen:
            written = _state(disk.as_written, folder / "disk")
            left = _state(lambda empty: disk.after_a_cut(empty, rng), folder / "disk")
            assert left in {promised, written}, f"record {place} of {len(records)}"
            met.add(left)
    return len(met)


def _state(put: Callable[[Path], None], folder: Path) -> str:
    """Every row that a sound database holds, as a fingerprint. Raises sqlite3.DatabaseError for an unsound one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    put(folder)
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        names = database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        ).fetchall()
        rows: list[Any] = [database.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in names]
    return hashlib.sha256(repr((names, rows)).encode()).hexdigest()
