"""What waits for us, by the receivers whose chats show it: what people are told when their day begins or ends."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, or_, select

from alerts.cards.handover import OpenCase, Silent
from alerts.cases.state import FORGOTTEN
from alerts.cases.waiting import waits_since
from listener.store import histories
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import LEFT, card_views, case_events, cases

MOST: Final = 1000
"""Cases that are looked at; who has more of them open needs no list."""


async def waiting_for_us(database: Database, now: datetime) -> Mapping[str, Sequence[OpenCase]]:
    """By receiver, oldest first, the open cases that neither rest nor wait for the customer or the engineers."""
    return await database.read(lambda connection: _waiting_for_us(connection, now))


async def left_with(database: Database, owners: Collection[str]) -> Mapping[str, Sequence[OpenCase]]:
    """By receiver, oldest first, the open cases of these owners (Person.id), also those that wait for others."""
    return await database.read(lambda connection: _open_cases(connection, cases.c.owner.in_(sorted(owners))))


async def silent(database: Database, since: datetime) -> Mapping[str, Sequence[Silent]]:
    """By receiver («» for none), who has lost cases since then because he did nothing with them."""
    return await database.read(lambda connection: _silent(connection, since))


async def still_silent(database: Database, now: datetime) -> Sequence[Silent]:
    """Who has been warned and has done nothing yet, with when he loses the case."""
    return await database.read(lambda connection: _still_silent(connection, now))


async def withheld(database: Database, since: datetime) -> Mapping[str, Counter[str]]:
    """By receiver, how many open cases were opened since then and are shown nowhere, by the reason (Withheld)."""
    return await database.read(lambda connection: _withheld(connection, since))


async def _withheld(connection: Connection, since: datetime) -> dict[str, Counter[str]]:
    found = await connection.execute(
        select(cases.c.id, cases.c.receiver, case_events.c.payload)
        .join(case_events, case_events.c.case_id == cases.c.id)
        .where(
            case_events.c.kind == "card_withheld",
            case_events.c.at >= since,
            cases.c.stage != "closed",
            cases.c.receiver.is_not(None),
            ~exists().where(card_views.c.case_id == cases.c.id),
        )
        .order_by(case_events.c.number)
    )
    reasons = {row.id: (row.receiver, str(row.payload.get("reason"))) for row in found}
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for receiver, reason in reasons.values():
        counted[receiver][reason] += 1
    return counted


async def _silent(connection: Connection, since: datetime) -> dict[str, list[Silent]]:
    found = await connection.execute(
        select(case_events.c.case_id, case_events.c.payload, case_events.c.at, cases.c.receiver)
        .join(cases, cases.c.id == case_events.c.case_id)
        .where(case_events.c.kind == "returned", case_events.c.at >= since)
        .order_by(case_events.c.at, case_events.c.case_id)
    )
    of_receiver: dict[str, list[Silent]] = defaultdict(list)
    for row in found:
        lost = Silent(person=str(row.payload.get("owner")), case=row.case_id, at=row.at)
        of_receiver[row.receiver or ""].append(lost)
    return of_receiver


async def _still_silent(connection: Connection, now: datetime) -> list[Silent]:
    warned = cases.c.idle_warn_at.is_(None) | (cases.c.idle_warn_at <= now)
    found = await connection.execute(
        select(cases.c.id, cases.c.owner, cases.c.idle_return_at)
        .where(cases.c.stage != "closed", cases.c.owner.is_not(None), cases.c.idle_return_at.is_not(None), warned)
        .order_by(cases.c.idle_return_at, cases.c.id)
    )
    return [Silent(person=row.owner, case=row.id, at=row.idle_return_at, lost=False) for row in found]


async def _waiting_for_us(connection: Connection, now: datetime) -> dict[str, list[OpenCase]]:
    waits = cases.c.waiting_for == "us"
    awake = or_(cases.c.snoozed_until.is_(None), cases.c.snoozed_until <= now)
    waiting = await _open_cases(connection, waits & awake)
    old = sorted({case.id for named in waiting.values() for case in named if now - case.opened_at >= FORGOTTEN})
    since = await _waiting_since(connection, old)
    return {
        name: [replace(case, waits_since=since.get(case.id)) for case in named] for name, named in waiting.items()
    }


async def _waiting_since(connection: Connection, numbers: Sequence[int]) -> dict[int, datetime]:
    """A case that began long ago may have been answered meanwhile, and wait for an hour only."""
    since = {number: waits_since(events) for number, events in (await histories.read(connection, numbers)).items()}
    return {number: at for number, at in since.items() if at is not None}


async def _open_cases(connection: Connection, which: Any) -> dict[str, list[OpenCase]]:
    found = await connection.execute(
        select(
            card_views.c.receiver,
            cases.c.id,
            cases.c.brand_title,
            cases.c.owner,
            cases.c.opened_at,
            cases.c.due_at,
        )
        .join(card_views, card_views.c.case_id == cases.c.id)
        .where(
            card_views.c.state != LEFT,
            cases.c.stage != "closed",
            which,
        )
        .distinct()
        .order_by(cases.c.id)
        .limit(MOST)
    )
    waiting: dict[str, list[OpenCase]] = defaultdict(list)
    for row in found:
        waiting[row.receiver].append(
            OpenCase(
                id=row.id,
                brand_title=row.brand_title,
                owner=row.owner,
                opened_at=row.opened_at,
                due_at=row.due_at,
            )
        )
    return waiting
