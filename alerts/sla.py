"""Deadlines of an answer, and the hours in which operators work."""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """Time from the case's opening, in working hours, until a warning, the promised answer and a breach."""

    warn: timedelta
    due: timedelta
    breach: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Working hours: blocks of a day (start, end), in `timezone`. No blocks on a day: nobody works.

    `night`: outside them cards wait until the next block (`hold`), only urgent ones go at once (`urgent`),
    or all go (`send`).
    """

    weekdays: tuple[tuple[time, time], ...]
    weekend: tuple[tuple[time, time], ...]
    holidays: Literal["russia"] | None
    night: Literal["hold", "urgent", "send"]
    timezone: str = "Europe/Moscow"
