"""What an inbox needs of a raw Telegram update; anything of another shape is None, never an error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from alerts.notifiers.answers import number_of, object_of
from alerts.notifiers.highlights import clean
from alerts.notifiers.telegram.markup import ANSWER_SIGN, read_data

LAST_ID: Final = 2**31 - 1
"""Telegram's servers count updates in 32 bits, from one on."""
_COMMAND: Final = re.compile(r"/(start|id)(@\w+)?(\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something was pressed or said: a message in a chat, the topic it stands in, and what it answers."""

    chat: int
    message: int
    topic: int | None = None
    answers: int | None = None

    @property
    def card(self) -> int:
        """The card's message: a choice of options stands as an answer to it."""
        return self.message if self.answers is None else self.answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A pressed button of ours. `value` is the chosen option, `place` the message that has the button."""

    id: str
    user: str
    user_name: str
    case: int
    action: str
    value: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A person's answer to a message of a bot. `text` is empty where the person sent something else.

    `asked` is whom that message asks by name at its very beginning, as prompts do; None: it looks like none.
    `to_note`: that message looks like a note that may be answered. `to_at`: the second since 1970 when that was,
    None where Telegram does not say it.
    """

    place: Place
    to: int
    user: str
    user_name: str
    text: str
    asked: str | None = None
    to_note: bool = False
    to_at: int | None = None

    def is_to_fresh(self, now: datetime, within: timedelta) -> bool:
        """Whether the answered message was said so lately; one of an unknown age is taken for such."""
        return self.to_at is None or now.timestamp() - self.to_at <= within.total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A command that somebody typed, with what to answer."""

    chat: int
    topic: int | None
    reply: str


def update_id(update: object) -> int:
    """-1 for something that is no update, or has a number that Telegram cannot have counted to: one would go past
    all that comes.
    """
    number = number_of(update, "update_id") if isinstance(update, Mapping) else None
    return number if number is not None and 0 <= number <= LAST_ID else -1


def read_query(update: Mapping[str, Any]) -> Query | None:
    """The press in an update. The message under the button may be inaccessible: where it stands is enough."""
    asked = object_of(update, "callback_query")
    person = object_of(asked, "from")
    user, data, number = person.get("id"), asked.get("data"), asked.get("id")
    pressed = read_data(data) if isinstance(data, str) else None
    if pressed is None or not isinstance(user, int) or not isinstance(number, str):
        return None
    case, action, value = pressed
    return Query(
        id=number,
        user=str(user),
        user_name=_name(person),
        case=case,
        action=action,
        value=value,
        place=_place(object_of(asked, "message")),
    )


def read_reply(update: Mapping[str, Any]) -> Reply | None:
    """An answer to a bot's message. To a card people answer too: what it means, the book of prompts knows."""
    message = object_of(update, "message")
    answered, person, text = (
        object_of(message, "reply_to_message"),
        object_of(message, "from"),
        message.get("text"),
    )
    place, to, user = _place(message), answered.get("message_id"), person.get("id")
    said_at = answered.get("date")
    if place is None or not isinstance(to, int) or not isinstance(user, int):
        return None
    if object_of(answered, "from").get("is_bot") is not True:
        return None
    return Reply(
        place=place,
        to=to,
        user=str(user),
        user_name=_name(person),
        text=text if isinstance(text, str) else "",
        asked=None if "reply_markup" in answered else _asked(answered),
        to_note=ANSWER_SIGN in str(answered.get("text", "")),
        to_at=said_at if isinstance(said_at, int) else None,
    )


def read_words(update: Mapping[str, Any]) -> Words | None:
    """/start and /id tell people the numbers that people.yaml and routes.yaml ask for."""
    message = object_of(update, "message")
    text, chat = message.get("text"), object_of(message, "chat").get("id")
    user = object_of(message, "from").get("id")
    if not isinstance(text, str) or not isinstance(chat, int) or not _COMMAND.match(text):
        return None
    topic = _topic(message)
    lines = [f"Ваш id: {user} — для people.yaml", f"Этот чат: {chat} — для routes.yaml"]
    if topic is not None:
        lines.append(f"Эта тема: {topic}")
    return Words(chat=chat, topic=topic, reply="\n".join(lines))


def _place(message: Mapping[str, Any]) -> Place | None:
    chat, number = object_of(message, "chat").get("id"), message.get("message_id")
    if not isinstance(chat, int) or not isinstance(number, int):
        return None
    answers = object_of(message, "reply_to_message").get("message_id")
    return Place(
        chat=chat,
        message=number,
        topic=_topic(message),
        answers=answers if isinstance(answers, int) else None,
    )


def _topic(message: Mapping[str, Any]) -> int | None:
    """Answers in a group without topics carry a thread's number too, which is none of a topic."""
    topic = message.get("message_thread_id") if message.get("is_topic_message") is True else None
    return topic if isinstance(topic, int) else None


def _asked(message: Mapping[str, Any]) -> str | None:
    """A prompt names a person and goes on in bold: no card and no note begins so."""
    entities = message.get("entities")
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities[:2]):
        return None
    if [entity.get("type") for entity in entities[:2]] != ["text_mention", "bold"] or entities[0].get(
        "offset"
    ) != 0:
        return None
    return _name(object_of(entities[0], "user"))


def _name(person: Mapping[str, Any]) -> str:
    names = (person.get("first_name"), person.get("last_name"))
    whole = " ".join(name for name in names if isinstance(name, str) and name)
    return clean(whole) or str(person.get("id", ""))
