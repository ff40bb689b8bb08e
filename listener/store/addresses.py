"""How a chat stands in a row: its messenger, its own number or name, and its topic, 0 for none."""

from typing import Any

from sqlalchemy import ColumnElement, Row, and_

from alerts.routing import Chat


def chat_of(row: Row[Any]) -> Chat:
    return Chat(messenger=row.messenger, chat=row.chat, topic=row.topic or None)


def columns_of(chat: Chat) -> dict[str, Any]:
    return {"messenger": chat.messenger, "chat": chat.chat, "topic": chat.topic or 0}


def is_chat(table: Any, chat: Chat) -> ColumnElement[bool]:
    """The condition under which a row of the table is this chat's."""
    return and_(table.c.messenger == chat.messenger, table.c.chat == chat.chat, table.c.topic == (chat.topic or 0))
