"""A small disk of its own for a daemon, to be filled."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.needs import missing

SIZE = "12m"


class Disk:
    """A file system in memory, mounted at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Until not a byte is left."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            for piece in (65_536, 4_096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(os.urandom(piece))

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(path: Path) -> Iterator[Disk]:
    """Skips the test where nothing may be mounted."""
    path.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(path))
    except (OSError, subprocess.CalledProcessError) as error:
        missing("mount", f"no small disk can be mounted here: {error}")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)  # wherever it is


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)  # ours
