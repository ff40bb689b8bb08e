"""A case is handed to another receiver: its card goes to the new chats, and a word of it stays in the old ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, case, select, update

from alerts.cases.events import Event, Moved
from alerts.cases.telling import NoticeDraft, Priority
from alerts.routing import Chat
from listener.store import outbox_rows
from listener.store.addresses import chat_of, columns_of
from listener.store.codecs import NOTICE_VERSION, notice_payload
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.errors import ConflictError
from listener.store.tables import LEFT, card_views, is_living, notices

_UNIQUE: Final = (card_views.c.case_id, card_views.c.messenger, card_views.c.chat, card_views.c.topic)


def moved_in(events: Sequence[Event]) -> Event | None:
    return next((event for event in reversed(events) if isinstance(event.fact, Moved)), None)


async def move(
    connection: Connection, of_case: int, event: Event, chats: Sequence[Chat], due_at: datetime, now: datetime
) -> None:
    """Before the event itself is told. Raises ConflictError while a card is on its way to a chat that is left:
    nobody knows its reference yet, and it would stand there with living buttons.
    """
    moves = await outbox_rows.moves(connection)
    there = [
        Chat(messenger=chat.messenger, chat=moves.get((chat.messenger, chat.chat), chat.chat), topic=chat.topic)
        for chat in chats
    ]
    views = (
        await connection.execute(
            select(card_views).where(card_views.c.case_id == of_case).order_by(card_views.c.id).with_for_update()
        )
    ).all()
    left = [view for view in views if chat_of(view) not in there and view.state not in ("failed", LEFT)]
    if any(view.state == "sending" and view.ref is None for view in left):
        raise ConflictError
    await _leave(connection, left, event, now)
    if there and isinstance(event.fact, Moved):
        rows = [_view(of_case, event, event.fact.to, chat, due_at, now) for chat in there]
        await connection.execute(_arrive(connection.dialect.name), rows)


async def _leave(connection: Connection, left: Sequence[Row[Any]], event: Event, now: datetime) -> None:
    """Whoever was editing such a card loses its row; the last word on it is where the case has gone."""
    if not left:
        return
    draft = NoticeDraft(kind="moved_on", event=event.number, to=(), priority=Priority.PRESS)
    words = [
        {
            "case_id": view.case_id,
            "receiver": view.receiver,
            **columns_of(chat_of(view)),
            "priority": int(draft.priority),
            "state": "due",
            "version": NOTICE_VERSION,
            "created_at": now,
            "due_at": now,
            "dedup_key": f"{view.case_id}:{event.number}:{draft.kind}",
            "payload": notice_payload(draft, on=view.ref),
        }
        for view in left
        if view.ref is not None
    ]
    if words:
        await connection.execute(insert(connection.dialect.name, notices).on_conflict_do_nothing(), words)
    ids = [view.id for view in left]
    gone = {"state": LEFT, "ref": None, "worker": None, "unknown": False}
    await connection.execute(update(card_views).where(card_views.c.id.in_(ids)).values(**gone))


def _view(
    of_case: int, event: Event, receiver: str, chat: Chat, due_at: datetime, now: datetime
) -> dict[str, Any]:
    return {
        "case_id": of_case,
        "receiver": receiver,
        **columns_of(chat),
        "priority": int(Priority.NEW),
        "state": "due",
        "wanted": event.number,
        "due_at": due_at,
        "created_at": now,
    }


def _arrive(dialect: str) -> Any:
    """A chat that shows the case already goes on showing it, for its new receiver; one that it had left gets a new
    card.
    """
    rows = insert(dialect, card_views)
    again = ~is_living(card_views)
    return rows.on_conflict_do_update(
        index_elements=_UNIQUE,
        set_={
            "receiver": rows.excluded.receiver,
            "state": case((again, "due"), else_=card_views.c.state),
            "wanted": case((again, rows.excluded.wanted), else_=card_views.c.wanted),
            "due_at": case((again, rows.excluded.due_at), else_=card_views.c.due_at),
            "priority": case((again, rows.excluded.priority), else_=card_views.c.priority),
            "tries": case((again, 0), else_=card_views.c.tries),
            "error": case((again, None), else_=card_views.c.error),
        },
    )
