"""Outbounds from the sender's side: what people confirmed, leased to one sender, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from alerts.cases.case import Case
from alerts.cases.commands import HoldBack, Report
from alerts.cases.events import (
    PROGRAM,
    Removed,
    ReplyEdited,
    ReplyGone,
    ReplyRefused,
    ReplySent,
    ReplyTakenBack,
    ReplyUnknown,
    Restored,
    what_was_done,
)
from alerts.cases.transitions import Asker
from alerts.outreach.abilities import Learned
from alerts.outreach.delicacy import Held
from alerts.outreach.outbound import Outbound, Sent
from alerts.ports import FARTHEST
from domain.mention import NetworkId
from listener.mention_format import storable
from listener.store import cases, contacts, history, outbound_rows
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import TO_SEND, outbound
from listener.store.tables import cases as all_cases

LEASE: Final = timedelta(seconds=120)
"""Longer than a network takes to answer. Later the sender is taken for dead, and its outbound for perhaps sent."""
SETTLES: Final = timedelta(seconds=20)
"""What a process that died has asked for may still be done: looked for sooner, it would seem not to be."""
AT_ONCE: Final = 10
MOST_SIMILAR: Final = 20
LOOKS: Final = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""When after it was sent an answer is looked at, whether it still stands."""
SEEN: Final = ("reply", "invite")
"""Kinds that stand where everybody sees them."""
PROGRAM_ASKS: Final = Asker(actor=PROGRAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """An outbound to be sent now, with its case as it stands. `unknown`: look for it first."""

    outbound: Outbound
    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is not said yet: how many wait to be sent (since when), have an unknown end, want a second's word."""

    confirmed: int = 0
    since: datetime | None = None
    unknown: int = 0
    approval: int = 0


class OutboundStore:
    """Hands out what people confirmed, and writes down what became of it, for the sender with this name.

    A row that is leased and not settled comes back `unknown`. What is settled twice is written once.
    """

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker

    async def recover(self, now: datetime) -> int:
        """At start: hand out soon what this daemon was sending when it died. SQLite has no other daemon."""
        mine = None if self._database.is_sqlite else self._worker
        return await self._database.write(lambda c: recover(c, mine, now))

    async def claim(self, network: NetworkId, now: datetime) -> Sequence[ToSend]:
        """Lease what is due, oldest first; of one case the next only when the one before is settled."""
        return await self._database.write(lambda c: claim(c, self._worker, network, now))

    async def put_off(self, sending: Outbound, at: datetime, error: str, *, unknown: bool) -> None:
        """To be sent at `at`. Counts a try; `unknown`: this one may have done it."""
        await self._database.write(lambda c: put_off(c, self._worker, sending, at, error, unknown=unknown))

    async def sent(self, sending: Outbound, what: Sent, now: datetime, lessons: Sequence[Learned] = ()) -> bool:
        """The customer has it. False where somebody else has settled it since."""
        return await self._database.write(lambda c: sent(c, self._worker, sending, what, now, lessons))

    async def refused(
        self, sending: Outbound, reason: str, error: str, now: datetime, lessons: Sequence[Learned] = ()
    ) -> bool:
        """It was not done and never will be like this."""
        return await self._database.write(lambda c: refused(c, self._worker, sending, reason, error, now, lessons))

    async def held_back(self, sending: Outbound, reason: Held, now: datetime) -> bool:
        """The guard forbids it by now."""
        return await self._database.write(lambda c: held_back(c, self._worker, sending, reason, now))

    async def lost(self, sending: Outbound, error: str, now: datetime) -> bool:
        """It may have been done, and nobody can tell: a person must look."""
        return await self._database.write(lambda c: lost(c, self._worker, sending, error, now))

    async def to_look_at(self, network: NetworkId, now: datetime) -> Sequence[Outbound]:
        """Public answers whose hour to be looked at has come."""
        return await self._database.read(lambda c: to_look_at(c, network, now))

    async def looked(self, at: Outbound, now: datetime, *, stands: bool) -> None:
        await self._database.write(lambda c: looked(c, at, now, stands=stands))

    async def look_later(self, at: Outbound, when: datetime) -> None:
        """The network did not let us look."""
        await self._database.write(lambda c: look_later(c, at, when))

    async def opened_after(self, network: NetworkId, after: int, since: datetime) -> list[Case]:
        """The open cases of the network with higher numbers, the first few of them."""
        return await self._database.read(lambda c: opened_after(c, network, after, since))

    async def learn(self, lesson: Learned) -> None:
        await self._database.write(lambda c: outbound_rows.remember(c, (lesson,)))

    async def waiting(self) -> Waiting:
        return await self._database.read(waiting)


async def recover(connection: Connection, worker: str | None, now: datetime) -> int:
    left = update(outbound).where(TO_SEND, outbound.c.state == "sending")
    if worker is not None:
        left = left.where(outbound.c.worker == worker)
    looked_for = left.values(state="confirmed", due_at=now + SETTLES, unknown=True, worker=None)
    done = await connection.execute(looked_for)
    return done.rowcount


async def claim(connection: Connection, worker: str, network: NetworkId, now: datetime) -> list[ToSend]:
    """A row found in `sending` was left there by a sender that died: it may have been done."""
    found = await connection.execute(
        select(outbound)
        .where(TO_SEND, outbound.c.network == network, _is_due(now), ~_has_an_earlier())
        .order_by(outbound.c.confirmed_at, outbound.c.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    numbers = [row.id for row in found]
    if not numbers:
        return []
    await connection.execute(
        update(outbound)
        .where(outbound.c.id.in_(numbers))
        .values(
            unknown=or_(outbound.c.unknown, outbound.c.state == "sending"),
            state="sending",
            worker=worker,
            due_at=now + LEASE,
        )
    )
    leased = await connection.execute(
        select(outbound).where(outbound.c.id.in_(numbers)).order_by(outbound.c.confirmed_at, outbound.c.id)
    )
    claimed = await outbound_rows.read(connection, leased.all())
    numbers = sorted({each.case for each in claimed})
    known = {number: await cases.load_closely(connection, number, now) for number in numbers}
    return [ToSend(outbound=each, case=case) for each in claimed if (case := known[each.case]) is not None]


async def put_off(
    connection: Connection, worker: str, sending: Outbound, at: datetime, error: str, *, unknown: bool
) -> None:
    await connection.execute(
        _leased(worker, sending).values(
            state="confirmed",
            due_at=at,
            tries=outbound.c.tries + 1,
            unknown=unknown,
            error=storable(error)[:1000],
            worker=None,
        )
    )


async def sent(
    connection: Connection,
    worker: str,
    sending: Outbound,
    what: Sent,
    now: datetime,
    lessons: Sequence[Learned] = (),
) -> bool:
    changing = await _case_of(connection, sending)
    done = await connection.execute(
        _leased(worker, sending).values(
            state="sent",
            sent_ref=storable(what.ref),
            sent_url=storable(what.url),
            sent_at=now,
            look_at=now + LOOKS[0] if sending.kind in SEEN else None,
            error=None,
            worker=None,
        )
    )
    if not done.rowcount:
        return False
    await outbound_rows.remember(connection, lessons)
    changing.obey(Report(fact=await _done(connection, sending, what)), PROGRAM_ASKS, now)
    await _follow(connection, sending, now)
    await history.write(connection, [changing], now)
    return True


async def refused(
    connection: Connection,
    worker: str,
    sending: Outbound,
    reason: str,
    error: str,
    now: datetime,
    lessons: Sequence[Learned] = (),
) -> bool:
    changing = await _case_of(connection, sending)
    if not await _end(connection, worker, sending, "refused", reason, error):
        return False
    await outbound_rows.remember(connection, lessons)
    fact = ReplyRefused(outbound=sending.id, kind=sending.kind, reason=reason, by=sending.confirmed_by)
    changing.obey(Report(fact=fact), PROGRAM_ASKS, now)
    await history.write(connection, [changing], now)
    return True


async def held_back(connection: Connection, worker: str, sending: Outbound, reason: Held, now: datetime) -> bool:
    changing = await _case_of(connection, sending)
    if not await _end(connection, worker, sending, "refused", reason, "held back"):
        return False
    changing.obey(HoldBack(reason=reason, kind=sending.kind), PROGRAM_ASKS, now)
    fact = ReplyRefused(outbound=sending.id, kind=sending.kind, reason=reason, by=sending.confirmed_by)
    changing.obey(Report(fact=fact), PROGRAM_ASKS, now)
    await history.write(connection, [changing], now)
    return True


async def lost(connection: Connection, worker: str, sending: Outbound, error: str, now: datetime) -> bool:
    changing = await _case_of(connection, sending)
    if not await _end(connection, worker, sending, "unknown", None, error):
        return False
    fact = ReplyUnknown(outbound=sending.id, kind=sending.kind, by=sending.confirmed_by)
    changing.obey(Report(fact=fact), PROGRAM_ASKS, now)
    await history.write(connection, [changing], now)
    return True


async def to_look_at(connection: Connection, network: NetworkId, now: datetime) -> list[Outbound]:
    found = await connection.execute(
        select(outbound)
        .where(outbound.c.network == network, outbound.c.look_at <= now)
        .order_by(outbound.c.look_at, outbound.c.id)
        .limit(AT_ONCE)
    )
    return await outbound_rows.read(connection, found.all())


async def looked(connection: Connection, at: Outbound, now: datetime, *, stands: bool) -> None:
    changing = await _case_of(connection, at)
    values = {"look_at": _next_look(at, now)} if stands else {"look_at": None, "gone_at": now}
    done = await connection.execute(
        update(outbound)
        .where(outbound.c.id == at.id, outbound.c.state == "sent", outbound.c.gone_at.is_(None))
        .values(**values)
    )
    if stands or not done.rowcount:
        return
    changing.obey(Report(fact=ReplyGone(outbound=at.id)), PROGRAM_ASKS, now)
    await history.write(connection, [changing], now)


async def look_later(connection: Connection, at: Outbound, when: datetime) -> None:
    await connection.execute(update(outbound).where(outbound.c.id == at.id).values(look_at=when))


def _next_look(at: Outbound, now: datetime) -> datetime | None:
    times = (at.sent_at + after for after in LOOKS if at.sent_at is not None)
    return next((time for time in times if time > now), None)


async def opened_after(connection: Connection, network: NetworkId, after: int, since: datetime) -> list[Case]:
    found = await connection.execute(
        select(all_cases.c.id)
        .where(
            all_cases.c.id > after,
            all_cases.c.network == network,
            all_cases.c.stage != "closed",
            all_cases.c.revision > 0,
            all_cases.c.opened_at >= since,
        )
        .order_by(all_cases.c.id)
        .limit(AT_ONCE)
    )
    numbers = list(found.scalars())
    known = await cases.load(connection, numbers) if numbers else {}
    return [known[number] for number in numbers if number in known]


async def waiting(connection: Connection) -> Waiting:
    found = await connection.execute(
        select(outbound.c.state, func.count(), func.min(outbound.c.confirmed_at))
        .where(outbound.c.state.in_(("approval", "confirmed", "sending", "unknown")))
        .group_by(outbound.c.state)
    )
    counts = {state: (count, since) for state, count, since in found}
    open_ones = [counts[state] for state in ("confirmed", "sending") if state in counts]
    return Waiting(
        confirmed=sum(count for count, _ in open_ones),
        since=min((since for _, since in open_ones if since is not None), default=None),
        unknown=counts.get("unknown", (0, None))[0],
        approval=counts.get("approval", (0, None))[0],
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    """By the clock, or by what no clock can have meant: it was set back since."""
    lost_lease = and_(outbound.c.state == "sending", outbound.c.due_at > now + LEASE + FARTHEST)
    return or_(outbound.c.due_at <= now, lost_lease)


def _has_an_earlier() -> ColumnElement[bool]:
    """Two messages to one customer reach him in the order in which they were confirmed."""
    earlier = outbound.alias("earlier")
    return exists().where(
        earlier.c.case_id == outbound.c.case_id,
        earlier.c.state.in_(("confirmed", "sending")),
        earlier.c.id < outbound.c.id,
    )


def _leased(worker: str, sending: Outbound) -> Any:
    return update(outbound).where(
        outbound.c.id == sending.id, outbound.c.state == "sending", outbound.c.worker == worker
    )


async def _end(
    connection: Connection, worker: str, sending: Outbound, state: str, reason: str | None, error: str
) -> bool:
    done = await connection.execute(
        _leased(worker, sending).values(state=state, reason=reason, error=storable(error)[:1000], worker=None)
    )
    return bool(done.rowcount)


async def _case_of(connection: Connection, sending: Outbound) -> history.Changing:
    return (await history.lock(connection, [sending.case]))[sending.case]


async def _done(
    connection: Connection, sending: Outbound, what: Sent
) -> ReplySent | ReplyEdited | ReplyTakenBack | Removed | Restored:
    similar: tuple[int, ...] = ()
    if sending.kind == "reply":
        case = (await connection.execute(select(all_cases).where(all_cases.c.id == sending.case))).one()
        # Said with the first answer alone: in a flood a word behind each would fill the chat, and every card of
        # theirs offers the answer by now.
        if await contacts.nearby(connection, case) is None:
            similar = await contacts.waiting_nearby(connection, case, MOST_SIMILAR)
    return what_was_done(sending, what.url, similar=similar)


async def _follow(connection: Connection, sending: Outbound, now: datetime) -> None:
    """What an edit or a withdrawal makes of the answer that it speaks of."""
    if sending.of_id is None:
        return
    following: dict[str, dict[str, Any]] = {
        "edit": {"text": sending.text},
        "take_back": {"gone_at": now, "look_at": None},
    }
    if values := following.get(sending.kind):
        await connection.execute(update(outbound).where(outbound.c.id == sending.of_id).values(**values))
