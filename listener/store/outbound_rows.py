"""Outbounds from the writer's side: drafted by a press, moved on by another, each step from where it stands."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, get_args

from sqlalchemy import Row, Select, bindparam, select, update

from alerts.outreach.abilities import Learned
from alerts.outreach.outbound import Draft, Outbound, OutboundKind, Sent, Step
from domain.mention import network_id
from listener.mention_format import storable
from listener.store.among import given
from listener.store.codecs import TARGET_VERSION, read_target, target_payload
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.errors import ConflictError
from listener.store.tables import learned, outbound

DRAFTED_BY: Final = ("messenger", "press")
_LET_OUT: Final = ("approval", "confirmed", "sent")
"""From here on an unsolicited approach counts."""


async def draft(connection: Connection, case: int, new: Draft, press: tuple[str, str], now: datetime) -> Outbound:
    """Write a draft down; the same press (messenger and key), delivered again, finds the one that it made."""
    target = new.target
    rows = insert(connection.dialect.name, outbound).values(
        case_id=case,
        kind=new.kind,
        state="draft",
        brand=target.brand,
        network=target.network,
        author_id=target.author,
        page=target.page,
        version=TARGET_VERSION,
        target=target_payload(target),
        text=storable(new.text),
        author=new.author,
        unsolicited=new.unsolicited,
        link=new.link,
        token=new.token,
        of_id=new.of_id,
        messenger=press[0],
        press=storable(press[1]),
        due_at=now,
        created_at=now,
    )
    await connection.execute(rows.on_conflict_do_nothing(index_elements=[outbound.c[name] for name in DRAFTED_BY]))
    found = await connection.execute(
        select(outbound).where(outbound.c.messenger == press[0], outbound.c.press == storable(press[1]))
    )
    return (await read(connection, found.all()))[0]


async def rewrite(connection: Connection, number: int, new: Draft) -> Outbound:
    """Another text of a draft. Raises ConflictError where it is a draft no longer."""
    done = await connection.execute(
        update(outbound)
        .where(outbound.c.id == number, outbound.c.state == "draft")
        .values(text=storable(new.text), link=new.link, author=new.author)
    )
    if not done.rowcount:
        raise ConflictError
    found = await connection.execute(select(outbound).where(outbound.c.id == number))
    return (await read(connection, found.all()))[0]


async def move(connection: Connection, step: Step, now: datetime) -> bool:
    """Whether the outbound stood where it can take the step, and has taken it."""
    values: dict[str, Any] = {"state": step.after, "due_at": now, "worker": None}
    if step.after in _LET_OUT:
        values["confirmed_at"] = now
    if step.after == "confirmed":
        values["unknown"] = False
    if step.after == "sent":
        values["sent_at"] = now
    if step.confirmed_by is not None:
        values["confirmed_by"] = step.confirmed_by
    if step.approved_by is not None:
        values["approved_by"] = step.approved_by
    if step.sent is not None:
        values |= {"sent_ref": storable(step.sent.ref) or None, "sent_url": storable(step.sent.url)}
    done = await connection.execute(
        update(outbound)
        .where(outbound.c.id == step.outbound, outbound.c.state.in_(sorted(step.before)))
        .values(**values)
    )
    return bool(done.rowcount)


async def read(connection: Connection, rows: Sequence[Row[Any]]) -> list[Outbound]:
    """The rows as outbounds; an edit or a withdrawal with what was sent of the answer that it speaks of."""
    of = sorted({row.of_id for row in rows if row.of_id is not None})
    earlier: dict[int, Sent] = {}
    if of:
        found = await connection.execute(
            select(outbound.c.id, outbound.c.sent_ref, outbound.c.sent_url).where(
                outbound.c.id.in_(of), outbound.c.sent_ref.is_not(None)
            )
        )
        earlier = {row.id: Sent(ref=row.sent_ref, url=row.sent_url or "") for row in found}
    return [_outbound(row, earlier.get(row.of_id)) for row in rows if row.kind in get_args(OutboundKind)]


async def remember(connection: Connection, lessons: Iterable[Learned]) -> None:
    """What holds for an author, a wall or a post from now on, in the place of what was known before."""
    rows = insert(connection.dialect.name, learned)
    upsert = rows.on_conflict_do_update(
        index_elements=[learned.c.network, learned.c.page, learned.c.scope, learned.c.key],
        set_={"reason": rows.excluded.reason, "at": rows.excluded.at},
    )
    for lesson in lessons:
        await connection.execute(
            upsert,
            {
                "network": lesson.network,
                "page": lesson.page,
                "scope": lesson.scope,
                "key": storable(lesson.key),
                "reason": lesson.reason,
                "at": lesson.at,
            },
        )


async def lessons_on(connection: Connection, network: str, keys: Collection[str]) -> list[Learned]:
    """What is known of these authors, walls and posts."""
    asked = {"of_network": network, "keys": sorted(keys)}
    found = await connection.execute(_lessons(connection.dialect.name), asked)
    return [
        Learned(
            network=network_id(row.network),
            page=row.page,
            scope=row.scope,
            key=row.key,
            reason=row.reason,
            at=row.at,
        )
        for row in found
    ]


@cache
def _lessons(dialect: str) -> Select[Any]:
    return select(learned).where(
        learned.c.network == bindparam("of_network"), given(learned.c.key, "keys", dialect)
    )


def _outbound(row: Row[Any], of: Sent | None) -> Outbound:
    return Outbound(
        id=row.id,
        case=row.case_id,
        kind=row.kind,
        target=read_target(row.target),
        text=row.text,
        author=row.author,
        state=row.state,
        confirmed_by=row.confirmed_by,
        approved_by=row.approved_by,
        of=of,
        of_id=row.of_id,
        link=row.link,
        token=row.token,
        unsolicited=row.unsolicited,
        sent=None if row.sent_ref is None else Sent(ref=row.sent_ref, url=row.sent_url or ""),
        reason=row.reason,
        tries=row.tries,
        unknown=row.unknown,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        sent_at=row.sent_at,
        gone_at=row.gone_at,
    )
