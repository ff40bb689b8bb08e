"""Holes of a tree of routes, as values; their words are made where the config is checked.

What nobody owns, hours in which nobody works or is on call, routes that never hold, receivers nobody is sent to,
owners and people on call who are away or cannot be called.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from alerts.routing.absence import stand_in
from alerts.routing.assigning import team
from alerts.routing.deciding import within
from alerts.routing.receivers import Receiver
from alerts.routing.regions import Moment, Region, escape, inside
from alerts.routing.routes import Days, Route, Routing, When
from alerts.sla import Hours, working
from domain.person import CONSOLE, Person
from domain.verdict import Intent

Duty = Literal["owner", "on_call"]
Place = tuple[int, ...]
"""A route by its numbers from 1 on, level by level; the root, whose `to` is the default, is ()."""

LANGUAGES: Final = frozenset({"ru", "latin", "other"})
QUARTERS: Final = frozenset(time(hour, minute) for hour in range(24) for minute in range(0, 60, 15))
"""How finely working hours are compared."""
WEEK: Final[Mapping[Days, date]] = {"weekdays": date(2026, 11, 18), "weekend": date(2026, 11, 21)}
"""A Wednesday and a Saturday that are no holidays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverHolds:
    """Nothing can come to the route: its conditions contradict each other or those above, or earlier routes take
    all that could; `by` is the one that takes it alone.
    """

    place: Place
    why: Literal["contradiction", "taken"]
    by: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesAll:
    """A condition that takes everything which comes to the route above: what stands below it, and the `to` above,
    is never come to. `empty`: it asks for nothing; else all of it follows from the conditions above.
    """

    place: Place
    empty: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingLeft:
    """The routes inside the place, none of which takes all, do so together, each with a `to` of its own: what
    stands in the place's own `to` is never come to.
    """

    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodySent:
    """No route leads to the receiver; `named`: routes that never hold do."""

    receiver: str
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyOwns:
    """What ends at the place goes to receivers without an owner, while others have one."""

    place: Place
    receivers: tuple[str, ...]
    topics: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyWorks:
    """What ends at the place then goes to receivers that do not work, while others do. The spans are (from, to) in
    minutes of the day; `whole`: in all the hours in which anybody works on such a day.
    """

    place: Place
    receivers: tuple[str, ...]
    day: Days
    spans: tuple[tuple[int, int], ...]
    whole: bool
    topics: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyStandsIn:
    """The receiver's owner, or who is on call there, is away on that day, and nobody answers in his place."""

    receiver: str
    person: str
    day: date
    duty: Duty = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyOnCall:
    """What is urgent ends at the place while nobody works there, and nobody is called; elsewhere somebody is."""

    place: Place
    receivers: tuple[str, ...]
    topics: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyRings:
    """The receiver's owner, or who is on call there, is known in none of its messengers: his name calls nobody."""

    receiver: str
    person: str
    duty: Duty


