"""Shifts: the open cases of somebody who goes home, and what he makes of them, many in one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from alerts.cards.elsewhere import Elsewhere
from alerts.cases.case import Case
from alerts.cases.commands import Release, TransferTo
from alerts.cases.events import NO_IDLE, Idle
from alerts.cases.telling import NoticeDraft, NoticeKind, Priority
from alerts.cases.transitions import Asker, Refusal
from domain.person import Person
from listener.store import cases as case_store
from listener.store import history, outbox_rows
from listener.store.assigning import ONE_BY_ONE
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.history import Changing
from listener.store.tables import cases

MOST: Final = 500
"""Nobody has more of them open."""
_TRANSFERRED: Final[tuple[NoticeKind, ...]] = ("transferred",)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What becomes of the cases: `to` (None: of nobody's) by `asker`, who must have them. `elsewhere` knows the
    chats of people; `idle` says, by the receiver's name, how long who gets a case may do nothing with it.
    """

    asker: Asker
    to: Person | None
    elsewhere: Elsewhere
    idle: Callable[[str | None, Person], Idle] = lambda _receiver, _person: NO_IDLE


class ShiftStore:
    """`owners` are the ids under which a person may be written down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_cases(self, owners: Collection[str]) -> Sequence[Case]:
        """Oldest first."""
        return await self._database.read(lambda c: _open_cases(c, owners))

    async def hand_over(self, numbers: Sequence[int], how: HandOver, now: datetime) -> Sequence[int]:
        """Those that were handed over: who has one by now no more keeps nobody from the others."""
        return await self._database.write(lambda c: hand_over(c, numbers, how, now))


async def _open_cases(connection: Connection, owners: Collection[str]) -> Sequence[Case]:
    found = await connection.execute(
        select(cases.c.id)
        .where(cases.c.owner.in_(sorted(owners)), cases.c.stage != "closed")
        .order_by(cases.c.id)
        .limit(MOST)
    )
    numbers = list(found.scalars())
    loaded = await case_store.load(connection, numbers) if numbers else {}
    return [loaded[number] for number in numbers if number in loaded]


async def hand_over(connection: Connection, numbers: Sequence[int], how: HandOver, now: datetime) -> Sequence[int]:
    changes = list((await history.lock(connection, numbers)).values())
    given = [change for change in changes if how.asker.owns(change.state) and _obeys(change, how, now)]
    if how.to is not None and len(given) > ONE_BY_ONE:
        for change in given:
            change.silence(_TRANSFERRED)
        draft = NoticeDraft(
            kind="transferred", event=0, to=("sender",), priority=Priority.URGENT, sender=how.to.id
        )
        await outbox_rows.add_many(connection, draft, [change.case for change in given], now)
    await history.write(connection, given, now, how.elsewhere)
    return [change.case for change in given]


def _obeys(change: Changing, how: HandOver, now: datetime) -> bool:
    command: Release | TransferTo = Release()
    if how.to is not None:
        command = TransferTo(person=how.to.id, name=how.to.name, idle=how.idle(change.state.receiver, how.to))
    return change.state.is_open and not isinstance(change.obey(command, how.asker, now), Refusal | None)
