"""How soon a surge is noticed, against how often there is none: of our test, and of simpler ones, over their
limits.

Days are invented: each brand has a level, a day and a week of its own (not the ones that the program assumes),
days that differ, and complaints that bring more complaints. Eight weeks are learned from, six are looked at. A
false alarm is a stretch of alarms where nothing was put in; then surges are put in at chance times, and minutes
are counted from their first complaint. Beside them, five weeks of real tweets: the negative ones about banks
and mobile operators of July 2015 (classifiers/labels/attitudes.tsv), whose ids tell when they were written.

`python -m benchmarks.surges` prints the table and draws docs/surges.png.
"""

import math
import statistics
import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from alerts.incidents.surge import ALPHA, LONGEST, WINDOWS, surge_in, tail
from alerts.incidents.usual import HOUR, LOOKED_BACK, Habit, Usual
from benchmarks.row import Row

LEVELS: Final = (0.3, 2.0, 15.0)
"""Complaints of a topic in an hour of the mean: a small brand, a usual one, a large one."""
LEARNED, LOOKED_AT = 8, 6
BRANDS: Final = 6
LEAST: Final = 5
SURGES: Final = ((10, 30), (20, 60), (60, 60))
"""Complaints more, in so many minutes."""
PUT_IN: Final = 60
"""Times a surge of each kind is put into a brand's weeks."""
MISSED: Final = 90.0
APART: Final = timedelta(minutes=60)
"""Alarms nearer than that are one."""
BEGIN: Final = datetime(2026, 1, 5, tzinfo=UTC)
MIDDLE: Final = BEGIN + timedelta(weeks=LEARNED)
ZONE: Final = "Europe/Moscow"
BIN: Final = timedelta(minutes=10)
DOCS: Final = Path(__file__).parents[1] / "docs"
TWEETS: Final = Path(__file__).parents[1] / "classifiers" / "labels" / "attitudes.tsv"
TWITTER_BEGAN: Final = 1288834974657

