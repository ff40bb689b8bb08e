"""Every command that the documents show is typed here, as it stands, and does what is said of it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS: Final = (
    "README.md",
    "config/README.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
)
PROGRAMS: Final = ("listener", "make", "echo", "pip", "pipx", ".")

# What is typed → the exit code, and what the command must have said.
TYPED: Final = {
    "listener check config": (0, "Всё в порядке"),
    "listener doctor": (1, "ни одной сети"),
    "listener doctor --send-test": (1, "ни одной сети"),
    "listener export labels > var/labels.jsonl": (0, ""),
    "listener train --labels var/labels.jsonl": (1, "мет"),
}
ELSEWHERE: Final = {
    "make demo": "installs from the network; tests/acceptance/test_wheel.py runs the demo of an empty environment",
    "python -m simulator --port 8090 --rate 1": "tests/integration/test_simulator_page_server.py",
    "listener run --config simulator/demo": "the daemon; tests/acceptance/test_the_whole_path.py runs it",
}


def typed() -> Iterator[tuple[str, str]]:
    """The lines of the documents' command blocks, without comments."""
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for language, block in re.findall(r"^ *```(\w*)\n(.*?)^ *```", text, flags=re.MULTILINE | re.DOTALL):
            if language not in ("", "sh"):
                continue
            for line in block.splitlines():
                command = line.partition("  #")[0].strip()
                if command.split(" ")[0] in (*PROGRAMS, "python"):
                    yield document, command


def test_every_command_of_the_documents_is_typed_here_or_elsewhere() -> None:
    strangers = [shown for shown in typed() if shown[1] not in TYPED.keys() | ELSEWHERE.keys()]
    assert strangers == []
    assert {command for _, command in typed()} == TYPED.keys() | ELSEWHERE.keys()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a newcomer has after `make setup`: the repository's config, and the command on the path."""
    folder = tmp_path_factory.mktemp("clone")
    subprocess.run(["cp", "-r", ROOT / "config", folder], check=True)
    listener = folder / "bin" / "listener"
    listener.parent.mkdir()
    listener.write_text(f'#!/bin/sh\nexec {sys.executable} -m listener "$@"\n', encoding="utf-8")
    listener.chmod(0o755)
    environ = _environ(folder)
    run = subprocess.run(
        ["listener", "replay", "-"], cwd=folder, env=environ, input="", capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return folder


def _environ(folder: Path) -> dict[str, str]:
    return {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), "PYTHONPATH": str(ROOT)}


def test_every_command_does_as_it_stands_in_the_order_of_the_documents(clone: Path) -> None:
    # One test: `train --labels` reads the file that `export labels` wrote, and tests run in any order.
    for command, (code, said) in TYPED.items():
        run = subprocess.run(
            ["sh", "-c", command],
            cwd=clone,
            env=_environ(clone),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        out = run.stdout + run.stderr
        assert (run.returncode, "Traceback" in run.stderr) == (code, False), f"{command}: {out}"
        assert said in out, f"{command}: {out}"
