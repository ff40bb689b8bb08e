"""Changes of the config folder and of the files with secrets, noticed by themselves (watchfiles' home)."""

import asyncio
import hashlib
import logging
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

log = logging.getLogger(__name__)
logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it counts changes for everybody to read

SETTLED: Final = 500
"""Milliseconds without another change: editors write in several steps, and people save two files in a row."""
AT_LEAST: Final = 5000
"""Milliseconds after which the folder is looked at although nothing was told."""
MOST_READ: Final = 16 * 1024 * 1024
_PASSED_OVER: Final = frozenset({"schema", "history"})


async def announce_changes(folder: Path, known: str, changed: asyncio.Event) -> None:
    """Set the event whenever what the folder says is not `known` any more; never ends by itself.

    `known` is the digest from before the folder was read: what was saved meanwhile is a change too. A file that is
    only touched, or an editor's own beside it, is none.
    """
    # Looked at now and then as well: a disk of another machine tells of no changes.
    watched = awatch(
        folder, watch_filter=_is_config, debounce=SETTLED, step=100, rust_timeout=AT_LEAST, yield_on_timeout=True
    )
    async for _ in watched:
        now = await asyncio.to_thread(digest, folder)
        if now != known:
            known = now
            log.info("the files in %s have changed: reading them", folder)
            changed.set()


async def announce_new_secrets(files: Sequence[Path], known: str, changed: asyncio.Event) -> None:
    """Set the event when one of the files holds something else than when their digest was `known`.

    They are looked at, not waited for: an orchestrator puts another folder in the place of theirs, of which
    whoever waits for the old one hears nothing.
    """
    while files:
        await asyncio.sleep(AT_LEAST / 1000)
        now = await asyncio.to_thread(digest_of, files)
        if now != known:
            known = now
            log.info(".env or a file with a secret has changed: reading the settings")
            changed.set()


def digest_of(files: Sequence[Path]) -> str:
    """One value for all that the files say. One that cannot be read says nothing."""
    whole = hashlib.sha256()
    for path in files:
        content = _content(path)
        whole.update(f"{path}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def _content(path: Path) -> bytes:
    """As much as anybody reads of a config or a secret; of a pipe or a device, which may never end, what it is."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return str(status.st_mode).encode()
        with path.open("rb") as file:
            return file.read(MOST_READ)
    except OSError:
        return b""


def digest(folder: Path) -> str:
    """One value for all that the folder's files say, and for their names."""
    found = sorted(folder.rglob("*.yaml"))
    return digest_of([path for path in found if _PASSED_OVER.isdisjoint(path.relative_to(folder).parts)])


def _is_config(_change: Change, path: str) -> bool:
    return path.endswith(".yaml") and _PASSED_OVER.isdisjoint(Path(path).parts)