Score = Callable[[Sequence[datetime], int, "Known"], float]
"""How unusual it is after the complaint of this number; the higher, the more."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is usual for each hour of the week, and the habit that forecasts a day's."""

    slots: tuple[Usual, ...]
    habit: Habit

    def at(self, when: datetime) -> Usual:
        return self.slots[when.weekday() * 24 + when.hour]

    def after(self, said: Sequence[datetime], number: int) -> Usual:
        """By what the hours before brought too, as the daemon asks."""
        now = said[number]
        last = now.replace(minute=0, second=0, microsecond=0)
        recent = {
            hour: bisect_left(said, hour + HOUR) - bisect_left(said, hour)
            for hour in (last - back * HOUR for back in range(1, LOOKED_BACK + 2))
        }
        return self.habit.forecast(now, recent)


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one limit: false alarms a week, and of each kind of surge the median minutes and the share ever
    noticed.
    """

    limit: float
    false: float
    minutes: tuple[float, ...]
    noticed: tuple[float, ...]


def run() -> list[Row]:
    rows = []
    for level in LEVELS:
        for name, limit in sorted(ALPHA.items(), key=lambda pair: -pair[1]):
            (found,) = _measure(level, by_day, [-math.log10(limit)])
            rows.append(Row(name=f"{level}/h, {name}: false alarms a week", value=found.false, unit=""))
            for (extra, minutes), after, share in zip(SURGES, found.minutes, found.noticed, strict=True):
                what = f"{level}/h, {name}: {extra} more in {minutes} min, noticed {share:.0%} after"
                rows.append(Row(name=what, value=after, unit="min"))
    return rows


def by_day(said: Sequence[datetime], number: int, known: Known) -> float:
    """What is in use."""
    counts = _counts(said, number)
    if counts[LONGEST] < LEAST:
        return 0.0
    found = surge_in(counts, known.after(said, number), alpha=1.0, least=LEAST)
    return -math.log10(max(found.chance, 1e-300)) if found else 0.0


def by_negative_binomial(said: Sequence[datetime], number: int, known: Known) -> float:
    """As if each day were the mean of all."""
    found = surge_in(_counts(said, number), known.at(said[number]), alpha=1.0, least=LEAST)
    return -math.log10(max(found.chance, 1e-300)) if found else 0.0


def by_poisson(said: Sequence[datetime], number: int, known: Known) -> float:
    """The same windows and the same rate, as if complaints came independently and the rate were known."""
    usual = known.at(said[number])
    chances = [
        tail(count, usual.per_hour * (window / HOUR), 1e9)
        for window, count in _counts(said, number).items()
        if count >= LEAST
    ]
    return -math.log10(max(min(chances, default=1.0), 1e-300))


def by_number(said: Sequence[datetime], number: int, _known: Known) -> float:
    """So many in an hour, whatever is usual: what a rule written by hand would be."""
    return float(_counts(said, number)[LONGEST])


def by_cusum(said: Sequence[datetime], number: int, known: Known) -> float:
    """A Poisson CUSUM for a fourfold rate (Lucas 1985, Technometrics 27) over the last six hours, by ten
    minutes.
    """
    now, value = said[number], 0.0
    for back in range(36, 0, -1):
        ends = now - (back - 1) * BIN
        count = bisect_right(said, ends) - bisect_right(said, ends - BIN)
        usual = max(known.at(ends).per_hour / 6, 0.02)
        value = max(0.0, value + count - usual * 3 / math.log(4))
    return value


METHODS: Final[dict[str, tuple[Score, tuple[float, ...]]]] = {
    "by the day so far": (by_day, (2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, -math.log10(ALPHA["usual"]), 7, 8, 10)),
    "negative binomial": (by_negative_binomial, (2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 10)),
    "Poisson": (by_poisson, (3, 4, 5, 6, 8, 10, 13, 17, 25)),
    "CUSUM": (by_cusum, (4, 5, 6, 8, 10, 13, 17, 25, 40)),
    "so many in an hour": (by_number, (5, 6, 8, 10, 13, 17, 25, 40, 60)),
}


def _counts(said: Sequence[datetime], number: int) -> dict[timedelta, int]:
    now = said[number]
    return {window: number + 1 - bisect_right(said, now - window, hi=number + 1) for window in WINDOWS}


def _measure(level: float, score: Score, limits: Sequence[float]) -> list[Measured]:
    false = dict.fromkeys(limits, 0)
    after: dict[float, list[list[float]]] = {limit: [[] for _ in SURGES] for limit in limits}
    for brand in range(BRANDS):
        chance = np.random.default_rng((brand, int(level * 10)))
        said = _invented(level, chance)
        known = _learned(said)
        seen = said[bisect_left(said, MIDDLE) :]
        scores = [score(seen, number, known) for number in range(len(seen))]
        for limit in limits:
            false[limit] += _stretches([at for at, found in zip(seen, scores, strict=True) if found > limit])
        for kind, (extra, minutes) in enumerate(SURGES):
            for _ in range(PUT_IN):
                for limit, waited in _put_in(seen, known, score, limits, extra, minutes, chance).items():
                    after[limit][kind].append(waited)
    return [
        Measured(
            limit=limit,
            false=false[limit] / (BRANDS * LOOKED_AT),
            minutes=tuple(statistics.median(waits) for waits in after[limit]),
            noticed=tuple(sum(waited < MISSED for waited in waits) / len(waits) for waits in after[limit]),
        )
        for limit in limits
    ]


def _put_in(
    seen: Sequence[datetime],
    known: Known,
    score: Score,
    limits: Sequence[float],
    extra: int,
    minutes: int,
    chance: Any,
) -> dict[float, float]:
    """Minutes from a surge's first complaint to the first alarm, for each limit."""
    begins = MIDDLE + timedelta(minutes=int(chance.integers(600, LOOKED_AT * 7 * 24 * 60 - 600)))
    more = sorted(begins + timedelta(minutes=float(at)) for at in chance.uniform(0, minutes, extra))
    near = seen[
        bisect_left(seen, begins - (LOOKED_BACK + 2) * HOUR) : bisect_right(seen, begins + timedelta(hours=2))
    ]
    both = sorted([*near, *more])
    waited = dict.fromkeys(limits, MISSED)
    for number in range(bisect_left(both, more[0]), len(both)):
        passed = (both[number] - more[0]) / timedelta(minutes=1)
        if passed >= MISSED:
            break
        found = score(both, number, known)
        for limit in limits:
            if found > limit and waited[limit] == MISSED:
                waited[limit] = passed
    return waited


def _stretches(alarms: Sequence[datetime]) -> int:
    return sum(
        1 for before, at in zip([None, *alarms], alarms, strict=False) if before is None or at - before > APART
    )


def _learned(said: Sequence[datetime], until: datetime = MIDDLE, since: datetime = BEGIN) -> Known:
    hours = Counter(at.replace(minute=0, second=0, microsecond=0) for at in said if at < until)
    # A topic is some part of its brand: four such make one here.
    whole = {hour: 4 * count for hour, count in hours.items()}
    habit = Habit(own=hours, brand=whole, since=since, until=until, timezone=ZONE)
    return Known(tuple(habit.usual(BEGIN + HOUR * slot) for slot in range(168)), habit)


