"""One daemon for one SQLite file: a lock beside it that ends with the process, however it ends."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class TakenError(Exception):
    """Another daemon works on the file; the message is Russian."""


@contextlib.contextmanager
def alone_with(file: Path | None) -> Iterator[None]:
    """Hold the file's lock. Raises TakenError. None, for a database on a server, needs no lock."""
    if file is None:
        yield
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = file.with_name(file.name + ".lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "неизвестен"
            raise TakenError(
                f"с базой {file} уже работает другой Отклик (процесс {holder}): остановите его; "
                "двум на одном файле нельзя, для нескольких есть PostgreSQL"
            ) from None
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)
