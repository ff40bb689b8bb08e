"""Assigning: cases that nobody has are given to their receivers' people, in one transaction with their turns."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, func, select

from alerts.cards.elsewhere import Elsewhere
from alerts.cases.case import Case
from alerts.cases.commands import Assign
from alerts.cases.events import NO_IDLE, PROGRAM, Idle
from alerts.cases.telling import NoticeDraft, NoticeKind, Priority
from alerts.cases.transitions import Asker, Refusal
from alerts.routing import Receiver
from alerts.routing.assigning import Work
from domain.person import Person
from listener.store import history, outbox_rows
from listener.store.cases import load
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.history import Changing
from listener.store.tables import card_views, case_events, cases, is_living, turns

AT_ONCE: Final = 100
"""Of one receiver's cases: one whose people have enough keeps no other's from being given."""
ONE_BY_ONE: Final = 2
"""So many cases given to a person at once have a word each; more share one: a morning's would fill the chat."""
THE_PROGRAM: Final = Asker(actor=PROGRAM)
_MUTEX: Final = ""
"""Whoever assigns holds this row: two daemons that count the same loads would both give one case too many."""

Choose = Callable[[Receiver, Case, Work, AbstractSet[str]], Person | None]
"""Whose the case becomes, by its receiver, how people stand, and who gave it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigning:
    """`receivers` (by name) are those that assign and work now; `people` who may be given their cases,
    `idle` how long one who gets a case may do nothing with it.
    """

    receivers: Mapping[str, Receiver]
    people: Sequence[Person]
    choose: Choose
    elsewhere: Elsewhere
    idle: Callable[[Receiver, Person], Idle] = lambda _receiver, _person: NO_IDLE


class AssignmentStore:
    """Gives cases to people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def assign(self, assigning: Assigning, now: datetime) -> int:
        """Give what nobody has, AT_ONCE of each receiver's, the nearest deadline first; returns how many."""
        if not await self._database.read(lambda c: _free(c, assigning, now)):
            return 0
        return await self._database.write(lambda c: assign(c, assigning, now))


async def assign(connection: Connection, assigning: Assigning, now: datetime) -> int:
    await _take_turn(connection, _MUTEX, _MUTEX, now)
    free = await _free(connection, assigning, now)
    locked = await history.lock(connection, free)
    known = await load(connection, free)
    refused, loads = await _gave_back(connection, free), await _loads(connection, assigning.people)
    last = await _turns(connection)
    given: dict[str, list[Changing]] = defaultdict(list)
    for number in free:
        case, change = known.get(number), locked.get(number)
        receiver = assigning.receivers.get(case.state.receiver or "") if case else None
        if case is None or change is None or receiver is None:
            continue
        work = Work(loads=loads, turns=last[receiver.name])
        person = assigning.choose(receiver, case, work, refused[number])
        if person is None:
            continue
        idle = assigning.idle(receiver, person)
        if isinstance(
            change.obey(Assign(person=person.id, name=person.name, idle=idle), THE_PROGRAM, now), Refusal
        ):
            continue
        given[person.id].append(change)
        loads[person.id] += 1
        # Within one moment each has a turn of his own, or the first would get them all.
        last[receiver.name][person.id] = _after(last[receiver.name].values(), now)
        await _take_turn(connection, person.id, receiver.name, last[receiver.name][person.id])
    for person_id, changes in given.items():
        if len(changes) > ONE_BY_ONE:
            await _say_as_one(connection, person_id, changes, now)
    every = [change for changes in given.values() for change in changes]
    await history.write(connection, every, now, assigning.elsewhere)
    return len(every)


_ASSIGNED: Final[tuple[NoticeKind, ...]] = ("assigned",)


async def _say_as_one(connection: Connection, person: str, changes: Sequence[Changing], now: datetime) -> None:
    """One word to the person for all of them in each chat; what is told to him alone stays as it is."""
    for change in changes:
        change.silence(_ASSIGNED)
    draft = NoticeDraft(kind="assigned", event=0, to=("sender",), priority=Priority.NEW, sender=person)
    await outbox_rows.add_many(connection, draft, [change.case for change in changes], now)


def _after(times: Collection[datetime], now: datetime) -> datetime:
    latest = max(times, default=now)
    return now if now > latest else latest + datetime.resolution


async def _free(connection: Connection, assigning: Assigning, now: datetime) -> list[int]:
    """Open cases that nobody has and that some chat shows, or is about to."""
    told = exists().where(card_views.c.case_id == cases.c.id, is_living(card_views), card_views.c.due_at <= now)
    order = (cases.c.due_at.is_(None), cases.c.due_at, cases.c.id)
    place = func.row_number().over(order_by=order)
    free = (
        select(
            cases.c.id,
            place.label("place"),
            func.row_number().over(partition_by=cases.c.receiver, order_by=order).label("of_receiver"),
        )
        .where(cases.c.receiver.in_(sorted(assigning.receivers)), cases.c.stage != "closed")
        .where(cases.c.owner.is_(None), cases.c.snoozed_until.is_(None), told)
        .subquery()
    )
    found = select(free.c.id).where(free.c.of_receiver <= AT_ONCE).order_by(free.c.place)
    return list((await connection.execute(found)).scalars())


async def _gave_back(connection: Connection, numbers: Sequence[int]) -> Mapping[int, set[str]]:
    """Who did so himself, and who lost it because he did nothing."""
    found = await connection.execute(
        select(case_events.c.case_id, case_events.c.kind, case_events.c.actor_id, case_events.c.payload).where(
            case_events.c.case_id.in_(numbers), case_events.c.kind.in_(("released", "returned"))
        )
    )
    refused: dict[int, set[str]] = defaultdict(set)
    for row in found:
        refused[row.case_id].add(row.actor_id if row.kind == "released" else row.payload["owner"])
    return refused


async def _loads(connection: Connection, people: Sequence[Person]) -> dict[str, int]:
    """The open cases of each, also those under an earlier id."""
    owner = {number: person.id for person in people for number in (person.id, *person.former_ids)}
    found = await connection.execute(
        select(cases.c.owner, func.count().label("open"))
        .where(cases.c.stage != "closed", cases.c.owner.in_(sorted(owner)))
        .group_by(cases.c.owner)
    )
    loads: dict[str, int] = defaultdict(int)
    for row in found:
        loads[owner[row.owner]] += row.open
    return loads


async def _turns(connection: Connection) -> dict[str, dict[str, datetime]]:
    last: dict[str, dict[str, datetime]] = defaultdict(dict)
    for row in await connection.execute(select(turns)):
        last[row.receiver][row.person] = row.at
    return last


async def _take_turn(connection: Connection, person: str, receiver: str, at: datetime) -> None:
    rows: Any = insert(connection.dialect.name, turns)
    await connection.execute(
        rows.values(person=person, receiver=receiver, at=at).on_conflict_do_update(
            index_elements=[turns.c.person, turns.c.receiver], set_={"at": rows.excluded.at}
        )
    )
