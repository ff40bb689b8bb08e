"""Alarm: when something breaks engineers are told once, and once when it is over, in a chat that works."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from alerts.cards.note import Note
from alerts.russian import lasted
from listener.ports import Clock

EVERY: Final = 2.0
"""Seconds between looks."""
SETTLED: Final = 5.0
"""Seconds for which a problem must be there before it is told, and be away before it is over."""
MOST_LINES: Final = 10

Say = Callable[[Note, str], Awaitable[bool]]
"""Say a note under this key where it is read; False where no chat takes it now."""


@dataclass(slots=True, kw_only=True)
class _Known:
    """A problem: how it reads, since when it is there, and since when not any more."""

    text: str
    since: float
    gone: float | None = None
    told: bool = False


class Alarm:
    """`problems` are what is wrong now, each under a name that stays the same while its words change.

    Nothing of it is stored: what tells must not need what may be broken. After a restart what is still wrong is
    told once more.
    """

    def __init__(self, problems: Callable[[], Mapping[str, str]], say: Say, clock: Clock) -> None:
        self._problems = problems
        self._say = say
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._words = 0

    async def run(self) -> None:
        while True:
            await self.step()
            await asyncio.sleep(EVERY)

    async def step(self) -> None:
        """Look once, and tell what there is to tell; what no chat takes is told at a later look."""
        now = self._clock.monotonic()
        self._look(now)
        fresh = [known for known in self._known.values() if not known.told and now - known.since >= SETTLED]
        over = [known for known in self._known.values() if _is_over(known, now)]
        lines = [f"⚠️ {known.text}" for known in fresh] + [_over(known) for known in over]
        if not lines:
            return
        shown = lines[:MOST_LINES] + ([f"и ещё {len(lines) - MOST_LINES}"] if len(lines) > MOST_LINES else [])
        self._words += 1
        if await self._say(Note(text="\n".join(shown), loud=bool(fresh)), f"otklik-alarm-{self._words}"):
            for known in fresh:
                known.told = True
            self._known = {name: known for name, known in self._known.items() if known not in over}

    def _look(self, now: float) -> None:
        present = self._problems()
        for name, text in present.items():
            known = self._known.setdefault(name, _Known(text=text, since=now))
            known.gone = None
            if not known.told:
                known.text = text
        for name in self._known.keys() - present.keys():
            known = self._known[name]
            known.gone = now if known.gone is None else known.gone
        # What went before anybody was told is nobody's business.
        self._known = {name: known for name, known in self._known.items() if known.told or known.gone is None}


def _is_over(known: _Known, now: float) -> bool:
    return known.told and known.gone is not None and now - known.gone >= SETTLED


def _over(known: _Known) -> str:
    span = timedelta(seconds=(known.gone or known.since) - known.since)
    passed = lasted(span) if span >= timedelta(minutes=1) else "меньше минуты"
    return f"✅ Снова в порядке. Было, {passed}: {known.text}"
