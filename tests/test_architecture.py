"""The arrows between packages hold, and so does what the style asks of every module."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path.relative_to(ROOT)
    for package in ("domain", "listener", "classifiers", "alerts", "simulator")
    for path in (ROOT / package).rglob("*.py")
)


def test_every_import_follows_the_architecture() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_begins_with_a_sentence_about_its_job(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    if tree.body:
        docstring = ast.get_docstring(tree)
        assert docstring, "no module docstring"
        assert docstring.splitlines()[0].rstrip()[-1] in ".?:…`", docstring.splitlines()[0]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_function_is_longer_than_fifty_lines(path: Path) -> None:
    """A file has no such bound: it holds one idea, and cutting an idea at a line helps nobody."""
    source = (ROOT / path).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, f"{node.name} at line {node.lineno}"
