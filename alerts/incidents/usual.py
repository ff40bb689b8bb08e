"""The usual rate: how many complaints of a group an hour of the week brings, learned from the hours before.

A rate is taken for a product of the group's own level, the hour of the day and the day of the week, each drawn
towards what was known before as far as little was counted: a gamma prior on the level (Höhle 2007,
«surveillance: An R package for the monitoring of infectious diseases», Computational Statistics 22, algorithm
«bayes»), pseudo-counts on the seasons. Hours of earlier outbreaks are cut down, or the next one would look
usual (Farrington et al. 1996, J. R. Stat. Soc. A 159; Noufaily et al. 2013, Statistics in Medicine 32). How much
more the counts vary than Poisson's is estimated from the hours too.

Days differ: what the last hours brought beside what was usual for them says what kind of day this is. Older hours
tell less, by a fixed share each hour (the discounted gamma-Poisson forecast of Harvey and Fernandes 1989, «Time
series models for count or qualitative observations», Journal of Business & Economic Statistics 7). A loud day
raises what is expected; a quiet one does not lower it, for one that becomes as loud as ever is no news. Around
that forecast the counts vary less than around the mean of all days: a surge of a busy brand is seen, and not
drowned in what its days differ by.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

HISTORY: Final = timedelta(weeks=8)
"""How far back is looked: long enough to know an hour of the week, short enough to follow a brand that grows."""
HOUR: Final = timedelta(hours=1)
DAY_OF_X: Final = (
    *(0.41, 0.46, 0.36, 0.42, 0.41, 0.53, 0.63, 0.98, 1.40, 1.28, 1.34, 1.40),
    *(1.36, 1.71, 1.53, 1.50, 1.40, 1.15, 1.22, 1.10, 1.00, 0.86, 0.84, 0.69),
)
"""What each hour of the day in Moscow brings beside the mean, while the brand's own day is not known: as it is
in the 2 963 tweets about banks and mobile operators of classifiers/labels/topics.tsv, whose ids tell when they
were written.
"""
LEVEL_SHAPE: Final = 0.5
LEVEL_HOURS: Final = 0.25
"""The prior of a group's level: two complaints an hour, as vague as half a complaint seen in a quarter of an
hour.
"""
SEASON_WEIGHT: Final = 20.0
"""Complaints that the usual day weighs beside those that were counted in an hour of the day."""
SLOT_WEIGHT: Final = 8.0
"""The same for an hour of the week beside the product of day and hour."""
OUTBREAK: Final = 3.0
"""How many times its expectation an hour counts at most, once `FEW` are too."""
FEW: Final = 4.0
DISPERSION: Final = 0.5
DISPERSION_WEIGHT: Final = 5.0
"""The prior of 1/r: a variance of m + m²/2, weighed as five hours with one complaint each."""
LOOKED_BACK: Final = 12
"""Hours in which it is seen what kind of day it is."""
HOUR_KEPT: Final = 0.5 ** (1 / 4)
"""What an hour says of it is worth half four hours later."""
LEAST_DISPERSION: Final = 0.02
MOST_DISPERSION: Final = 2.0

Hours = Mapping[datetime, float]
"""Complaints by the hour in which they were said (its beginning, aware); an hour that is not in it had none."""
Slot = tuple[int, int]
"""Day of the week from 0, hour of the day, where the operators work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Complaints an hour, and the shape r of their negative binomial: variance m + m²/r, Poisson for a large
    one.
    """

    per_hour: float
    shape: float


@dataclass(frozen=True, kw_only=True)
class Habit:
    """What is usual for a group, by its own hours and by all of its brand's.

    `since` is when the counting began, `until` the hour in which it ends (not counted any more).
    """

    own: Hours
    brand: Hours
    since: datetime
    until: datetime
    timezone: str

    def usual(self, at: datetime) -> Usual:
        """What an hour like that of `at` brings, whatever the day: what is calm again."""
        # Not to know the level makes large counts likelier, like any dispersion.
        dispersion = self._dispersion + 1.0 / (LEVEL_SHAPE + self._counted)
        return Usual(per_hour=self._of_slots[self._slot(at)], shape=1.0 / min(MOST_DISPERSION, dispersion))

    def forecast(self, at: datetime, recent: Hours) -> Usual:
        """What the time from an hour before `at` may bring, on a day like this one.

        `recent` are the hours before it: of the group, where there is no group of its own all of the brand's.
        """
        counted = expected = 0.0
        weight, last = HOUR_KEPT, _beginning(at - HOUR)
        for back in range(1, LOOKED_BACK + 1):
            hour = last - back * HOUR
            usual = self._of_slots[self._slot(hour)]
            counted += weight * _cut(recent.get(hour, 0), usual)
            expected += weight * usual
            weight *= HOUR_KEPT
        dispersion = self._dispersion_of_a_day + 1.0 / (LEVEL_SHAPE + self._counted)
        return Usual(
            per_hour=self._of_slots[self._slot(at)] * self._factor(counted, expected),
            shape=1.0 / min(MOST_DISPERSION, dispersion),
        )

    def _factor(self, counted: float, expected: float) -> float:
        """How loud the day is; a day may be as loud as the dispersion of all days lets it."""
        shape = 1.0 / self._dispersion
        return max(1.0, (shape + counted) / (shape + expected))

    @cached_property
    def _of_slots(self) -> dict[Slot, float]:
        """What each hour of the week brings on a day like any other."""
        return {
            slot: self._level * self._season(slot) * self._of_slot(slot)
            for slot in ((day, hour) for day in range(7) for hour in range(24))
        }

    def _slot(self, at: datetime) -> Slot:
        here = at.astimezone(self._zone)
        return here.weekday(), here.hour

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def _slots(self) -> tuple[tuple[datetime, Slot], ...]:
        """Every hour that was counted."""
        return tuple(
            (hour, self._slot(hour)) for hour in _hours(max(self.since, self.until - HISTORY), self.until)
        )

    @cached_property
    def _of_brand(self) -> tuple[dict[int, float], dict[int, float]]:
        """How the brand's hours of the day, and days of the week, stand to their mean; outbreaks weigh less."""
        total = sum(self.brand.get(hour, 0) for hour, _ in self._slots)
        mean = (total + LEVEL_SHAPE) / (len(self._slots) + LEVEL_HOURS)
        by_hour, hours = defaultdict[int, float](float), defaultdict[int, float](float)
        by_day, days = defaultdict[int, float](float), defaultdict[int, float](float)
        for hour, (day, of_day) in self._slots:
            expected = mean * DAY_OF_X[of_day]
            count = _cut(self.brand.get(hour, 0), expected)
            by_hour[of_day] += count
            hours[of_day] += mean
            by_day[day] += count
            days[day] += expected
        season = {
            of_day: (by_hour[of_day] + SEASON_WEIGHT * usual) / (hours[of_day] + SEASON_WEIGHT)
            for of_day, usual in enumerate(DAY_OF_X)
        }
        week = {day: (by_day[day] + SEASON_WEIGHT) / (days[day] + SEASON_WEIGHT) for day in range(7)}
        return season, week

    def _season(self, slot: Slot) -> float:
        season, week = self._of_brand
        return season[slot[1]] * week[slot[0]]

    @cached_property
    def _exposure(self) -> float:
        """The counted hours in hours of the mean season."""
        return sum(self._season(slot) for _, slot in self._slots)

    @cached_property
    def _raw_level(self) -> float:
        counted = sum(self.own.get(hour, 0) for hour, _ in self._slots)
        return (LEVEL_SHAPE + counted) / (LEVEL_HOURS + self._exposure)

    @cached_property
    def _kept(self) -> tuple[tuple[Slot, float, float], ...]:
        """Of each hour its slot, its count without outbreaks, and what was expected of it."""
        return tuple(
            (slot, _cut(self.own.get(hour, 0), expected), expected)
            for hour, slot in self._slots
            for expected in (self._raw_level * self._season(slot),)
        )

    @cached_property
    def _counted(self) -> float:
        return sum(count for _, count, _ in self._kept)

    @cached_property
    def _level(self) -> float:
        return (LEVEL_SHAPE + self._counted) / (LEVEL_HOURS + self._exposure)

    @cached_property
    def _in_slots(self) -> dict[Slot, tuple[float, float]]:
        sums: dict[Slot, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
        for slot, count, _ in self._kept:
            counted, expected = sums[slot]
            sums[slot] = counted + count, expected + self._level * self._season(slot)
        return sums

    def _of_slot(self, slot: Slot) -> float:
        """How the group's own hour of the week, with the hours beside it, stands to the product."""
        day, hour = slot
        beside = [self._in_slots.get((day, near), (0.0, 0.0)) for near in (hour - 1, hour, hour + 1)]
        counted, expected = (sum(each[part] for each in beside) for part in (0, 1))
        return (counted + SLOT_WEIGHT) / (expected + SLOT_WEIGHT)

    @cached_property
    def _dispersion(self) -> float:
        """1/r by the method of moments, drawn towards the prior."""
        return _dispersion_around((expected, count) for _, count, expected in self._kept)

    @cached_property
    def _dispersion_of_a_day(self) -> float:
        """The same around what the hours before foretold: two hours lie between, as when it is asked."""
        return _dispersion_around(self._foretold())

    def _foretold(self) -> Iterator[tuple[float, float]]:
        """Of each hour what was to be expected after those before it, and its count without outbreaks."""
        known = before = (0.0, 0.0)
        for hour, slot in self._slots:
            usual = self._of_slots[slot]
            count = _cut(self.own.get(hour, 0), usual)
            yield usual * self._factor(*known), count
            known, before = before, (HOUR_KEPT * (before[0] + count), HOUR_KEPT * (before[1] + usual))


def _cut(count: float, expected: float) -> float:
    return min(count, max(FEW, OUTBREAK * expected))


def _dispersion_around(hours: Iterable[tuple[float, float]]) -> float:
    """1/r by the method of moments, of (expected, counted), drawn towards the prior."""
    squares, excess = DISPERSION_WEIGHT, DISPERSION * DISPERSION_WEIGHT
    for expected, count in hours:
        squares += expected**2
        excess += (count - expected) ** 2 - expected
    return min(MOST_DISPERSION, max(LEAST_DISPERSION, excess / squares))


def _beginning(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _hours(since: datetime, until: datetime) -> Iterator[datetime]:
    hour = _beginning(since)
    while hour < _beginning(until):
        yield hour
        hour += HOUR
