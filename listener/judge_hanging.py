"""Tells a judge's process that hangs from one that works: it answers nothing, and neither uses nor wants a core.

A process that the machine gives no core wants one (R), one whose memory comes from a disk waits for that (D), and
one that a debugger holds is held (t): none of them hangs.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

EVERY: Final = 1.0
"""Seconds between two looks."""
LOOKS: Final = 10
"""So many seconds until one that hangs is known to. They are counted, not timed: nobody looks while the daemon is
held up itself, or while the machine sleeps.
"""
NEARLY_NOTHING: Final = 2
"""Ticks of the processor's time in all those looks: a hundredth of a second each on Linux. A batch takes more."""
_RESTS: Final = frozenset("ST")
"""Waits for something that is no disk; stopped."""
_STAT: Final = "/proc/{}/stat"


class Use(NamedTuple):
    """`ticks` are what all its threads have used since its start, `state` is the letter of its main thread."""

    state: str
    ticks: int


def use_of(pid: int) -> Use | None:
    """None where the system does not say it."""
    try:
        stat = Path(_STAT.format(pid)).read_bytes().decode("ascii", "replace")
        # The program's name stands in brackets and may hold any of them, and blanks.
        state, *fields = stat.rpartition(")")[2].split()
        ticks = int(fields[10]) + int(fields[11])
    except (OSError, ValueError, IndexError):
        return None
    # Who has loaded a model has used some: a system that says nothing does not count.
    return Use(state, ticks) if ticks else None


class Hanging:
    """Looks at one process again and again; `use` is what it has used by now."""

    def __init__(self, use: Callable[[], Use | None]) -> None:
        self._use = use
        self._since: tuple[int, int] = (-1, 0)
        """How many answers it had given, and what it had used, at the first of the looks alike."""
        self._alike = 0

    def look(self, answers: int, *, asked: bool) -> bool:
        """Whether it hangs by now: so many answers it has given, and it is `asked` for another."""
        use = self._use()
        if use is None or not asked or use.state not in _RESTS:
            self._alike = 0
            return False
        if self._alike == 0 or answers != self._since[0] or use.ticks - self._since[1] > NEARLY_NOTHING:
            self._since, self._alike = (answers, use.ticks), 0
        self._alike += 1
        return self._alike > LOOKS
