"""The week in figures, read from the store's history and from what stood in the chats."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any, Final

from sqlalchemy import select

from alerts.cards.card import Card
from alerts.cards.digest import Sheet
from alerts.cards.lessons import Lesson
from alerts.cards.note import Note
from alerts.cards.notices import LOUD
from alerts.sla import Hours, working
from benchmarks.week.scenario import MOSCOW, Scenario
from benchmarks.week.world import World
from classifiers.correction import PREFIX
from listener.store.codecs import read_notice
from listener.store.tables import case_events, cases, notices, verdicts

GOT: Final = frozenset({"claimed", "assigned", "transferred"})
ANSWERED: Final = frozenset({"reply_sent"})
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One case, from what happened to it. Spans are working time of its receiver; None: it has not come to that.

    `until_claim` counts from its opening to the first owner, `until_answer` to the first word to the customer;
    `late` is when the answer fell due and none had been given.
    """

    case: int
    receiver: str
    opened_at: datetime
    owned_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    until_claim: timedelta | None
    until_answer: timedelta | None
    outcome: str | None
    late: bool


@dataclass(slots=True, kw_only=True)
class Person:
    """What one person did. `hours` are those of the shifts worked."""

    id: str
    hours: float = 0.0
    got: Counter[datetime] = field(default_factory=Counter)
    """Cases that became theirs, by the hour."""
    answered: int = 0
    closed: int = 0

    @property
    def total(self) -> int:
        return sum(self.got.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that is printed and drawn."""

    scenario: Scenario
    mentions: int
    judged: Counter[str]
    lives: Sequence[Life]
    people: Sequence[Person]
    events: Counter[str]
    bells: Counter[str]
    words: Counter[str]
    withheld: Counter[str]
    refusals: Counter[str]
    outages: Counter[str]
    loud: Counter[str]
    """Loud words of the outbox by their kind, each chat's for itself."""
    lessons: Sequence[tuple[datetime, Lesson]]
    corrected: int
    """Verdicts that a correction has had a part in."""
    forgotten: int
    steps: int
    presses: int
    possible_repeats: int
    heard_by_hour: Counter[datetime]
    opened_by_hour: Counter[datetime]
    notes_by_hour: Counter[datetime]


async def figures_of(world: World) -> Figures:
    """Read it all; the stores are still open."""
    rows = await _rows(world, select(case_events).order_by(case_events.c.case_id, case_events.c.number))
    by_case: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_case[row.case_id].append(row)
    receivers = {row.id: row.receiver for row in await _rows(world, select(cases.c.id, cases.c.receiver))}
    clocks = Clocks(world)
    lives = [_life(case, receivers.get(case) or "?", events, clocks) for case, events in sorted(by_case.items())]
    outcomes = await _rows(world, select(verdicts.c.outcome))
    models = await _rows(world, select(verdicts.c.model))
    said = await _rows(world, select(notices.c.version, notices.c.payload).where(notices.c.ref.is_not(None)))
    messages = [message for messenger in world.messengers.values() for message in messenger.messages.values()]
    return Figures(
        scenario=world.scenario,
        mentions=world.crowd.planned,
        judged=Counter(row.outcome for row in outcomes),
        lives=lives,
        people=_people(world, rows),
        events=Counter(row.kind for row in rows),
        bells=Counter(row.payload.get("bell") for row in rows if row.kind == "rang"),
        words=Counter(_kind(message.said) for message in messages),
        withheld=Counter(row.payload.get("reason") for row in rows if row.kind == "card_withheld"),
        refusals=world.checks.refusals,
        outages=sum((messenger.refused for messenger in world.messengers.values()), Counter[str]()),
        loud=Counter(kind for kind in map(_kind_of_notice, said) if kind in LOUD),
        lessons=await world.stores.learning.lessons(world.scenario.begins),
        corrected=sum("+" + PREFIX in row.model for row in models),
        forgotten=len(world.checks.forgotten),
        steps=world.checks.steps,
        presses=len(world.pressed),
        possible_repeats=world.checks.possible_repeats,
        heard_by_hour=Counter(map(_hour, world.crowd.written_at)),
        opened_by_hour=Counter(_hour(life.opened_at) for life in lives),
        notes_by_hour=Counter(_hour(message.at) for message in messages if isinstance(message.said, Note)),
    )


class Clocks:
    """Working minutes of each receiver, counted once."""

    def __init__(self, world: World) -> None:
        self._begins = world.scenario.begins
        self._routing = world.rules.decider.routing
        self._minutes = world.scenario.days * 24 * 60
        self._sums: dict[Hours | None, list[int]] = {}

    def between(self, receiver: str, since: datetime, until: datetime) -> timedelta:
        known = next((each for each in self._routing.receivers if each.name == receiver), None)
        sums = self._of(self._routing.hours_of(known))
        return timedelta(minutes=max(0, sums[self._place(until)] - sums[self._place(since)]))

    def _of(self, hours: Hours | None) -> list[int]:
        if hours not in self._sums:
            sums = [0]
            for number in range(self._minutes + 1):
                open_now = hours is None or working(hours, self._begins + number * MINUTE)
                sums.append(sums[-1] + open_now)
            self._sums[hours] = sums
        return self._sums[hours]

    def _place(self, at: datetime) -> int:
        return min(self._minutes, max(0, round((at - self._begins) / MINUTE)))


def _life(case: int, receiver: str, events: Sequence[Any], clocks: Clocks) -> Life:
    opened = events[0].at
    owned = next((row.at for row in events if row.kind in GOT), None)
    answered = next((row.at for row in events if row.kind in ANSWERED), None)
    ended = [row for row in events if row.kind in ("closed", "not_complaint")]
    return Life(
        case=case,
        receiver=receiver,
        opened_at=opened,
        owned_at=owned,
        answered_at=answered,
        ended_at=ended[-1].at if ended else None,
        until_claim=clocks.between(receiver, opened, owned) if owned else None,
        until_answer=clocks.between(receiver, opened, answered) if answered else None,
        outcome=_outcome(ended[-1]) if ended else None,
        late=any(row.kind == "rang" and row.payload.get("bell") in ("due", "breach") for row in events),
    )


def _outcome(row: Any) -> str:
    return "not_complaint" if row.kind == "not_complaint" else str(row.payload.get("outcome"))


def _people(world: World, rows: Sequence[Any]) -> list[Person]:
    people = {person.id: Person(id=person.id) for person in world.config.people}
    for row in rows:
        owner = row.actor_id if row.kind == "claimed" else row.payload.get("to")
        if row.kind in GOT and owner in people:
            people[owner].got[_hour(row.at)] += 1
        elif row.kind == "reply_sent" and row.payload.get("by") in people:
            people[row.payload["by"]].answered += 1
        elif row.kind in ("closed", "not_complaint") and row.actor_id in people:
            people[row.actor_id].closed += 1
    for person in people.values():
        person.hours = sum(_hours_worked(world, person.id))
    return list(people.values())


def _hours_worked(world: World, person: str) -> Iterator[float]:
    known = world.operators[person].person
    for number in range(world.scenario.days):
        day = world.scenario.begins + timedelta(days=number, hours=12)
        span = world.shift(known, day)
        if span is not None and not known.is_absent(day.astimezone(MOSCOW).date()):
            yield (span[1] - span[0]) / timedelta(hours=1)


def _kind_of_notice(row: Any) -> str | None:
    notice = read_notice(row.version, row.payload)
    return notice.draft.kind if notice is not None else None


def _kind(said: Card | Note | Sheet) -> str:
    if isinstance(said, Card):
        return "cards"
    if isinstance(said, Sheet):
        return "digests"
    return "loud notes" if said.loud else "notes"


def _hour(at: datetime) -> datetime:
    return at.astimezone(MOSCOW).replace(minute=0, second=0, microsecond=0)


def middle_and_tail(spans: Iterable[timedelta]) -> tuple[float, float] | None:
    """Median and p90 in minutes; None where there is nothing."""
    minutes = sorted(span / MINUTE for span in spans)
    if len(minutes) < 2:
        return (minutes[0], minutes[0]) if minutes else None
    return median(minutes), quantiles(minutes, n=10)[-1]


async def _rows(world: World, statement: Any) -> list[Any]:
    async def read(connection: Any) -> list[Any]:
        return list(await connection.execute(statement))

    return await world.stores.database.read(read)
