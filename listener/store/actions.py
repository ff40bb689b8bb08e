"""Actions: presses of operators, each applied once however often a messenger delivers it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.actions import Change, Refusal
from alerts.case import Case
from alerts.ports import Press
from domain.person import Person
from listener.store import cases, outbox_rows
from listener.store import tables as t
from listener.store.engine import insert
from listener.store.errors import ConflictError
from listener.store.mentions import storable

Decide = Callable[[Case], Change | Refusal]


async def press(
    connection: AsyncConnection, pressed: Press, person: Person | None, decide: Decide, now: datetime
) -> Change | Refusal:
    """Let `decide` judge the press on the case as it is, and write down what came of it.

    Raises ConflictError when the case or the press was written by somebody else since it was read.
    """
    first = await _answered(connection, pressed)
    if first is not None:
        return first
    found = (await cases.load(connection, [pressed.case])).get(pressed.case)
    if found is None:
        outcome: Change | Refusal = Refusal(answer=f"Обращения № {pressed.case} нет", reason="no_case")
    else:
        outcome = decide(found)
    if found is not None and isinstance(outcome, Change):
        await _apply(connection, found, outcome, now)
    await _write(connection, pressed, person, outcome, now)
    return outcome


async def _answered(connection: AsyncConnection, pressed: Press) -> Change | Refusal | None:
    """What this very press met with before."""
    found = await connection.execute(
        select(t.actions.c.applied, t.actions.c.outcome).where(
            t.actions.c.messenger == pressed.messenger, t.actions.c.key == storable(pressed.key)
        )
    )
    row = found.first()
    if row is None:
        return None
    if not row.applied:
        return Refusal(**row.outcome)
    until = row.outcome["snoozed_until"]
    return Change(**row.outcome | {"snoozed_until": datetime.fromisoformat(until) if until else None})


async def _apply(connection: AsyncConnection, found: Case, change: Change, now: datetime) -> None:
    revision = found.revision + 1
    done = await connection.execute(
        update(t.cases)
        .where(t.cases.c.id == found.id, t.cases.c.revision == found.revision)
        .values(state=change.state, owner=change.owner, snoozed_until=change.snoozed_until, revision=revision)
    )
    if done.rowcount == 0:
        raise ConflictError
    await outbox_rows.raise_wanted(connection, [(found.id, revision)], now)


async def _write(
    connection: AsyncConnection, pressed: Press, person: Person | None, outcome: Change | Refusal, now: datetime
) -> None:
    row: dict[str, Any] = {
        "messenger": pressed.messenger,
        "key": storable(pressed.key),
        "case_id": pressed.case,
        "who": person.name if person else storable(pressed.user_name),
        "user": storable(pressed.user),
        "action": storable(pressed.action),
        "applied": isinstance(outcome, Change),
        "what": outcome.what if isinstance(outcome, Change) else outcome.reason,
        "answer": outcome.answer,
        "outcome": asdict(outcome),
        "at": now,
    }
    written = await connection.execute(
        insert(connection.dialect.name, t.actions).values(row).on_conflict_do_nothing()
    )
    if written.rowcount == 0:
        raise ConflictError
