"""Changes of the config folder, noticed by themselves (watchfiles' home)."""

import asyncio
import hashlib
import logging
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

log = logging.getLogger(__name__)
logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it counts changes for everybody to read

SETTLED: Final = 500
"""Milliseconds without another change: editors write in several steps, and people save two files in a row."""
AT_LEAST: Final = 5000
"""Milliseconds after which the folder is looked at although nothing was told."""
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


def digest(folder: Path) -> str:
    """One value for all that the folder's files say, and for their names."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml")):
        if _PASSED_OVER.isdisjoint(path.relative_to(folder).parts):
            try:
                content = path.read_bytes()
            except OSError:
                content = b""
            whole.update(f"{path}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def _is_config(_change: Change, path: str) -> bool:
    return path.endswith(".yaml") and _PASSED_OVER.isdisjoint(Path(path).parts)
