"""Timers: the cases for which the clock has something to do, worked off a few hundred at a time."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Final

from sqlalchemy import select

from alerts.cards.elsewhere import Elsewhere
from alerts.cases.commands import Tick
from alerts.cases.events import BELLS, CLOCK
from alerts.cases.telling import BELLS_WAKE, NoticeDraft, NoticeKind
from alerts.cases.transitions import Asker
from listener.halves import Halves
from listener.store import history, outbox_rows
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.errors import StoreError
from listener.store.history import Changing
from listener.store.tables import TIMED, cases

log = logging.getLogger(__name__)

AT_ONCE: Final = 200
MOST_NOTICES: Final = 5
"""Cases whose bells ring in the same moment with a word for each; more of them share one word in each chat.

A clock that was set a day forward, or a daemon that slept, rings for everything that is open.
"""
TOGETHER: Final[tuple[tuple[NoticeKind, ...], ...]] = (BELLS, ("idle_warned",), ("returned",), ("forgotten",))
"""Words that are said as one where there are many, each from the least grave to the gravest."""
LOUD_BELLS: Final[tuple[NoticeKind, ...]] = ("due", "breach")
APART: Final = timedelta(minutes=10)
"""A receiver's people are called by a bell; what rings of its kind within so long after it shares one word, said
then. The cards show at once that they are late.
"""
Called = dict[tuple[str, NoticeKind], datetime]
"""When a receiver's people (by its name) were called last by a kind of bell, or will be."""
THE_CLOCK: Final = Asker(actor=CLOCK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """`looked` cases were due, `changed` of them changed; `broken` could not be worked, for these reasons."""

    looked: int = 0
    changed: int = 0
    broken: Mapping[int, str] = field(default_factory=dict)


class TimerStore:
    """Applies the clock's ticks to cases."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._called: Called = {}
        """Another daemon, or the next, knows nothing of it and calls at once."""
        self._since: datetime | None = None
        """When the looks began of which each found as many as it may: the next one goes on with them."""

    async def tick(
        self, now: datetime, elsewhere: Elsewhere | None = None, *, without: Collection[int] = ()
    ) -> Ticked:
        """Ring the bells and end the rests that are due, AT_ONCE at most; `without` these cases.

        `elsewhere` knows where the engineers are who let a question lie. A case that breaks the work, whatever the
        reason, must not keep the others' bells from ringing.
        """
        due = await self._database.read(lambda c: _due(c, now, without))
        since = self._since if self._since is not None and self._since <= now else now
        changed, broken, halves = 0, dict[int, str](), Halves(due)
        for part in halves:
            try:
                ticking = partial(
                    tick, ids=part, now=now, elsewhere=elsewhere, called=dict(self._called), since=since
                )
                done, called = await self._database.write(ticking)
                changed, self._called = changed + done, called
            except Exception as fault:  # any: the reason is not known beforehand
                if isinstance(fault, StoreError) and fault.transient:
                    raise
                if not halves.split(part):
                    log.exception("the clock cannot work case %d", part[0])
                    broken[part[0]] = f"{type(fault).__name__}: {fault}"
        self._since = since if len(due) == AT_ONCE else None
        return Ticked(looked=len(due), changed=changed, broken=broken)


async def tick(
    connection: Connection,
    ids: Sequence[int],
    now: datetime,
    elsewhere: Elsewhere | None,
    called: Called,
    since: datetime,
) -> tuple[int, Called]:
    """How many changed, and when whose people were called, as `called` before; what rings goes with what was
    called `since`.
    """
    changes = list((await history.lock(connection, ids)).values())
    for change in changes:
        change.obey(Tick(), THE_CLOCK, now)
    called = await _gather(connection, changes, now, called, since)
    for kinds in TOGETHER:
        ringing = [change for change in changes if _rings(change, kinds)]
        if len(ringing) > MOST_NOTICES:
            await _write_as_one(connection, ringing, kinds, now, elsewhere)
    await history.write(connection, changes, now, elsewhere)
    return sum(bool(change.events) for change in changes), called


async def _gather(
    connection: Connection, changes: Sequence[Changing], now: datetime, called: Called, since: datetime
) -> Called:
    """Let bells of a kind wait for each other where their receiver was called by one just now; what is called now
    is noted. Another kind calls other people, and waits for none of these. What one look was too small for (called
    `since`) waits for nothing.
    """
    ringing: dict[tuple[str, NoticeKind], list[Changing]] = defaultdict(list)
    for change, kind in product(changes, LOUD_BELLS):
        if change.state.receiver is not None and _rings(change, (kind,)):
            ringing[change.state.receiver, kind].append(change)
    called = {who: at for who, at in called.items() if abs(now - at) < APART}
    for (receiver, kind), theirs in ringing.items():
        if not await outbox_rows.are_shown(connection, [change.case for change in theirs]):
            continue  # what is withheld calls nobody, and so keeps nobody from being called
        last = called.get((receiver, kind))
        if last is None:
            called[receiver, kind] = now
            continue
        drafts = _drafts(theirs, (kind,))
        for change in theirs:
            change.silence((kind,))
        # It may be said already, or be on its way: then the next one begins.
        at = last if last >= since else last + APART
        called[receiver, kind] = at
        together = replace(
            drafts[0], event=0, to=tuple(dict.fromkeys(who for draft in drafts for who in draft.to))
        )
        await outbox_rows.add_later(connection, together, [change.case for change in theirs], now, at, receiver)
    return called


def _drafts(changes: Sequence[Changing], kinds: Sequence[NoticeKind]) -> list[NoticeDraft]:
    drafts = (draft for change in changes for telling in change.tellings for draft in telling.notices)
    return [draft for draft in drafts if draft.kind in kinds]


async def _due(connection: Connection, now: datetime, without: Collection[int]) -> Sequence[int]:
    due = select(cases.c.id).where(TIMED, cases.c.next_timer_at <= now)
    if without:
        due = due.where(cases.c.id.not_in(sorted(without)))
    return list((await connection.execute(due.order_by(cases.c.next_timer_at).limit(AT_ONCE))).scalars())


def _rings(change: Changing, kinds: Sequence[NoticeKind]) -> bool:
    return any(draft.kind in kinds for telling in change.tellings for draft in telling.notices)


async def _write_as_one(
    connection: Connection,
    ringing: Sequence[Changing],
    kinds: Sequence[NoticeKind],
    now: datetime,
    elsewhere: Elsewhere | None,
) -> None:
    """One word for all of them, as grave as the gravest; the cards are edited each as ever."""
    gravest = max(_drafts(ringing, kinds), key=lambda draft: kinds.index(draft.kind))
    for change in ringing:
        change.silence(kinds)
    to = BELLS_WAKE[gravest.kind][0] if gravest.kind in BELLS else gravest.to
    if gravest.kind != "idle_warned":
        to = tuple("receiver" if who == "owner" else who for who in to)
    draft = NoticeDraft(kind=gravest.kind, event=0, to=to, priority=gravest.priority)
    asleep = history.asleep(ringing, elsewhere, now) if draft.kind in outbox_rows.BY_DAY else {}
    await outbox_rows.add_many(connection, draft, [change.case for change in ringing], now, asleep)
