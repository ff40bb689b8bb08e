"""A PostgreSQL of a test's own, to be stopped in the middle of its work."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.needs import missing
from tests.ports import own_port

DEBIAN: Final = Path("/usr/lib/postgresql")
KEPT: Final = "postgres"
"""Whom the server runs as where this is root, whom it refuses."""


class Cluster:
    """One server; its settings are PostgreSQL's own: what it has committed survives whatever happens to it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._data = folder / "data"
        self._folder = folder
        self._port = own_port()
        self.url = f"postgresql://{KEPT}@127.0.0.1:{self._port}/{KEPT}"

    def make(self) -> None:
        self._run("initdb", f"--pgdata={self._data}", "--auth=trust", f"--username={KEPT}", "--no-instructions")

    def start(self) -> None:
        """Return when it takes connections again."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._control("--wait", f"--options={options}", f"--log={self._folder / 'log'}", "start")

    def cut(self) -> None:
        """As if its machine lost its power: nobody is waited for, nothing is written any more."""
        self._control("--mode=immediate", "stop")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", f"--pgdata={self._data}", "--timeout=120", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        user = KEPT if os.getuid() == 0 else None
        # What runs on would hold a pipe open.
        with (self._folder / "said").open("ab") as said:
            subprocess.run([self._programs / program, *arguments], check=True, user=user, stdout=said, stderr=said)


@contextlib.contextmanager
def own_cluster() -> Iterator[Cluster]:
    """Skips the test where PostgreSQL's programs are not installed."""
    programs = _programs()
    if programs is None:
        missing("postgres", "no initdb and pg_ctl here: a PostgreSQL to be stopped cannot be made")
    with tempfile.TemporaryDirectory(prefix="otklik-postgres-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, KEPT)
        cluster = Cluster(programs, folder)
        cluster.make()
        cluster.start()
        try:
            yield cluster
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                cluster.cut()


def _programs() -> Path | None:
    found = [*DEBIAN.glob("*/bin/initdb"), *map(Path, filter(None, [shutil.which("initdb")]))]
    return found[0].parent if found else None
