"""One daemon for one SQLite file; the lock ends with the process that holds it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from listener.alone import TakenError, alone_with


def test_a_second_one_is_refused_and_told_who_holds_the_base(tmp_path: Path) -> None:
    file = tmp_path / "var" / "otklik.db"
    with alone_with(file):
        with pytest.raises(TakenError, match=f"процесс {os.getpid()}"), alone_with(file):
            pytest.fail("two at a time")
        with alone_with(tmp_path / "var" / "other.db"):
            pass
    with alone_with(file):
        assert file.with_name("otklik.db.lock").stat().st_mode & 0o077 == 0


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "otklik.db"
    code = (
        "import os, sys; from pathlib import Path; from listener.alone import alone_with\n"
        "with alone_with(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(file)], check=False, cwd=Path(__file__).parents[2])
    with alone_with(file):
        pass


def test_a_database_on_a_server_needs_no_lock() -> None:
    with alone_with(None), alone_with(None):
        pass
