"""A command loads what it needs and no more: each of these libraries takes a quarter of a second or more."""

import subprocess
import sys

import pytest

STORE = ("sqlalchemy", "alembic")
MODEL = ("numpy", "onnxruntime", "classifiers.classify")
NETWORK = ("aiohttp", "asyncio", "requests", "slack_sdk")


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("listener.__main__", ("asyncio", "aiohttp", "pydantic", *STORE, *MODEL)),
        ("listener.commands.check", (*STORE, *MODEL, *NETWORK)),
        ("listener.commands.match", (*STORE, *MODEL, *NETWORK)),
        ("listener.commands.health", ("pydantic", *STORE, *MODEL, *NETWORK)),
        ("listener.commands.queries", (*STORE, *MODEL)),
        ("listener.commands.classify", (*STORE, *NETWORK, "onnxruntime")),
        ("listener.commands.explain", (*STORE, *NETWORK, "onnxruntime")),
        ("listener.commands.route", (*STORE, *NETWORK, "onnxruntime")),
        ("listener.commands.run", (*STORE, *MODEL, "aiohttp", "pydantic")),
        ("listener.serving", ("alembic", "sqlalchemy.orm", "requests", "slack_sdk", "onnxruntime")),
        ("listener.judge_worker", (*STORE, "aiohttp", "pydantic", "onnxruntime")),
    ],
)
def test_nothing_is_loaded_that_is_not_needed(module: str, absent: tuple[str, ...]) -> None:
    script = f"import sys, {module}; print(sorted(set({absent!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, encoding="utf-8")
    assert done.stdout.strip() == "[]"
