"""Incidents in the store: begun, followed and ended; their cards are lists (listener.store.digests)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Row, bindparam, case, exists, func, literal, or_, select, update

from alerts.incidents.group import ALL, Group
from alerts.incidents.history import Began, Drafted, Ended, latest_draft
from alerts.incidents.history import Taken as WasTaken
from alerts.incidents.incident import Incident, TakeRefused, next_look, refusal_to_take
from alerts.incidents.surge import LONGEST, WINDOWS, is_calm
from alerts.incidents.usual import HISTORY, HOUR, LOOKED_BACK, Habit, Hours, Usual
from alerts.ports import Press
from domain.person import MessengerId, Person
from listener.store import contacts, digest_rows, grouping, incident_events, incident_lists
from listener.store.among import given_rows
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.tables import (
    GOING_ON,
    LEFT,
    LOOKED_AT,
    Time,
    card_views,
    case_groups,
    case_hours,
    cases,
    digest_cases,
    digests,
    incident_cases,
    incidents,
)

MOST_AT_ONCE: Final = 5_000
"""Cases that join an incident in one transaction; the others do at the next look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of «Взять происшествие»: whose it is (Person.id), and why it could not be had."""

    incident: int
    owner: str | None
    refused: TakeRefused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Who of a list is to be shown next, and how many wait, he among them; `in_hand` of these are being shown to
    colleagues just now.
    """

    case: int | None = None
    left: int = 0
    in_hand: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """An incident that somebody wants to answer as a whole, and with whom that begins."""

    incident: Incident
    next: Next


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """An incident whose look is due, with what was said of it in the last `calm`."""

    id: int
    group: Group
    recent: int


