"""A process of the fork server is what the executed command would be."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.acceptance.running import until
from tests.forked import Forked, begun

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fork server is for Linux")

ROOT = Path(__file__).parents[2]
HERE = {name: value for name, value in os.environ.items() if not name.startswith("LISTENER_")}
ARGUMENTS = {
    "well": ["check", str(ROOT / "config")],
    "argparse": ["check", "--no-such-option"],
    "read": ["match", "--config", str(ROOT / "examples" / "telecom")],
}


@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS)
async def test_it_says_and_returns_what_the_executed_command_does(tmp_path: Path, arguments: list[str]) -> None:
    came = []
    for fresh in (True, False):
        process = await begun(arguments, tmp_path, HERE, fresh=fresh)
        assert isinstance(process, Forked) is not fresh
        out, errors = await process.communicate('{"text": "Билайн лежит"}\n'.encode() * 10_000)
        came.append((process.returncode, out, errors))
    assert came[0] == came[1]


async def test_it_has_the_folder_the_settings_and_the_words_it_is_given_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    process = await begun(["check"], tmp_path, {**HERE, "LISTENER_CONFIG_DIR": "other"}, fresh=False)
    assert isinstance(process, Forked)
    out, _ = await process.communicate()
    assert "other" in out.decode()
    process = await begun(["check"], tmp_path, HERE, fresh=False)
    out, _ = await process.communicate()
    assert "other" not in out.decode()


async def waiting(folder: Path) -> Forked:
    """One in the middle of `main`: it reads what nobody writes."""
    process = await begun(ARGUMENTS["read"], folder, HERE, fresh=False)
    assert isinstance(process, Forked)
    assert process.returncode is None
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
async def test_a_signal_ends_it_and_then_means_nobody(tmp_path: Path, number: signal.Signals) -> None:
    process = await waiting(tmp_path)
    process.send_signal(number)
    assert await process.wait() == -number
    process.send_signal(number)
    await process.communicate()


async def test_it_holds_no_file_of_the_server_or_of_another_process(tmp_path: Path) -> None:
    one, other = await waiting(tmp_path), await waiting(tmp_path)
    await until(lambda: held(other, "socket:") == set())
    assert len(held(other, "pipe:")) == 3
    assert held(one, "pipe:") & held(other, "pipe:") == set()
    for process in (one, other):
        process.kill()
        await process.communicate()


def held(process: Forked, kind: str) -> set[str]:
    return {link for file in Path(f"/proc/{process.pid}/fd").iterdir() if (link := read(file)).startswith(kind)}


def read(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""  # closed meanwhile


def test_the_server_ends_with_its_worker() -> None:
    script = "import os; from tests.forked import server; print(server().pid, flush=True); os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while alive(int(done.stdout)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_who_needs_another_interpreter_is_executed(tmp_path: Path) -> None:
    process = await begun(["check"], tmp_path, {**HERE, "PYTHONWARNINGS": "error"}, fresh=False)
    assert not isinstance(process, Forked)
    await process.communicate()
