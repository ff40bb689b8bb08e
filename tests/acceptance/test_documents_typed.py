"""Every command that the documents show is typed here, as it stands, and does what is said of it."""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from listener.__main__ import COMMANDS

ROOT = Path(__file__).parents[2]
DOCUMENTS: Final = (
    "README.md",
    "config/README.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
)

# What is typed → the exit code, and what the command must have said.
TYPED: Final = {
    "listener init": (2, "Назовите бренд"),
    "listener check": (0, "Всё в порядке"),
    "listener check config": (0, "Всё в порядке"),
    'listener match "василёк, почините связь"': (0, "ни одного бренда"),
    'listener explain "текст"': (0, "Жалоба:"),
    'listener route "текст"': (1, "Бренд не найден"),
    "listener match": (0, ""),
    "listener queries": (0, "запросов в сутки"),
    "listener queries --today": (0, "ключа ещё нет"),
    "listener coverage": (0, "запустите listener run"),
    "listener health": (1, "not alive"),
    "listener resend": (0, "Обращений, чьи карточки уйдут снова: 0"),
    "listener silent": (0, "чем-то по ним занялись"),
    "listener model list": (0, "Судит исходная модель"),
    "listener model reasons": (0, "никто не нажал"),
    "listener model words": (0, "нет слов на испытании"),
    "listener model rollback": (1, "Возвращаться не от чего"),
    "listener doctor": (1, "ни одной сети"),
    "listener doctor --fix": (1, "ни одной сети"),
    "listener doctor --send-test": (1, "ни одной сети"),
    "listener export deliveries": (0, ""),
    "listener export events": (0, ""),
    "listener export mentions": (0, ""),
    "listener export verdicts": (0, ""),
    "listener export labels": (0, ""),
    "listener export labels > var/labels.jsonl": (0, ""),
    "listener train --labels var/labels.jsonl": (1, "мет"),
}
ELSEWHERE: Final = {
    "listener demo": "tests/acceptance/test_wheel.py",
    "listener evaluate": "tests/integration/test_judge_commands.py, on texts of its own",
    "listener run": "the daemon; tests/acceptance/test_the_whole_path.py runs it",
    "listener teach": "with torch, three quarters of an hour; tests/unit/classifiers/test_encoder_network.py",
    "listener train": "tests/integration/test_judge_commands.py, on texts of its own",
    "make demo": "installs from the network; tests/acceptance/test_wheel.py runs the demo of an empty environment",
    "python -m simulator --port 8090 --rate 1": "tests/integration/test_simulator_page_server.py",
    "listener run --config simulator/demo": "the daemon; tests/acceptance/test_the_whole_path.py runs it",
}


BLOCK: Final = re.compile(r"^ *```(\w*)\n(.*?)^ *```", flags=re.MULTILINE | re.DOTALL)
OTHER_LANGUAGES: Final = ("json", "mermaid", "python", "yaml")
SETTING: Final = re.compile(r"LISTENER_\w+=.*")
PLACEHOLDER: Final = re.compile(r"\[|\b[A-Z]{4,}\b|--labels$")


def typed() -> Iterator[tuple[str, str]]:
    """The documents' commands: every line of a command block but settings, and what stands in a sentence."""
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for language, block in BLOCK.findall(text):
            if language not in OTHER_LANGUAGES:
                lines = (line.partition("  #")[0].strip() for line in block.splitlines())
                yield from ((document, line) for line in lines if line and not SETTING.fullmatch(line))
        yield from ((document, span) for span in spans(text) if not PLACEHOLDER.search(span))


def spans(text: str) -> Iterator[str]:
    """What is called `listener …` in a sentence or a table."""
    for span in re.findall(r"`([^`]+)`", BLOCK.sub("", text)):
        if span.startswith("listener "):
            yield " ".join(span.split())


def test_every_option_that_a_document_names_is_one_of_its_command() -> None:
    for document in DOCUMENTS:
        for span in spans((ROOT / document).read_text(encoding="utf-8")):
            name, *rest = span.split()[1:]
            assert name in COMMANDS, f"{document}: {span}"
            parser = argparse.ArgumentParser()
            import_module(f"listener.commands.{name}").add_arguments(parser)
            options = {option for action in parser._actions for option in action.option_strings}
            assert set(re.findall(r"--[a-z-]+", " ".join(rest))) <= options, f"{document}: {span}"


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
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        out = run.stdout + run.stderr
        assert (run.returncode, "Traceback" in run.stderr) == (code, False), f"{command}: {out}"
        assert said in out, f"{command}: {out}"
