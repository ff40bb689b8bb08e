"""Power cuts: what stands on a disk when everything that was not asked to be safe may be lost, or half there.

A daemon's writes are recorded as it runs (`recorder.c`); a cut after any of them is played back later.
"""

import random
import shutil
import struct
import subprocess
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from tests.needs import missing

RECORDER: Final = Path(__file__).with_name("recorder.c")
HEAD: Final = struct.Struct("<c3xIQQ")
SECTOR: Final = 512
"""Bytes that a disk writes whole or not at all."""

What = Literal["write", "truncation", "sync", "removal"]
_WHAT: Final[Mapping[bytes, What]] = {b"w": "write", b"t": "truncation", b"s": "sync", b"u": "removal"}


@dataclass(frozen=True, slots=True)
class Record:
    """One write, truncation, sync or removal of a file, as it was done."""

    what: What
    name: str
    at: int
    data: bytes


def built(folder: Path) -> Path:
    """The recorder, to be loaded before the C library. Skips the test where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        missing("compiler", "no C compiler here: what a process writes cannot be recorded")
    library = folder / "recorder.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, RECORDER, "-ldl"], check=True)
    return library


def environment(library: Path, watched: Path, log: Path) -> Mapping[str, str]:
    """For a process whose writes under `watched` are to be recorded."""
    return {"LD_PRELOAD": str(library), "OTKLIK_RECORDED": f"{watched}/", "OTKLIK_RECORD": str(log)}


def read(log: Path) -> list[Record]:
    body, place, records = log.read_bytes(), 0, []
    while place < len(body):
        what, path, at, size = HEAD.unpack_from(body, place)
        place += HEAD.size
        name = Path(body[place : place + path].decode()).name
        place += path
        records.append(Record(_WHAT[what], name, at, body[place : place + size]))
        place += size
    return records


@dataclass(slots=True)
class _File:
    """`safe` has what was synced; `written` everything; `pending` what is on its way from one to the other."""

    safe: bytearray = field(default_factory=bytearray)
    written: bytearray = field(default_factory=bytearray)
    pending: list[Record] = field(default_factory=list)


class Disk:
    """The files of one folder as the records make them, one record after the other.

    One that lies says that a file of these names is safe when it is not.
    """

    def __init__(self, lies_about: Collection[str] = ()) -> None:
        self._files: dict[str, _File] = {}
        self._lies_about = lies_about

    def do(self, record: Record) -> None:
        if record.what == "removal":
            self._files.pop(record.name, None)
            return
        file = self._files.setdefault(record.name, _File())
        if record.what == "sync":
            if record.name in self._lies_about:
                return
            file.safe[:] = file.written
            file.pending.clear()
            return
        _apply(file.written, record)
        file.pending.append(record)

    def as_written(self, folder: Path) -> None:
        """As another process sees it, and as it stays when only the process ends."""
        for name, file in self._kept():
            (folder / name).write_bytes(file.written)

    def after_a_cut(self, folder: Path, rng: random.Random) -> None:
        """What was synced is there; of the rest, in any order, some, also parts of a write."""
        share = rng.choice((0.0, 0.5, 1.0))
        for name, file in self._kept():
            left = bytearray(file.safe)
            for record in file.pending:
                for part in _sectors(record):
                    if rng.random() < share:
                        _apply(left, part)
            (folder / name).write_bytes(left)

    def _kept(self) -> Iterator[tuple[str, _File]]:
        """Without what SQLite shares in memory: whoever opens the files first makes it anew."""
        return ((name, file) for name, file in self._files.items() if not name.endswith("-shm"))


def _apply(content: bytearray, record: Record) -> None:
    if record.what == "truncation":
        del content[record.at :]
    end = record.at + len(record.data)
    content.extend(bytes(max(0, end - len(content))))
    content[record.at : end] = record.data


def _sectors(record: Record) -> Iterator[Record]:
    """A write by the pieces that a disk cannot tear."""
    if record.what != "write":
        yield record
        return
    place = 0
    while place < len(record.data):
        step = SECTOR - (record.at + place) % SECTOR
        yield Record("write", record.name, record.at + place, record.data[place : place + step])
        place += step
