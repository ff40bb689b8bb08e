"""Telegram's chats, people and messages as values, as the Bot API shows them, and as the page does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from simulator.telegram_entities import Parsed, entity_json

BOT: Final = {"id": 1, "is_bot": True, "first_name": "Otklik", "username": "otklik_bot"}
BOT_ID: Final = 1

Standing = Literal["member", "administrator", "restricted", "left", "kicked"]
"""What the bot is in a chat. Restricted: it may read, not write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: int
    name: str


@dataclass(slots=True, kw_only=True)
class Message:
    """`author` is None for the bot; `answered` are the people who have answered this prompt."""

    id: int
    html: str
    text: str
    markup: dict[str, Any]
    topic: int | None
    at: datetime
    edited_at: datetime | None = None
    author: Person | None = None
    parsed: Parsed = Parsed(text="")  # noqa: RUF009 - frozen, one for all
    reply_to: "Message | None" = None
    answered: set[int] = field(default_factory=set)

    @property
    def prompt(self) -> bool:
        """Whether the clients of those asked open an answer to it."""
        return bool(self.markup.get("force_reply"))

    def asks(self, user: int) -> bool:
        """Whether this prompt is for `user` and still without that person's answer.

        A selective prompt is for those whom its text mentions and for the author of the message it answers.
        """
        if not self.prompt or user in self.answered:
            return False
        asked = self.asked()
        return asked is None or user in asked

    def asked(self) -> frozenset[int] | None:
        """The people a selective prompt is for; None: everybody in the chat."""
        if not self.markup.get("selective"):
            return None
        first = self.reply_to.author if self.reply_to else None
        return self.parsed.mentioned | ({first.id} if first else frozenset())


@dataclass(slots=True, kw_only=True)
class Chat:
    """`topics` is None for a group without topics; `moved_to` is the supergroup that this group became."""

    id: int
    title: str
    topics: frozenset[int] | None = None
    closed_topics: set[int] = field(default_factory=set)
    standing: Standing = "member"
    moved_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)


def message_json(chat: Chat, message: Message, *, nested: bool = False) -> dict[str, Any]:
    """The message as the Bot API shows it; the message that it answers is shown without what that one answers."""
    shown: dict[str, Any] = {
        "message_id": message.id,
        "date": int(message.at.timestamp()),
        "chat": chat_json(chat),
        "from": user_json(message.author) if message.author else BOT,
        "text": message.text,
    }
    if message.parsed.entities:
        shown["entities"] = [entity_json(one, chat.people) for one in message.parsed.entities]
    if "inline_keyboard" in message.markup:
        # A prompt is no part of the message that the Bot API shows.
        shown["reply_markup"] = message.markup
    if message.edited_at is not None:
        shown["edit_date"] = int(message.edited_at.timestamp())
    if message.reply_to is not None and not nested:
        shown["reply_to_message"] = message_json(chat, message.reply_to, nested=True)
    return shown | _thread(chat, message)


def chat_json(chat: Chat) -> dict[str, Any]:
    if chat.id > 0:
        return {"id": chat.id, "type": "private", "first_name": chat.title}
    shown = {"id": chat.id, "type": "supergroup", "title": chat.title}
    return shown if chat.topics is None else {**shown, "is_forum": True}


def user_json(person: Person) -> dict[str, Any]:
    return {"id": person.id, "is_bot": False, "first_name": person.name}


def chat_view(chat: Chat) -> dict[str, Any]:
    """The chat for the page and for tests."""
    return {"id": chat.id, "title": chat.title, "messages": [_view(one) for one in chat.messages.values()]}


def _thread(chat: Chat, message: Message) -> dict[str, Any]:
    """A topic's number; in a group without topics an answer carries the number of the thread's first message."""
    if message.topic is not None:
        return {"message_thread_id": message.topic, "is_topic_message": True}
    first = message
    while first.reply_to is not None:
        first = first.reply_to
    return {} if first is message or chat.id > 0 else {"message_thread_id": first.id}


def _view(message: Message) -> dict[str, Any]:
    rows = message.markup.get("inline_keyboard", [])
    asked = message.asked()
    return {
        "id": message.id,
        "html": message.html,
        "text": message.text,
        "buttons": [[_button_view(button) for button in row] for row in rows],
        "at": message.at.isoformat(),
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
        "author": {"id": message.author.id, "name": message.author.name} if message.author else None,
        "topic": message.topic,
        "reply_to": _quoted(message.reply_to) if message.reply_to else None,
        "prompt": {
            "placeholder": message.markup.get("input_field_placeholder", ""),
            "asked": None if asked is None else sorted(asked),
            "answered": sorted(message.answered),
        }
        if message.prompt
        else None,
    }


def _quoted(message: Message) -> dict[str, Any]:
    return {"id": message.id, "who": message.author.name if message.author else None, "text": message.text}


def _button_view(button: Mapping[str, Any]) -> dict[str, Any]:
    names = {"text": "label", "callback_data": "data", "url": "url", "style": "style", "copy_text": "copies"}
    return {names[key]: value for key, value in button.items() if key in names}