class IncidentStore:
    """`lists` are the messengers in which a list can be shown: only there cards give way to an incident's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def follow(
        self, groups: Collection[Group], now: datetime, lists: Collection[MessengerId]
    ) -> frozenset[Group]:
        """Let what has come since join the incidents of these groups that go on; returns those groups."""
        if not await self._database.read(lambda c: _going_on(c, groups)):
            return frozenset()
        return await self._database.write(lambda c: follow(c, groups, now, lists))

    async def counts(self, groups: Collection[Group], now: datetime) -> Mapping[Group, Mapping[timedelta, int]]:
        """The cases of each group in the last of each window that no incident has counted."""
        return await self._database.read(lambda c: counts(c, groups, now))

    async def habit(self, group: Group, now: datetime, timezone: str) -> Habit:
        """What is known of the group's and its brand's hours."""
        return await self._database.read(lambda c: habit(c, group, now, timezone))

    async def recent(self, group: Group, now: datetime) -> Hours:
        """What the last hours brought of the group; of words, which have none of their own, of all the brand."""
        return await self._database.read(lambda c: recent(c, group, now))

    async def begin(
        self,
        group: Group,
        usual: Usual,
        since: datetime,
        now: datetime,
        calm: timedelta,
        lists: Collection[MessengerId],
    ) -> int | None:
        """Begin an incident with all that was said `since`; None where another daemon has begun it."""
        return await self._database.write(lambda c: begin(c, group, usual, since, now, calm, lists))

    async def due(self, now: datetime, calm: timedelta) -> Sequence[Watched]:
        """The incidents that are to be looked at."""
        return await self._database.read(lambda c: due(c, now, calm))

    async def look(
        self, watched: Watched, usual: Usual, now: datetime, calm: timedelta, lists: Collection[MessengerId]
    ) -> bool:
        """Follow it, or end it where so little comes as is usual; returns whether it ended."""
        return await self._database.write(lambda c: look(c, watched, usual, now, calm, lists))

    async def take(self, press: Press, person: Person, now: datetime) -> Taken | None:
        """Give the incident on whose card was pressed to the person; None where there is no such card there."""
        return await self._database.write(lambda c: take(c, press, person, now), urgent=True)

    async def walked(self, press: Press, person: Person, now: datetime) -> Walked | None:
        """The incident on whose card was pressed, and who of its list waits for an answer from this person; None
        where there is no such card there.
        """
        return await self._database.read(lambda c: walked(c, press, person, now))

    async def next_waiting(self, listed: int, after: int | None, person: Person, now: datetime) -> Next:
        """Who waits on the list (a digest's number), behind the case `after` or from the beginning on."""
        return await self._database.read(lambda c: next_waiting(c, listed, after, person, now))

    async def write_for_all(self, listed: int, words: Drafted, person: Person, now: datetime) -> bool:
        """Keep what all of the incident may be answered; False where there is no such list."""
        return await self._database.write(lambda c: write_for_all(c, listed, words, person, now))

    async def forget(self, now: datetime) -> None:
        """Take away what is too old to be compared with."""
        await self._database.write(lambda c: grouping.forget(c, now))


async def _going_on(connection: Connection, groups: Collection[Group]) -> dict[int, Group]:
    found = await connection.execute(_of_groups(connection.dialect.name), {"groups": _asked(groups)})
    return {row.id: Group(brand=row.brand, what=row.what) for row in found}


@cache
def _of_groups(dialect: str) -> Any:
    of_them = given_rows((incidents.c.brand, incidents.c.what), "groups", dialect)
    return (
        select(incidents.c.id, incidents.c.brand, incidents.c.what)
        .where(GOING_ON, of_them)
        .order_by(incidents.c.id)
    )


def _asked(groups: Collection[Group]) -> list[tuple[str, str]]:
    return sorted((group.brand, group.what) for group in groups)


async def follow(
    connection: Connection, groups: Collection[Group], now: datetime, lists: Collection[MessengerId]
) -> frozenset[Group]:
    found = await _going_on(connection, groups)
    for number in found:
        await _grow(connection, number, now, lists)
    return frozenset(found.values())


async def counts(
    connection: Connection, groups: Collection[Group], now: datetime
) -> dict[Group, dict[timedelta, int]]:
    windows = {f"window_{place}": now - window for place, window in enumerate(WINDOWS)}
    asking = {**windows, "groups": _asked(groups), "since": now - max(WINDOWS), "now": now}
    found = await connection.execute(_counted(connection.dialect.name), asking)
    return {Group(brand=brand, what=what): dict(zip(WINDOWS, said, strict=True)) for brand, what, *said in found}


@cache
def _counted(dialect: str) -> Any:
    at = case_groups.c.at
    by_window = [
        func.count(case((at > bindparam(f"window_{place}", type_=Time), 1))) for place in range(len(WINDOWS))
    ]
    return (
        select(case_groups.c.brand, case_groups.c.what, *by_window)
        .join(cases, cases.c.id == case_groups.c.case_id)
        .where(
            given_rows((case_groups.c.brand, case_groups.c.what), "groups", dialect),
            at > bindparam("since", type_=Time),
            at <= bindparam("now", type_=Time),
            ~_is_in_one(),
            _is_complaint(),
        )
        .group_by(case_groups.c.brand, case_groups.c.what)
    )


async def habit(connection: Connection, group: Group, now: datetime, timezone: str) -> Habit:
    found = await connection.execute(
        select(case_hours.c.what, case_hours.c.hour, case_hours.c.count.label("said")).where(
            case_hours.c.brand == group.brand,
            case_hours.c.what.in_((group.what, ALL)),
            case_hours.c.hour >= now - HISTORY,
        )
    )
    hours: dict[str, dict[datetime, int]] = {group.what: {}, ALL: {}}
    for row in found:
        hours[row.what][row.hour] = row.said
    since = min(hours[ALL], default=now)
    # Words that were never said before have no hours: they are some part of the brand's.
    own = hours[ALL] if group.kind == "words" else hours[group.what]
    # What is in the windows is what is asked about, and nothing to learn from.
    return Habit(own=own, brand=hours[ALL], since=since, until=now - LONGEST, timezone=timezone)


async def recent(connection: Connection, group: Group, now: datetime) -> Hours:
    found = await connection.execute(
        select(case_hours.c.hour, case_hours.c.count.label("said")).where(
            case_hours.c.brand == group.brand,
            case_hours.c.what == (ALL if group.kind == "words" else group.what),
            case_hours.c.hour >= now - (LOOKED_BACK + 2) * HOUR,
        )
    )
    return {row.hour: row.said for row in found}


async def begin(
    connection: Connection,
    group: Group,
    usual: Usual,
    since: datetime,
    now: datetime,
    calm: timedelta,
    lists: Collection[MessengerId],
) -> int | None:
    first = select(func.min(case_groups.c.at)).where(
        case_groups.c.brand == group.brand,
        case_groups.c.what == group.what,
        case_groups.c.at >= since,
        ~_is_in_one(),
    )
    title = select(cases.c.brand_title).where(cases.c.brand == group.brand).order_by(cases.c.id.desc()).limit(1)
    rows = insert(connection.dialect.name, incidents).values(
        brand=group.brand,
        brand_title=func.coalesce(title.scalar_subquery(), group.brand),
        what=group.what,
        usual=usual.per_hour,
        since=func.coalesce(first.scalar_subquery(), literal(since, Time())),
        opened_at=now,
        next_look_at=next_look(now, calm),
    )
    made = await connection.execute(rows.on_conflict_do_nothing().returning(incidents.c.id))
    number: int | None = made.scalar_one_or_none()
    if number is not None:
        await _absorb(connection, number, now, lists)
        total = await incident_events.count(connection, number)
        await incident_events.add(connection, number, Began(total=total), now)
        await incident_lists.say_began(connection, number, now, lists)
    return number


async def due(connection: Connection, now: datetime, calm: timedelta) -> list[Watched]:
    said = (
        select(func.count())
        .select_from(case_groups)
        .where(
            case_groups.c.brand == incidents.c.brand,
            case_groups.c.what == incidents.c.what,
            case_groups.c.at > now - calm,
        )
        .correlate(incidents)
        .scalar_subquery()
    )
    found = await connection.execute(
        select(incidents.c.id, incidents.c.brand, incidents.c.what, said.label("recent"))
        .where(LOOKED_AT, incidents.c.next_look_at <= now)
        .order_by(incidents.c.id)
    )
    return [Watched(id=row.id, group=Group(brand=row.brand, what=row.what), recent=row.recent) for row in found]


async def look(
    connection: Connection,
    watched: Watched,
    usual: Usual,
    now: datetime,
    calm: timedelta,
    lists: Collection[MessengerId],
) -> bool:
    row = await _lock(connection, watched.id)
    if row is None or row.over_at is not None:
        return False
    is_over = now - row.opened_at >= calm and is_calm(watched.recent, calm, usual)
    if not is_over:
        await _grow(connection, watched.id, now, lists)
        await connection.execute(_changed(watched.id).values(next_look_at=next_look(now, calm)))
        return False
    calm_at = max(row.opened_at, now - calm)
    await connection.execute(_changed(watched.id).values(calm_at=calm_at, over_at=now, next_look_at=None))
    total, waiting = await incident_lists.totals(connection, watched.id)
    ended = Ended(calm_at=calm_at, total=total, waiting=waiting)
    await incident_events.add(connection, watched.id, ended, now, actor="clock")
    await digest_rows.touch_incident(connection, watched.id, now, by_person=False)
    await incident_lists.say_over(connection, watched.id, now, lists)
    return True


async def take(connection: Connection, press: Press, person: Person, now: datetime) -> Taken | None:
    pressed = select(digests.c.incident_id).where(digests.c.id == press.case, digest_rows.pressed_on(press))
    number = (await connection.execute(pressed)).scalar_one_or_none()
    row = None if number is None else await _lock(connection, number)
    if row is None:
        return None
    known_as = person.id if row.owner in person.former_ids else row.owner
    refused = refusal_to_take(known_as, row.over_at, person.id, is_lead=person.role == "lead")
    if refused is not None:
        return Taken(incident=row.id, owner=row.owner, refused=refused)
    await connection.execute(_changed(row.id).values(owner=person.id))
    await incident_events.add(connection, row.id, WasTaken(), now, person=person)
    await digest_rows.touch_incident(connection, row.id, now, by_person=True)
    return Taken(incident=row.id, owner=person.id)


async def walked(connection: Connection, press: Press, person: Person, now: datetime) -> Walked | None:
    pressed = select(digests.c.incident_id).where(digests.c.id == press.case, digest_rows.pressed_on(press))
    number = (await connection.execute(pressed)).scalar_one_or_none()
    incident = None if number is None else await incident_lists.load(connection, number, now)
    if incident is None:
        return None
    return Walked(incident=incident, next=await next_waiting(connection, press.case, None, person, now))


async def next_waiting(
    connection: Connection, listed: int, after: int | None, person: Person, now: datetime
) -> Next:
    """Nobody whom another answers for or just looks at, nobody who has an answer, given or on its way, and nobody
    whose case has left the chat.
    """
    mine = (person.id, *person.former_ids)
    behind = select(func.max(digest_cases.c.place)).where(
        digest_cases.c.digest_id == listed, digest_cases.c.case_id == after
    )
    in_hand = contacts.is_in_hand(mine, now)
    waiting = (
        select(
            digest_cases.c.case_id,
            in_hand.label("is_in_hand"),
            func.count().over().label("left"),
            func.sum(case((in_hand, 1), else_=0)).over().label("in_hand"),
        )
        .join(digests, digests.c.id == digest_cases.c.digest_id)
        .join(cases, cases.c.id == digest_cases.c.case_id)
        .where(
            digest_cases.c.digest_id == listed,
            digest_cases.c.place > func.coalesce(behind.scalar_subquery(), -1),
            cases.c.stage.in_(incident_lists.UNANSWERED),
            or_(cases.c.owner.is_(None), cases.c.owner.in_(mine)),
            ~contacts.is_spoken_to(),
            ~_has_left(),
        )
        .order_by(in_hand, digest_cases.c.place)
        .limit(1)
    )
    row = (await connection.execute(waiting)).first()
    if row is None:
        return Next()
    return Next(case=None if row.is_in_hand else row.case_id, left=row.left, in_hand=row.in_hand)


def _has_left() -> Any:
    """Whether the case was handed to another receiver, from this chat."""
    return exists().where(
        card_views.c.case_id == cases.c.id,
        card_views.c.state == LEFT,
        *(card_views.c[name] == digests.c[name] for name in ("messenger", "chat", "topic")),
    )


async def write_for_all(
    connection: Connection, listed: int, words: Drafted, person: Person, now: datetime
) -> bool:
    found = await connection.execute(select(digests.c.incident_id).where(digests.c.id == listed))
    number = found.scalar_one_or_none()
    row = None if number is None else await _lock(connection, number)
    if row is None:
        return False
    known = latest_draft((await incident_events.of(connection, [row.id]))[row.id])
    # The same answer may be delivered twice.
    if known is None or (known.fact, known.person) != (words, person.id):
        await incident_events.add(connection, row.id, words, now, person=person)
        await digest_rows.touch_incident(connection, row.id, now, by_person=True)
    return True


async def _lock(connection: Connection, number: int) -> Row[Any] | None:
    found = await connection.execute(select(incidents).where(incidents.c.id == number).with_for_update())
    return found.first()


def _changed(number: int) -> Any:
    return update(incidents).where(incidents.c.id == number)


async def _grow(connection: Connection, number: int, now: datetime, lists: Collection[MessengerId]) -> None:
    """What has come joins; that it has become much more is written down."""
    if not await _absorb(connection, number, now, lists):
        return
    if (grew := await incident_events.note_growth(connection, number, now)) is not None:
        await incident_lists.say_grew(connection, number, grew.total, now, lists)


async def _absorb(connection: Connection, number: int, now: datetime, lists: Collection[MessengerId]) -> bool:
    """What has come and is in no incident joins this one; its cards that nobody has seen yet give way to the
    list. Returns whether anything did.
    """
    row = await _lock(connection, number)
    if row is None or row.over_at is not None:
        return False
    found = await connection.execute(
        select(case_groups.c.case_id, case_groups.c.at)
        .join(cases, cases.c.id == case_groups.c.case_id)
        .where(
            case_groups.c.brand == row.brand,
            case_groups.c.what == row.what,
            case_groups.c.at >= row.since,
            ~_is_in_one(),
            _is_complaint(),
        )
        .order_by(case_groups.c.at, case_groups.c.case_id)
        .limit(MOST_AT_ONCE)
    )
    joining = {each.case_id: each.at for each in found}
    if not joining:
        return False
    await connection.execute(
        insert(connection.dialect.name, incident_cases).on_conflict_do_nothing(),
        [{"incident_id": number, "case_id": case_id, "at": at} for case_id, at in joining.items()],
    )
    await incident_lists.add(connection, number, list(joining), now, lists)
    return True


def _is_in_one() -> Any:
    """Whether the case is in an incident that goes on, or what was said then has made one that is over: the next
    complaint must not begin it again.
    """
    return exists().where(
        incident_cases.c.case_id == case_groups.c.case_id,
        incidents.c.id == incident_cases.c.incident_id,
        or_(incidents.c.over_at.is_(None), incident_cases.c.at >= case_groups.c.at),
    )


def _is_complaint() -> Any:
    return or_(cases.c.outcome.is_(None), cases.c.outcome != "not_complaint")
