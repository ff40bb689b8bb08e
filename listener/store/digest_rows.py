"""Digests from the writer's side: what people press there, and what becomes of the cases that they list."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, literal, or_, select, update

from alerts.cards.digest import A_PAGE
from alerts.cases.telling import Priority
from alerts.ports import Press
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import Time, card_views, digest_cases, digests

TOGETHER: Final = timedelta(seconds=5)
"""In which a counter grows on: an edit for each new case would use up what a chat takes in a minute."""


class DigestStore:
    """What people do with digests; the outbox makes and shows them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def turn(self, press: Press, page: int, now: datetime) -> bool:
        """Show another page of the digest whose button was pressed; False where there is no such digest there."""
        return await self._database.write(lambda c: turn(c, press, page, now), urgent=True)


def pressed_on(press: Press) -> ColumnElement[bool]:
    """The list on whose message was pressed.

    Whoever is quick, or whose machine is slow, presses before it is noted where the list stands; nor is it noted
    where a messenger took the list and its answer was lost.
    """
    not_noted = and_(digests.c.ref.is_(None), or_(digests.c.state == "sending", digests.c.unknown))
    return and_(digests.c.messenger == press.messenger, or_(digests.c.ref == press.ref, not_noted))


async def turn(connection: Connection, press: Press, page: int, now: datetime) -> bool:
    last = select(func.max(digest_cases.c.place) // A_PAGE).where(digest_cases.c.digest_id == digests.c.id)
    done = await connection.execute(
        update(digests)
        .where(digests.c.id == press.case, pressed_on(press))
        .where(last.scalar_subquery() >= page)
        .values(page=page, **_again(literal(now, Time()), literal(int(Priority.PRESS))))
    )
    return done.rowcount > 0


async def touch(connection: Connection, changed: Iterable[tuple[int, bool]], now: datetime) -> None:
    """The digests that list these cases (id, whether a person did it) must show how they stand now.

    A case on the page that is shown changes at once, of the others only the count does.
    """
    rows = [
        {"of_case": of_case, "now": now, "seen": int(Priority.PRESS if by_person else Priority.CHANGE)}
        for of_case, by_person in changed
    ]
    if rows:
        await connection.execute(_TOUCH, rows)


async def touch_incident(connection: Connection, incident: int, now: datetime, *, by_person: bool) -> None:
    """The cards of this incident must show how it stands now; what nobody has pressed for waits a little for
    more.
    """
    at = now if by_person else now + TOGETHER
    priority = int(Priority.PRESS if by_person else Priority.CHANGE)
    await connection.execute(
        update(digests)
        .where(digests.c.incident_id == incident)
        .values(**_again(literal(at, Time()), literal(priority)))
    )


async def unfold(connection: Connection, press: Press, now: datetime) -> None:
    """What was taken from a digest gets a card of its own in that chat, before anything else."""
    listed = exists().where(
        pressed_on(press),
        digests.c.id == digest_cases.c.digest_id,
        digest_cases.c.case_id == press.case,
        digests.c.messenger == card_views.c.messenger,
        digests.c.chat == card_views.c.chat,
        digests.c.topic == card_views.c.topic,
    )
    await connection.execute(
        update(card_views)
        .where(card_views.c.case_id == press.case, card_views.c.state == "digest", listed)
        .values(state="due", priority=int(Priority.PRESS), due_at=now)
    )


async def unfold_answered(connection: Connection, case_id: int, listed: int, now: datetime) -> None:
    """Who was answered from a list gets a card there, after what others wait for: dozens come one after another,
    and each is needed only when he writes again or is to be closed.
    """
    in_chat = exists().where(
        digests.c.id == listed,
        digests.c.messenger == card_views.c.messenger,
        digests.c.chat == card_views.c.chat,
        digests.c.topic == card_views.c.topic,
    )
    await connection.execute(
        update(card_views)
        .where(card_views.c.case_id == case_id, card_views.c.state == "digest", in_chat)
        .values(state="due", priority=int(Priority.CHANGE), due_at=now)
    )


async def unfold_given(connection: Connection, given: Sequence[int], now: datetime) -> None:
    """Listed cases that were given to somebody get cards of their own: a line in a list has no buttons for him."""
    if given:
        await connection.execute(
            update(card_views)
            .where(card_views.c.case_id.in_(given), card_views.c.state == "digest")
            .values(state="due", priority=int(Priority.NEW), due_at=now)
        )


def _again(now: Any, priority: Any) -> dict[str, Any]:
    """The digest is due for an edit; one that is being sent stays with its sender."""
    shown = digests.c.state == "shown"
    put_off = and_(digests.c.state == "due", digests.c.ref.is_not(None), digests.c.due_at > now)
    return {
        "wanted": digests.c.wanted + 1,
        "state": case((shown, "due"), else_=digests.c.state),
        "due_at": case((or_(shown, put_off), now), else_=digests.c.due_at),
        "priority": case((or_(shown, digests.c.priority > priority), priority), else_=digests.c.priority),
    }


_NOW: Final = bindparam("now", type_=Time)
_LISTED: Final = and_(digest_cases.c.digest_id == digests.c.id, digest_cases.c.case_id == bindparam("of_case"))
_SEEN: Final = case(
    (exists().where(_LISTED, digest_cases.c.place // A_PAGE == digests.c.page), bindparam("seen")),
    else_=int(Priority.CHANGE),
)
_TOUCH: Final = (
    update(digests)
    .where(
        digests.c.id.in_(
            select(digest_cases.c.digest_id).where(digest_cases.c.case_id == bindparam("of_case")).correlate(None)
        )
    )
    .values(**_again(_NOW, _SEEN))
)