Hole = (
    NeverHolds
    | TakesAll
    | NothingLeft
    | NobodySent
    | NobodyOwns
    | NobodyWorks
    | NobodyStandsIn
    | NobodyOnCall
    | NobodyRings
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the tree is held against. `heard` are the pairs of brand and network; `also_told` are receivers of
    other words than cards. `today`: days off that are over say nothing. From `urgent_at` on a card is urgent.
    `implied` are by a word of the routes all those that stand in every text in which it stands.
    """

    heard: frozenset[tuple[str, str]]
    urgent_at: float
    people: Sequence[Person] = ()
    also_told: frozenset[str] = frozenset()
    today: date = date.min
    implied: Mapping[str, AbstractSet[str]] = field(default_factory=dict)


def holes(routing: Routing, around: Around) -> tuple[Hole, ...]:
    """Every hole, those of a kind together, from above to below."""
    routing = replace(routing, routes=_with_implying(routing.routes, around.implied))
    parts = _parts(routing, around.people)
    everything = Region(
        where=around.heard,
        intents=frozenset(get_args(Intent)),
        languages=LANGUAGES,
        moments=frozenset(parts.alike.values()),
        known=parts.known,
    )
    nodes = list(_nodes(routing.routes, everything, ()))
    ends = [_End(place=(), to=routing.default, region=everything, taken=_whens(routing.routes))]
    ends += [node.end for node in nodes if node.hole is None]
    ends = [replace(end, to=end.to or _above(end.place, routing)) for end in ends if end.is_reached]
    everywhere = replace(everything, where=everything.where | _strangers(everything.where))
    all_taking = {hole.place: hole for hole in _taking_all(routing, nodes, everywhere)}
    return (
        *(node.hole for node in nodes if node.hole is not None and node.hole.by not in all_taking),
        *all_taking.values(),
        *_emptied(nodes, everywhere, set(all_taking)),
        *_never_sent(routing, ends, around),
        *_unowned(routing, ends),
        *_unattended(routing, ends, parts),
        *_left_alone(routing, ends, around),
        *_uncalled(routing, ends, around, parts),
        *_unreachable(routing, ends, around),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """Parts of a day in which no condition changes: for each the first of those that no condition tells from it.

    `known` says for each skill in which of these somebody who has it may be at work; `quarters` are all moments at
    which working hours are compared.
    """

    alike: Mapping[Moment, Moment]
    known: Mapping[str, frozenset[Moment]]
    edges: Sequence[time]
    quarters: tuple[Moment, ...]

    def of(self, moment: Moment) -> Moment:
        return self.alike[Moment(moment.day, self.edges[bisect_right(self.edges, moment.clock) - 1])]


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """Where candidates of the `region` stay that none of the conditions `taken` took."""

    place: Place
    to: tuple[str, ...]
    region: Region
    taken: tuple[When, ...]
    above: tuple[When, ...] = ()

    @property
    def is_reached(self) -> bool:
        return escape(self.region, self.taken) is not None

    def reached_among(self, moments: Iterable[Moment]) -> Iterator[Moment]:
        """Each at which a candidate stays. One search finds all those at which the same candidate does."""
        asked = self.region.moments.intersection(moments)
        while (found := escape(replace(self.region, moments=asked), self.taken)) is not None:
            yield from found.moments
            asked -= found.moments

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chain.from_iterable(when.topics for when in self.above)))

    @property
    def brands(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chain.from_iterable(when.brands for when in self.above)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    place: Place
    route: Route
    end: _End
    hole: NeverHolds | None


def _whens(routes: Iterable[Route]) -> tuple[When, ...]:
    return tuple(route.when for route in routes)


def _nodes(
    routes: Sequence[Route],
    region: Region,
    above: Place,
    taken: tuple[When, ...] = (),
    entered: tuple[When, ...] = (),
) -> Iterator[_Node]:
    """The routes in the file's order; below one that never holds nobody looks."""
    for number, route in enumerate(routes, start=1):
        place, here = (*above, number), inside(region, route.when)
        earlier = (*taken, *_whens(routes[: number - 1]))
        hole = _never(place, here, earlier, routes[: number - 1])
        conditions = (*entered, route.when)
        end = _End(
            place=place, to=route.to, region=here, taken=(*earlier, *_whens(route.routes)), above=conditions
        )
        yield _Node(place=place, route=route, end=end, hole=hole)
        if hole is None:
            yield from _nodes(route.routes, here, place, earlier, conditions)


def _never(place: Place, here: Region, earlier: tuple[When, ...], siblings: Sequence[Route]) -> NeverHolds | None:
    if not here.is_possible:
        return NeverHolds(place=place, why="contradiction")
    if escape(here, earlier) is not None:
        return None
    alone = next(
        (number for number, route in enumerate(siblings, start=1) if escape(here, (route.when,)) is None), None
    )
    return NeverHolds(place=place, why="taken", by=None if alone is None else (*place[:-1], alone))


def _with_implying(routes: Sequence[Route], implied: Mapping[str, AbstractSet[str]]) -> tuple[Route, ...]:
    """The same routes; to each condition's words those are added in whose texts one of them stands anyway."""
    return tuple(
        replace(
            route,
            when=replace(route.when, words=_with_implying_words(route.when.words, implied)),
            routes=_with_implying(route.routes, implied),
        )
        for route in routes
    )


def _with_implying_words(words: tuple[str, ...], implied: Mapping[str, AbstractSet[str]]) -> tuple[str, ...]:
    others = (word for word, follow in implied.items() if word not in words and not follow.isdisjoint(words))
    return (*words, *others) if words else ()


def _strangers(where: AbstractSet[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """A brand and a network more than are heard: to name the only one there is today is no mistake."""
    brands, networks = {brand for brand, _ in where}, {network for _, network in where}
    return frozenset((brand, network) for brand in {*brands, ""} for network in {*networks, ""})


def _taking_all(routing: Routing, nodes: Sequence[_Node], everywhere: Region) -> Iterator[TakesAll]:
    """Where the route above names nobody, a condition that repeats it is another way to write «the rest»."""
    own = {(): routing.default, **{node.place: node.route.to for node in nodes}}
    for node in nodes:
        if node.hole is not None:
            continue
        if node.route.when == When():
            yield TakesAll(place=node.place)
        elif (
            own[node.place[:-1]] and escape(_entered(node.end.above[:-1], everywhere), (node.route.when,)) is None
        ):
            yield TakesAll(place=node.place, empty=False)


def _emptied(nodes: Sequence[_Node], everywhere: Region, all_taking: AbstractSet[Place]) -> Iterator[NothingLeft]:
    for node in nodes:
        inner = node.route.routes
        if node.hole is not None or not node.route.to or not all(route.to for route in inner):
            continue
        alone = any((*node.place, number) in all_taking for number in range(1, len(inner) + 1))
        if not alone and inner and escape(_entered(node.end.above, everywhere), _whens(inner)) is None:
            yield NothingLeft(place=node.place)


def _entered(conditions: Iterable[When], region: Region) -> Region:
    for when in conditions:
        region = inside(region, when)
    return region


def _above(place: Place, routing: Routing) -> tuple[str, ...]:
    """The receivers of the nearest route above that names some."""
    to, routes = routing.default, routing.routes
    for number in place[:-1]:
        to, routes = routes[number - 1].to or to, routes[number - 1].routes
    return to


def _never_sent(routing: Routing, ends: Sequence[_End], around: Around) -> Iterator[NobodySent]:
    sent = {name for end in ends for name in end.to} | around.also_told
    named = set(routing.default) | {name for route in _all(routing.routes) for name in route.to}
    for receiver in routing.receivers:
        if receiver.name not in sent:
            yield NobodySent(receiver=receiver.name, named=receiver.name in named)


def _all(routes: Iterable[Route]) -> Iterator[Route]:
    for route in routes:
        yield route
        yield from _all(route.routes)


def _unowned(routing: Routing, ends: Sequence[_End]) -> Iterator[NobodyOwns]:
    """Where nobody at all has an owner, the staff want none."""
    owned = {receiver.name for receiver in routing.receivers if receiver.owner is not None}
    for end in ends:
        if owned and owned.isdisjoint(end.to):
            yield NobodyOwns(place=end.place, receivers=end.to, topics=end.topics, brands=end.brands)


def _unattended(routing: Routing, ends: Sequence[_End], parts: _Parts) -> Iterator[NobodyWorks]:
    """Only of hours in which somebody works: at night nobody may be there, and the config says so once."""
    hours = {receiver.name: routing.hours_of(receiver) for receiver in routing.receivers}
    if len({hours[name] for end in ends for name in end.to}) < 2:  # all keep the same hours
        return
    moments = parts.quarters
    kept = {each: _worked(each, routing.timezone, moments) for each in set(hours.values())}
    open_at = {name: kept[each] for name, each in hours.items()}
    anybody = frozenset[Moment]().union(*(open_at[name] for end in ends for name in end.to))
    for end in ends:
        there = frozenset[Moment]().union(*(open_at[name] for name in end.to))
        reached = frozenset(end.reached_among(parts.alike.values()))
        missed = [moment for moment in moments if moment in anybody - there and parts.of(moment) in reached]
        for day in get_args(Days):
            of_day = [moment for moment in missed if moment.day == day]
            if of_day:
                yield NobodyWorks(
                    place=end.place,
                    receivers=end.to,
                    day=day,
                    spans=tuple(_spans(of_day, moments)),
                    whole=len(of_day) == sum(moment.day == day for moment in anybody),
                    topics=end.topics,
                    brands=end.brands,
                )


@lru_cache(maxsize=256)
def _worked(hours: Hours | None, timezone: str, moments: tuple[Moment, ...]) -> frozenset[Moment]:
    if hours is None:
        return frozenset(moments)
    zone = ZoneInfo(timezone)
    return frozenset(
        moment for moment in moments if working(hours, datetime.combine(WEEK[moment.day], moment.clock, zone))
    )


def _left_alone(routing: Routing, ends: Sequence[_End], around: Around) -> Iterator[NobodyStandsIn]:
    people = {person.id: person for person in around.people}
    days = sorted({around.today, *_changes(around.people)})
    for receiver, duty, person in _answering(routing, ends, people):
        alone = (day for day in days if day >= around.today and stand_in(person, around.people, day) is None)
        if (day := next(alone, None)) is not None:
            yield NobodyStandsIn(receiver=receiver.name, person=person.id, day=day, duty=duty)


def _answering(
    routing: Routing, ends: Sequence[_End], people: Mapping[str, Person]
) -> Iterator[tuple[Receiver, Duty, Person]]:
    for receiver in _used(routing, ends):
        duties: tuple[tuple[Duty, str | None], ...] = (("owner", receiver.owner), ("on_call", receiver.on_call))
        for duty, number in duties:
            if (person := people.get(number or "")) is not None:
                yield receiver, duty, person


def _uncalled(routing: Routing, ends: Sequence[_End], around: Around, parts: _Parts) -> Iterator[NobodyOnCall]:
    """Where nobody at all is on call, the staff want none; what waits for the morning calls nobody either."""
    called = {receiver.name for receiver in _used(routing, ends) if receiver.on_call is not None}
    if not called:
        return
    moments = parts.quarters
    for end in ends:
        kept = {routing.hours_of(routing.receiver(name)) for name in end.to}
        if not called.isdisjoint(end.to) or all(hours is not None and hours.night == "hold" for hours in kept):
            continue
        worked = frozenset[Moment]().union(*(_worked(hours, routing.timezone, moments) for hours in kept))
        alone = {parts.of(moment) for moment in moments if moment not in worked}
        if any(_urgent(end, around.urgent_at).reached_among(alone)):
            yield NobodyOnCall(place=end.place, receivers=end.to, topics=end.topics, brands=end.brands)


def _urgent(end: _End, urgent_at: float) -> _End:
    floor, top = end.region.urgency
    return replace(end, region=replace(end.region, urgency=(max(floor, urgent_at), top)))


def _unreachable(routing: Routing, ends: Sequence[_End], around: Around) -> Iterator[NobodyRings]:
    """A name rings nobody whom the chat's messenger does not know."""
    people = {person.id: person for person in around.people}
    for receiver, duty, person in _answering(routing, ends, people):
        messengers = {chat.messenger for chat in receiver.chats if chat.endpoint is None} - {CONSOLE}
        if messengers and messengers.isdisjoint(person.users):
            yield NobodyRings(receiver=receiver.name, person=person.id, duty=duty)


def _changes(people: Sequence[Person]) -> Iterator[date]:
    """The days on which somebody leaves or is back."""
    for person in people:
        if person.absence is not None and person.absence.since is not None:
            yield person.absence.since
        if person.absence is not None and person.absence.until is not None and person.absence.until < date.max:
            yield person.absence.until + timedelta(days=1)


def _used(routing: Routing, ends: Sequence[_End]) -> Iterator[Receiver]:
    sent = {name for end in ends for name in end.to}
    return (receiver for receiver in routing.receivers if receiver.name in sent)


def _parts(routing: Routing, people: Sequence[Person]) -> _Parts:
    edges = sorted(_edges(routing))
    known = _known(routing, people, tuple(_moments(edges)))
    hours = tuple(dict.fromkeys(when.hours for when in routing.whens if when.hours))
    by_day = any(when.days for when in routing.whens)
    first: dict[tuple[object, ...], Moment] = {}
    alike = {}
    for moment in _moments(edges):
        sign = (
            moment.day if by_day else "",
            tuple(bool(within(spans, moment.clock)) for spans in hours),
            tuple(moment in at_work for at_work in known.values()),
        )
        alike[moment] = first.setdefault(sign, moment)
    quarters = tuple(sorted(_moments(QUARTERS.union(edges))))
    return _Parts(alike=alike, known=known, edges=edges, quarters=quarters)


def _known(
    routing: Routing, people: Sequence[Person], moments: tuple[Moment, ...]
) -> dict[str, frozenset[Moment]]:
    """When somebody who has it may be at work, by skill: in his own hours and those of a receiver whose he is."""
    known: dict[str, frozenset[Moment]] = {}
    asked = {skill for when in routing.whens for skill in when.skills}
    for receiver in routing.receivers:
        for person in team(receiver, people):
            for skill in asked.intersection(person.skills):
                theirs = _worked(routing.hours_of(receiver), routing.timezone, moments)
                own = _worked(routing.shifts.get(person.id), routing.timezone, moments)
                known[skill] = known.get(skill, frozenset()) | (theirs & own)
    return known


def _edges(routing: Routing) -> frozenset[time]:
    """Where a condition may begin or cease to hold."""
    edges = (edge for when in routing.whens for span in when.hours for edge in span)
    quarters = QUARTERS if any(when.skills for when in routing.whens) else frozenset()
    return frozenset({time(), *(edge for edge in edges if edge != time.max), *quarters})


def _moments(clocks: Iterable[time]) -> Iterator[Moment]:
    for day in get_args(Days):
        yield from (Moment(day, clock) for clock in sorted(clocks))


def _spans(missed: Sequence[Moment], moments: Sequence[Moment]) -> Iterator[tuple[int, int]]:
    """Neighbours joined. A moment lasts until the next one begins."""
    clocks = [moment.clock for moment in moments if moment.day == missed[0].day]
    ends = dict(zip(clocks, [*map(_minute, clocks[1:]), 24 * 60], strict=True))
    start = end = _minute(missed[0].clock)
    for moment in missed:
        begins = _minute(moment.clock)
        if begins > end:
            yield start, end
            start = begins
        end = ends[moment.clock]
    yield start, end


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
