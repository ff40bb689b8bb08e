"""The config folder is watched: what it says is read again within seconds, and nothing else wakes anybody."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from listener import watching
from listener.watching import announce_changes, announce_new_secrets, digest, digest_of


@dataclass(slots=True)
class Watched:
    folder: Path
    changed: asyncio.Event

    async def seen(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self.changed.wait(), seconds)
        except TimeoutError:
            return False
        self.changed.clear()
        return True


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    (tmp_path / "brands").mkdir()
    write(tmp_path / "routes.yaml", "a: 1\n")
    changed = asyncio.Event()
    task = asyncio.create_task(announce_changes(tmp_path, await asyncio.to_thread(digest, tmp_path), changed))
    await asyncio.sleep(0.5)
    yield Watched(tmp_path, changed)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_changed_a_new_and_a_removed_file_are_seen_within_seconds(watched: Watched) -> None:
    write(watched.folder / "routes.yaml", "a: 2\n")
    assert await watched.seen(120)
    write(watched.folder / "brands" / "romashka.yaml", "id: a\n")
    assert await watched.seen(120)
    (watched.folder / "brands" / "romashka.yaml").unlink()
    assert await watched.seen(120)


async def test_a_file_that_is_put_in_the_place_of_another_is_seen(watched: Watched) -> None:
    write(watched.folder / "routes.tmp", "a: 3\n")
    (watched.folder / "routes.tmp").rename(watched.folder / "routes.yaml")
    assert await watched.seen(120)


async def test_a_pipe_or_a_device_among_the_files_is_a_change_and_is_not_read(watched: Watched) -> None:
    os.mkfifo(watched.folder / "brands" / "pipe.yaml")
    assert await watched.seen(10.0)
    (watched.folder / "brands" / "device.yaml").symlink_to("/dev/zero")
    assert await watched.seen(10.0)
    (watched.folder / "brands" / "pipe.yaml").unlink()
    assert await watched.seen(10.0)
    write(watched.folder / "routes.yaml", "a: 2\n")
    assert await watched.seen(10.0)


async def test_what_changes_nothing_that_is_read_wakes_nobody(watched: Watched) -> None:
    (watched.folder / "routes.yaml").touch()
    write(watched.folder / "notes.txt", "x")
    write(watched.folder / "routes.yaml~", "x")
    write(watched.folder / "routes.yaml", "a: 1\n")
    assert not await watched.seen(1.5)


async def test_two_files_that_are_saved_in_a_row_are_one_change(watched: Watched) -> None:
    write(watched.folder / "routes.yaml", "a: 4\n")
    await asyncio.sleep(0.1)
    write(watched.folder / "brands" / "romashka.yaml", "id: b\n")
    assert await watched.seen(120)
    assert not await watched.seen(1.5)


async def test_what_was_saved_while_the_folder_was_read_is_seen_too(tmp_path: Path) -> None:
    write(tmp_path / "routes.yaml", "a: 1\n")
    before = await asyncio.to_thread(digest, tmp_path)
    write(tmp_path / "routes.yaml", "a: 2\n")
    changed = asyncio.Event()
    task = asyncio.create_task(announce_changes(tmp_path, before, changed))
    await asyncio.wait_for(changed.wait(), 120)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_secret_that_is_put_in_the_place_of_another_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Kubernetes does it: the file is a link into a folder that is a link, and that link is replaced."""
    monkeypatch.setattr(watching, "AT_LEAST", 50)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "token", name)
    (tmp_path / "..data").symlink_to("one")
    (tmp_path / "token").symlink_to("..data/token")
    files = (tmp_path / "token", tmp_path / "missing")
    changed = asyncio.Event()
    known = await asyncio.to_thread(digest_of, files)
    task = asyncio.create_task(announce_new_secrets(files, known, changed))
    await asyncio.sleep(0.2)
    assert not changed.is_set()
    (tmp_path / "..new").symlink_to("two")
    (tmp_path / "..new").rename(tmp_path / "..data")
    await asyncio.wait_for(changed.wait(), 120)
    changed.clear()
    write(tmp_path / "missing", "there now")
    await asyncio.wait_for(changed.wait(), 120)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
