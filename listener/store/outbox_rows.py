"""The outbox from the writer's side: deliveries wanted by cases, unique for each case and chat."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import and_, bindparam, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.routing import Chat
from listener.judged import Told
from listener.store.engine import insert
from listener.store.tables import aliases, deliveries


class Revised(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def revision(self) -> int: ...


async def raise_wanted(connection: AsyncConnection, revisions: Sequence[tuple[int, int]], now: datetime) -> None:
    """Every chat that knows these cases (id, revision) must show the new revision.

    A row that is being sent stays with its sender; it comes back due when that one reports an older revision.
    """
    if revisions:
        await connection.execute(
            _RAISE, [{"of_case": one, "revision": revision, "now": now} for one, revision in revisions]
        )


async def renew(connection: AsyncConnection, reopened: Sequence[tuple[int, datetime]]) -> None:
    """The chats that showed these cases (id, when to tell) as ended get a card of their own for what is new.

    An edit of the card far up in the chat would be seen by nobody. Who is editing that one right now loses the
    row, so that its late report cannot bring the old reference back. `shown` stays: by it the new card is told
    from the old one.
    """
    if reopened:
        await connection.execute(_RENEW, [{"of_case": one, "at": at} for one, at in reopened])


async def add(connection: AsyncConnection, told: Sequence[tuple[Revised, Told]], now: datetime) -> None:
    """The chats that must see the cases; a chat that already does is not told twice."""
    moved = await _moved(connection) if any(one.chats for _, one in told) else {}
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for revised, one in told:
        due_at = max(now, one.not_before) if one.not_before else now
        for receiver, chat in one.chats:
            row = _row(revised, receiver, chat, moved)
            row |= {"due_at": due_at, "created_at": now}
            key = (revised.id, row["messenger"], row["chat"], row["topic"])
            if key not in rows or due_at < rows[key]["due_at"]:
                rows[key] = row
    if rows:
        await connection.execute(_upsert(connection.dialect.name), list(rows.values()))


_RAISE = (
    update(deliveries)
    .where(deliveries.c.case_id == bindparam("of_case"), deliveries.c.wanted < bindparam("revision"))
    .values(
        wanted=bindparam("revision"),
        state=case((deliveries.c.state == "shown", "due"), else_=deliveries.c.state),
        due_at=case(
            (deliveries.c.state == "shown", bindparam("now", type_=deliveries.c.due_at.type)),
            else_=deliveries.c.due_at,
        ),
    )
)

_RENEW = (
    update(deliveries)
    .where(deliveries.c.case_id == bindparam("of_case"), deliveries.c.ref.is_not(None))
    .where(deliveries.c.state != "failed")
    .values(
        ref=None,
        state="due",
        due_at=bindparam("at", type_=deliveries.c.due_at.type),
        tries=0,
        unknown=False,
        worker=None,
    )
)


@cache
def _upsert(dialect: str) -> Any:
    """A card held until the morning goes out earlier when something urgent joins; one that failed to be sent
    keeps the time of its next try.
    """
    rows = insert(dialect, deliveries)
    earlier = and_(
        deliveries.c.state == "due", deliveries.c.tries == 0, rows.excluded.due_at < deliveries.c.due_at
    )
    return rows.on_conflict_do_update(
        index_elements=[deliveries.c.case_id, deliveries.c.messenger, deliveries.c.chat, deliveries.c.topic],
        set_={"due_at": case((earlier, rows.excluded.due_at), else_=deliveries.c.due_at)},
    )


def _row(revised: Revised, receiver: str, chat: Chat, moved: dict[tuple[str, str], str]) -> dict[str, Any]:
    return {
        "case_id": revised.id,
        "receiver": receiver,
        "messenger": chat.messenger,
        "chat": moved.get((chat.messenger, chat.chat), chat.chat),
        "topic": chat.topic or 0,
        "state": "due",
        "wanted": revised.revision,
    }


async def _moved(connection: AsyncConnection) -> dict[tuple[str, str], str]:
    rows = await connection.execute(select(aliases.c.messenger, aliases.c.chat, aliases.c.moved_to))
    return {(row.messenger, row.chat): row.moved_to for row in rows}
