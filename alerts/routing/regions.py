"""Regions: which candidates can come to a place of the tree, what a condition takes of them and what it leaves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from math import inf
from typing import Final, NamedTuple

from alerts.routing.deciding import within as within_hours
from alerts.routing.routes import Days, When

MOST_STEPS: Final = 20_000
"""Of a search through a tree that nobody could read either; then a place counts as reached."""


class Moment(NamedTuple):
    """A part of a day in which no condition changes, by its beginning."""

    day: Days
    clock: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Names of which a candidate may have several: one at least of each of the sets `asked`, none `barred`."""

    asked: tuple[frozenset[str], ...] = ()
    barred: frozenset[str] = frozenset()

    def with_one_of(self, names: frozenset[str]) -> "Several":
        return replace(self, asked=(*self.asked, names))

    def without(self, names: frozenset[str]) -> "Several":
        return replace(self, barred=self.barred | names)

    @property
    def is_possible(self) -> bool:
        return all(names - self.barred for names in self.asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A set of candidates: one of each of the first four, any of `Several`, and from a floor up to below a top.

    `where` are pairs of brand and network. `skills` may be there or not at any moment, for people are away;
    `known` says for each at which moments somebody who has it may be at work.
    """

    where: frozenset[tuple[str, str]]
    intents: frozenset[str]
    languages: frozenset[str]
    moments: frozenset[Moment]
    topics: Several = field(default_factory=Several)
    authors: Several = field(default_factory=Several)
    words: Several = field(default_factory=Several)
    skills: Several = field(default_factory=Several)
    known: Mapping[str, frozenset[Moment]] = field(default_factory=dict, compare=False)
    urgency: tuple[float, float] = (0.0, 1.0)
    complaint: tuple[float, float] = (0.0, 1.0)
    reach: tuple[float, float] = (0.0, inf)

    @property
    def is_possible(self) -> bool:
        several = (self.topics, self.authors, self.words, self.skills)
        floors = (self.urgency, self.complaint, self.reach)
        return (
            all((self.reachable_where, self.intents, self.languages, self.moments))
            and all(names.is_possible for names in several)
            and all(low < top for low, top in floors)
        )

    @property
    def reachable_where(self) -> frozenset[tuple[str, str]]:
        """Where an author of each of the lists that are asked for can write."""
        networks = [
            {name.partition(":")[0] for name in names - self.authors.barred} for names in self.authors.asked
        ]
        return frozenset(pair for pair in self.where if all(pair[1] in known for known in networks))


def inside(region: Region, when: When) -> Region:
    """What holds of the region; it may be impossible."""
    for part in _parts(region, when):
        region = part.held
    return region


def outside(region: Region, when: When) -> Iterator[Region]:
    """What does not hold of the region, as regions that may overlap and be impossible."""
    for part in _parts(region, when):
        yield part.failed


def escape(region: Region, conditions: Sequence[When]) -> Region | None:
    """Candidates of the region for whom none of the conditions holds; None where there are none."""
    return _Search().escape(region, tuple(conditions))


class _Search:
    def __init__(self) -> None:
        self._steps = 0

    def escape(self, region: Region, conditions: tuple[When, ...]) -> Region | None:
        self._steps += 1
        if not region.is_possible:
            return None
        if not conditions or self._steps > MOST_STEPS:
            return region
        first, rest = conditions[0], conditions[1:]
        if not inside(region, first).is_possible:
            return self.escape(region, rest)
        return next(
            (found for part in outside(region, first) if (found := self.escape(part, rest)) is not None), None
        )


class _Part(NamedTuple):
    """The region where one part of a condition holds, the earlier ones too, and where it alone does not."""

    held: Region
    failed: Region


def _parts(region: Region, when: When) -> Iterator[_Part]:
    """Each given part in turn; `held` of one is where the next begins, `failed` is cut from the whole region."""
    held = region
    for change in (_where, _kinds, _several, _skills, _floors):
        for taken, left in change(region, held, when):
            held = taken
            yield _Part(held=taken, failed=left)


def _where(region: Region, held: Region, when: When) -> Iterator[tuple[Region, Region]]:
    for place, names in ((0, when.brands), (1, when.networks)):
        if names:
            held = replace(held, where=frozenset(pair for pair in held.where if pair[place] in names))
            others = frozenset(pair for pair in region.where if pair[place] not in names)
            yield held, replace(region, where=others)


def _kinds(region: Region, held: Region, when: When) -> Iterator[tuple[Region, Region]]:
    if when.intents:
        held = replace(held, intents=held.intents & set(when.intents))
        yield held, replace(region, intents=region.intents - set(when.intents))
    if when.languages:
        held = replace(held, languages=held.languages & set(when.languages))
        yield held, replace(region, languages=region.languages - set(when.languages))
    if when.hours:
        then = frozenset(moment for moment in region.moments if within_hours(when.hours, moment.clock))
        held = replace(held, moments=held.moments & then)
        yield held, replace(region, moments=region.moments - then)
    if when.days:
        then = frozenset(moment for moment in region.moments if moment.day in when.days)
        held = replace(held, moments=held.moments & then)
        yield held, replace(region, moments=region.moments - then)


def _several(region: Region, held: Region, when: When) -> Iterator[tuple[Region, Region]]:
    if when.topics:
        names = frozenset(when.topics)
        held = replace(held, topics=held.topics.with_one_of(names))
        yield held, replace(region, topics=region.topics.without(names))
    if when.words:
        names = frozenset(when.words)
        held = replace(held, words=held.words.with_one_of(names))
        yield held, replace(region, words=region.words.without(names))
    if when.authors:
        names = frozenset[str]().union(*(authors.members for authors in when.authors))
        held = replace(held, authors=held.authors.with_one_of(names))
        yield held, replace(region, authors=region.authors.without(names))


def _skills(region: Region, held: Region, when: When) -> Iterator[tuple[Region, Region]]:
    if when.skills:
        names = frozenset(when.skills)
        then = frozenset[Moment]().union(*(region.known.get(name, frozenset()) for name in names))
        held = replace(held, moments=held.moments & then, skills=held.skills.with_one_of(names))
        yield held, replace(region, skills=region.skills.without(names))


def _floors(region: Region, held: Region, when: When) -> Iterator[tuple[Region, Region]]:
    if (floor := when.urgency_at) is not None:
        held = replace(held, urgency=(max(held.urgency[0], floor), held.urgency[1]))
        yield held, replace(region, urgency=(region.urgency[0], min(region.urgency[1], floor)))
    if (floor := when.complaint_at) is not None:
        held = replace(held, complaint=(max(held.complaint[0], floor), held.complaint[1]))
        yield held, replace(region, complaint=(region.complaint[0], min(region.complaint[1], floor)))
    if when.reach_at is not None:
        held = replace(held, reach=(max(held.reach[0], when.reach_at), held.reach[1]))
        yield held, replace(region, reach=(region.reach[0], min(region.reach[1], when.reach_at)))