def _invented(level: float, chance: Any) -> list[datetime]:
    """When complaints were written: chance days, a chance peak of the day, a week-end, and complaints that
    follow.
    """
    peak, depth, weekend = chance.uniform(12, 21), chance.uniform(0.5, 0.9), chance.uniform(0.5, 1.1)
    said: list[datetime] = []
    for day in range((LEARNED + LOOKED_AT) * 7):
        factor = level * chance.gamma(6, 1 / 6) * (weekend if day % 7 > 4 else 1.0)
        for hour in range(24):
            rate = factor * (1 + depth * math.cos((hour - peak) / 24 * 2 * math.pi))
            begins = BEGIN + timedelta(days=day, hours=hour)
            said += [begins + timedelta(minutes=float(at)) for at in chance.uniform(0, 60, chance.poisson(rate))]
    following = list(said)
    while following:
        following = [
            at + timedelta(minutes=float(chance.exponential(20)))
            for at in following
            for _ in range(chance.poisson(0.15))
        ]
        said += following
    return sorted(said)


def _tweets() -> dict[str, list[datetime]]:
    """When the negative tweets about each brand were written."""
    said: dict[str, list[datetime]] = {}
    for line in TWEETS.read_text(encoding="utf-8").splitlines()[1:]:
        number, brand, _, attitude, *_ = line.split("\t")
        if attitude == "negative":
            since = ((int(number.partition("-")[0]) >> 22) + TWITTER_BEGAN) / 1000
            said.setdefault(brand, []).append(datetime.fromtimestamp(since, UTC))
    return {brand: sorted(times) for brand, times in said.items()}


def _replayed(limit: float) -> tuple[float, float]:
    """Alarms a week and brand over the last two weeks of July 2015, and complaints a day and brand then."""
    begin, middle, end = (datetime(2015, 7, day, tzinfo=UTC) for day in (1, 18, 31))
    alarms, count, brands = 0, 0, _tweets()
    for times in brands.values():
        known = _learned(times, middle, begin)
        seen = [at for at in times if at < end]
        later = range(bisect_left(seen, middle), len(seen))
        alarms += _stretches([seen[number] for number in later if by_day(seen, number, known) > limit])
        count += len(later)
    weeks = (end - middle) / timedelta(weeks=1) * len(brands)
    return alarms / weeks, count / weeks / 7


def main() -> int:
    measured = {
        level: {name: _measure(level, score, limits) for name, (score, limits) in METHODS.items()}
        for level in LEVELS
    }
    for level, methods in measured.items():
        for name, found in methods.items():
            for each in found:
                minutes = "  ".join(
                    f"{after:5.1f} min {share:4.0%}"
                    for after, share in zip(each.minutes, each.noticed, strict=True)
                )
                print(f"{level:5.1f}/h  {name:20} {each.limit:5.1f}  {each.false:7.3f} a week  {minutes}")
    for name, alpha in ALPHA.items():
        alarms, count = _replayed(-math.log10(alpha))
        print(f"tweets of July 2015: {name}: {alarms:.2f} alarms a week and brand, {count:.1f} tweets a day")
    _draw(measured, DOCS / "surges.png")
    return 0


def _draw(measured: dict[float, dict[str, list[Measured]]], path: Path) -> None:
    from matplotlib import pyplot as plt  # noqa: PLC0415  # drawn by developers alone

    figure, axes = plt.subplots(1, len(measured), figsize=(13, 4.2))
    for axis, (level, methods) in zip(axes, measured.items(), strict=True):
        # Twenty more are much where two are usual, and nothing where thirty may be.
        kind = 1 if level < SURGES[1][0] / 2 else 2
        for name, found in methods.items():
            kept = [each for each in found if each.minutes[kind] < MISSED]
            false, minutes = [max(each.false, 0.01) for each in kept], [each.minutes[kind] for each in kept]
            axis.plot(false, minutes, "o-", label=name)
        axis.set_xscale("log")
        axis.set_title(f"{level:g} complaints an hour are usual")
        axis.set_xlabel("false alarms a week (0.01: none seen)")
        axis.set_ylabel(f"minutes until {SURGES[kind][0]} more in an hour are noticed")
        axis.grid(visible=True, alpha=0.3)
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=90)


if __name__ == "__main__":
    sys.exit(main())
