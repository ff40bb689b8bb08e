"""A process that hangs is told from one that works, waits for the machine, or was not looked at."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from listener import judge_hanging
from listener.judge_hanging import LOOKS, NEARLY_NOTHING, Hanging, Use, use_of


def looked(uses: Iterable[Use | None], *, answers: Iterable[int] = (), asked: Iterable[bool] = ()) -> list[bool]:
    """What each look said of a process that has used so much."""
    left, given, wanted = iter(uses), iter(answers), iter(asked)
    hanging, found = Hanging(lambda: next(left)), []
    while left.__length_hint__():  # type: ignore[attr-defined]  # a list's own iterator knows it
        found.append(hanging.look(next(given, 0), asked=next(wanted, True)))
    return found


@pytest.mark.parametrize("state", ["S", "T"])
def test_one_that_uses_nothing_while_it_is_asked_hangs_after_so_many_looks(state: str) -> None:
    assert looked([Use(state, 50)] * (LOOKS + 1)) == [False] * LOOKS + [True]


@pytest.mark.parametrize("state", ["R", "D", "t"])
def test_one_that_waits_for_a_core_a_disk_or_a_debugger_does_not(state: str) -> None:
    assert not any(looked([Use(state, 50)] * 5 * LOOKS))
    rests = [Use("S", 50)] * LOOKS
    assert not any(looked([*rests, Use(state, 50), *rests]))


def test_one_that_works_a_little_at_every_look_does_not() -> None:
    assert not any(looked([Use("S", number * (NEARLY_NOTHING + 1)) for number in range(5 * LOOKS)]))


def test_a_tick_now_and_then_is_no_work() -> None:
    assert looked([Use("S", 50 + at // LOOKS) for at in range(LOOKS + 1)])[-1]


def test_one_that_answers_does_not() -> None:
    assert not any(looked([Use("S", 50)] * 5 * LOOKS, answers=range(5 * LOOKS)))
    assert not any(looked([Use("S", 50)] * 2 * LOOKS, answers=[0] * LOOKS + [1] * LOOKS))


def test_one_that_is_asked_for_nothing_does_not() -> None:
    assert not any(looked([Use("S", 50)] * 2 * LOOKS, asked=[False] * 2 * LOOKS))
    assert not any(looked([Use("S", 50)] * 2 * LOOKS, asked=[True] * LOOKS + [False] + [True] * (LOOKS - 1)))


def test_of_a_system_that_does_not_say_nobody_hangs() -> None:
    assert not any(looked([None] * 5 * LOOKS))


def test_what_a_process_uses_is_read_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge_hanging, "_STAT", str(tmp_path / "{}"))
    for pid, line in {
        1: "1 (a) S (b) T 1 2 3 4 5 6 7 8 9 10 70 8 0 0",
        2: "2 (python) S 1 2 3",
        3: "3 (python) S 1 2 3 4 5 6 7 8 9 10 0 0 0 0",
        4: "no process at all",
    }.items():
        (tmp_path / str(pid)).write_text(line)
    assert [use_of(pid) for pid in range(1, 6)] == [Use("T", 78), None, None, None, None]


@pytest.mark.skipif(sys.platform != "linux", reason="as Linux says it")
def test_a_process_that_works_uses_ticks() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        while (use := use_of(busy.pid)) is None or use.ticks < 3:
            os.sched_yield()
        busy.kill()
    assert use_of(busy.pid) is None
