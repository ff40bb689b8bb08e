"""What an inbox needs of a raw Telegram update; anything of another shape is None, never an error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from alerts.notifiers.highlights import clean
from alerts.notifiers.telegram.markup import read_data

_COMMAND: Final = re.compile(r"/(start|id)(@\w+)?(\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A pressed button of ours."""

    id: str
    user: str
    user_name: str
    case: int
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A command that somebody typed, with what to answer."""

    chat: int
    topic: int | None
    reply: str


def update_id(update: object) -> int:
    """-1 for something that is no update."""
    number = update.get("update_id") if isinstance(update, Mapping) else None
    return number if isinstance(number, int) else -1


def read_query(update: Mapping[str, Any]) -> Query | None:
    """The press in an update. The message under the button may be inaccessible: it is not needed."""
    asked = _object(update, "callback_query")
    person = _object(asked, "from")
    user, data, number = person.get("id"), asked.get("data"), asked.get("id")
    pressed = read_data(data) if isinstance(data, str) else None
    if pressed is None or not isinstance(user, int) or not isinstance(number, str):
        return None
    return Query(id=number, user=str(user), user_name=_name(person), case=pressed[0], action=pressed[1])


def read_words(update: Mapping[str, Any]) -> Words | None:
    """/start and /id tell people the numbers that people.yaml and routes.yaml ask for."""
    message = _object(update, "message")
    text, chat = message.get("text"), _object(message, "chat").get("id")
    user = _object(message, "from").get("id")
    if not isinstance(text, str) or not isinstance(chat, int) or not _COMMAND.match(text):
        return None
    topic = message.get("message_thread_id") if message.get("is_topic_message") is True else None
    topic = topic if isinstance(topic, int) else None
    lines = [f"Ваш id: {user} — для people.yaml", f"Этот чат: {chat} — для routes.yaml"]
    if topic is not None:
        lines.append(f"Эта тема: {topic}")
    return Words(chat=chat, topic=topic, reply="\n".join(lines))


def _object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _name(person: Mapping[str, Any]) -> str:
    names = (person.get("first_name"), person.get("last_name"))
    whole = " ".join(name for name in names if isinstance(name, str) and name)
    return clean(whole) or str(person.get("id", ""))
