"""Is the daemon alive? Notes of what happened and when, and the verdict on them in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from listener.metrics import state_of
from listener.ports import SourceError

RECENTLY: Final = timedelta(minutes=10)
"""A source that is asked often must have answered within this time; a rarer one within three of its turns."""
LOOP_SILENCE: Final = timedelta(minutes=2)
"""A loop looks for work every second, and one turn of it is bounded by the messengers' time-outs."""


@dataclass(slots=True, kw_only=True)
class _Source:
    """What is known of one source. `since` is when it began to be listened to.

    `asked` is the cadence it was announced with, `every` the one it has now.
    """

    since: datetime
    asked: timedelta
    every: timedelta
    last_success: datetime | None = None
    state: str = "new"
    error: str | None = None
    next_try: datetime | None = None

    def trouble(self, now: datetime) -> str | None:
        """Why the source is not alive, or None. Waiting because somebody said so is no trouble."""
        if self.state in ("paused", "held_back") and self.next_try is not None and now < self.next_try + RECENTLY:
            return None
        heard = self.last_success or self.since
        if now - heard <= max(RECENTLY, 3 * self.every):
            return None
        why = f": {self.error}" if self.error else ""
        return f"has brought nothing for {(now - heard) // timedelta(minutes=1)} min{why}"

    def row(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "last_success": self.last_success.isoformat() if self.last_success else None,
            "error": self.error,
            "next_try": self.next_try.isoformat() if self.next_try else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`problems` are sentences; there are none exactly when the daemon is alive. `details` is JSON."""

    problems: tuple[str, ...]
    details: Mapping[str, Any]

    @property
    def alive(self) -> bool:
        return not self.problems


@dataclass(slots=True)
class Health:
    """Notes by source and loop. Takes the time from its callers."""

    _sources: dict[str, _Source] = field(default_factory=dict)
    _loops: dict[str, datetime] = field(default_factory=dict)
    _held: tuple[int, datetime | None] = (0, None)

    def sources(self, every: Mapping[str, timedelta | None], now: datetime) -> None:
        """These sources are listened to from now on, each so often; None for a long poll. Others are forgotten."""
        self._sources = {
            name: self._sources.get(name) or _source(now, often or timedelta(0)) for name, often in every.items()
        }

    def source_ok(self, source: str, now: datetime, *, slowed: timedelta | None = None) -> None:
        """`slowed` is until its next turn when a quota makes the source slower than it was asked to be."""
        status = self._source(source, now)
        status.last_success, status.error, status.every = now, None, slowed or status.asked
        status.state = "held_back" if slowed else "ok"
        status.next_try = now + slowed if slowed else None

    def source_failed(self, source: str, error: SourceError, now: datetime, wait: float) -> None:
        status = self._source(source, now)
        status.state, status.error = state_of(error), str(error)
        status.next_try = now + timedelta(seconds=wait)

    def held(self, cards: int, until: datetime | None) -> None:
        """So many cards wait for the morning; that is no problem, but it must not go unsaid."""
        self._held = cards, until

    def turned(self, loop: str, now: datetime) -> None:
        """The loop has done a step, or has found nothing to do. The first word also announces the loop."""
        self._loops[loop] = now

    @property
    def ready(self) -> bool:
        """Something runs: a source is listened to or a loop has turned."""
        return bool(self._sources or self._loops)

    def verdict(self, now: datetime) -> Verdict:
        problems = [
            f"source {name} {trouble}"
            for name, status in sorted(self._sources.items())
            if (trouble := status.trouble(now)) is not None
        ]
        problems += [
            f"the {name} loop has not turned for {int((now - last).total_seconds())} s"
            for name, last in sorted(self._loops.items())
            if now - last > LOOP_SILENCE
        ]
        if not self.ready:
            problems.append("nothing runs yet")
        details = {
            "status": "failing" if problems else "ok",
            "problems": problems,
            "sources": {name: status.row() for name, status in sorted(self._sources.items())},
            "held": {"cards": self._held[0], "until": self._held[1].isoformat() if self._held[1] else None},
            "loops": {name: last.isoformat() for name, last in sorted(self._loops.items())},
        }
        return Verdict(problems=tuple(problems), details=details)

    def _source(self, name: str, now: datetime) -> _Source:
        return self._sources.setdefault(name, _source(now, timedelta(0)))


def _source(now: datetime, every: timedelta) -> _Source:
    return _Source(since=now, asked=every, every=every)
