"""Plain values as typed ones, whichever thread comes first."""

import subprocess
import sys
from typing import Final

import pytest

AT_ONCE: Final = """
import sys, threading
from dataclasses import make_dataclass
from msgspec import ValidationError, defstruct
from alerts.cases.events import KINDS
from listener.shapes import convert

def structs():
    inner = defstruct("Inner", [("number", int, 0), ("words", str | None, None)])
    fields = [("one", inner | None, None), ("many", tuple[inner, ...], ()), ("named", dict[str, inner], {})]
    return [(defstruct("Outer", fields), {"one": {"number": 1}, "many": [{"words": "да"}], "named": {"a": {}}})]

def dataclasses():
    inner = make_dataclass("Inner", [("number", int), ("words", str | None)])
    outer = make_dataclass("Outer", [("one", inner | None), ("many", tuple[inner, ...])])
    return [(outer, {"one": {"number": 1, "words": "да"}, "many": []})]

def facts():
    return [(kind, {}) for kind in KINDS.values()]

def together(shapes):
    gate = threading.Barrier(6)

    def first_use():
        gate.wait()
        for kind, value in shapes:
            try:
                convert(value, kind)
            except ValidationError:
                pass

    threads = [threading.Thread(target=first_use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

sys.setswitchinterval(1e-6)
for _ in range({times}):
    together({shapes}())
"""
"""Threads that meet a kind for the first time at the same moment; without care the process ends by a signal."""


@pytest.mark.parametrize(("shapes", "times"), [("structs", 100), ("dataclasses", 100), ("facts", 1)])
def test_threads_that_meet_a_kind_for_the_first_time_end_no_process(shapes: str, times: int) -> None:
    program = AT_ONCE.replace("{shapes}", shapes).replace("{times}", str(times))
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=300
    )
    assert (ended.returncode, ended.stderr) == (0, "")
