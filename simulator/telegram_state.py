"""What Telegram knows: chats, messages, a bot's updates, and the people who press its buttons."""

import asyncio
import itertools
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from simulator.faults import Faults
from simulator.telegram_entities import EntityError, length, plain_text
from simulator.telegram_updates import Updates

MAX_TEXT: Final = 4096
MAX_DATA_BYTES: Final = 64
MAX_TOAST: Final = 200
QUERY_LIFE: Final = timedelta(seconds=60)
BOT: Final = {"id": 1, "is_bot": True, "first_name": "Otklik", "username": "otklik_bot"}


class RefusedError(Exception):
    """What the Bot API answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters


@dataclass(slots=True, kw_only=True)
class Message:
    id: int
    html: str
    text: str
    markup: dict[str, Any]
    topic: int | None
    at: datetime
    edited_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Chat:
    """`topics` is None for a group without topics; `moved_to` is the supergroup that this group became."""

    id: int
    title: str
    topics: frozenset[int] | None = None
    kicked: bool = False
    moved_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    recent: deque[datetime] = field(default_factory=deque)


@dataclass(slots=True, kw_only=True)
class Query:
    at: datetime
    answer: asyncio.Future[str | None]


class Messenger:
    """`per_minute` bounds the messages and edits of one group; None takes everything."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        token: str = "1:simulated",  # noqa: S107 - the made-up token of a made-up bot
        per_minute: int | None = 20,
    ) -> None:
        self.clock = clock
        self.token = token
        self.per_minute = per_minute
        self.faults = Faults()
        self.updates = Updates()
        self.chats: dict[int, Chat] = {}
        self._queries: dict[str, Query] = {}
        self._numbers = itertools.count(1)

    def add_chat(self, chat: int, title: str, *, topics: frozenset[int] | None = None) -> None:
        self.chats[chat] = Chat(id=chat, title=title, topics=topics)

    def kick(self, chat: int) -> None:
        """The bot is thrown out of the chat."""
        self.chats[chat].kicked = True

    def migrate(self, chat: int, to: int) -> None:
        """The group becomes a supergroup with another id."""
        self.chats[chat].moved_to = to
        self.add_chat(to, self.chats[chat].title)

    def send(self, chat_id: int, text: str, *, markup: dict[str, Any], topic: int | None, html: bool) -> Message:
        chat = self._open(chat_id)
        if topic is not None and topic not in (chat.topics or ()):
            raise RefusedError(400, "Bad Request: message thread not found")
        shown = _checked(text, markup, html=html)
        self._within_rate(chat)
        number = next(self._numbers)
        message = Message(id=number, html=text, text=shown, markup=markup, topic=topic, at=self.clock())
        chat.messages[number] = message
        return message

    def edit(self, chat_id: int, number: int, text: str, *, markup: dict[str, Any], html: bool) -> Message:
        chat = self._open(chat_id)
        message = chat.messages.get(number)
        if message is None:
            raise RefusedError(400, "Bad Request: message to edit not found")
        shown = _checked(text, markup, html=html)
        if (message.html, message.markup) == (text, markup):
            raise RefusedError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly"
                " the same as a current content and reply markup of the message",
            )
        self._within_rate(chat)
        message.html, message.text, message.markup, message.edited_at = text, shown, markup, self.clock()
        return message

    def delete(self, chat_id: int, number: int) -> None:
        if self._open(chat_id).messages.pop(number, None) is None:
            raise RefusedError(400, "Bad Request: message to delete not found")

    def answer_query(self, query_id: str, text: str | None) -> None:
        query = self._queries.get(query_id)
        if query is None or self.clock() - query.at > QUERY_LIFE:
            raise RefusedError(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        if length(text or "") > MAX_TOAST:
            raise RefusedError(400, "Bad Request: MESSAGE_TOO_LONG")
        if not query.answer.done():
            query.answer.set_result(text)

    async def press(self, chat: int, message_id: int, data: str, *, user: int, name: str) -> str | None:
        """A person presses a button; returns the toast that the bot answers within five seconds.

        Raises LookupError when there is no such message.
        """
        message = self.chats[chat].messages[message_id]
        query_id = str(10**15 + next(self._numbers))
        query = Query(at=self.clock(), answer=asyncio.get_running_loop().create_future())
        self._queries[query_id] = query
        asked = {
            "id": query_id,
            "from": _user(user, name),
            "message": message_json(self.chats[chat], message),
            "chat_instance": str(chat),
            "data": data,
        }
        self.updates.add("callback_query", asked)
        try:
            return await asyncio.wait_for(asyncio.shield(query.answer), 5)
        except TimeoutError:
            return None

    def write(self, chat: int, text: str, *, user: int, name: str) -> None:
        """A person writes into the chat, in view of the bot."""
        number = next(self._numbers)
        message = Message(id=number, html=text, text=text, markup={}, topic=None, at=self.clock())
        self.updates.add("message", {**message_json(self.chats[chat], message), "from": _user(user, name)})

    def snapshot(self) -> dict[str, Any]:
        return {"chats": [_chat_view(chat) for chat in self.chats.values()]}

    def chat(self, chat_id: int) -> Chat:
        """The chat as getChat sees it."""
        return self._open(chat_id)

    def _open(self, chat_id: int) -> Chat:
        chat = self.chats.get(chat_id)
        if chat is None:
            raise RefusedError(400, "Bad Request: chat not found")
        if chat.moved_to is not None:
            raise RefusedError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            )
        if chat.kicked:
            raise RefusedError(403, "Forbidden: bot was kicked from the supergroup chat")
        return chat

    def _within_rate(self, chat: Chat) -> None:
        if self.per_minute is None:
            return
        now = self.clock()
        while chat.recent and (now - chat.recent[0]).total_seconds() >= 60:
            chat.recent.popleft()
        if len(chat.recent) >= self.per_minute:
            wait = max(1, math.ceil(60 - (now - chat.recent[0]).total_seconds()))
            raise RefusedError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        chat.recent.append(now)


def message_json(chat: Chat, message: Message) -> dict[str, Any]:
    """The message as the Bot API shows it."""
    shown: dict[str, Any] = {
        "message_id": message.id,
        "date": int(message.at.timestamp()),
        "chat": chat_json(chat),
        "from": BOT,
        "text": message.text,
    }
    if message.markup:
        shown["reply_markup"] = message.markup
    if message.topic is not None:
        shown |= {"message_thread_id": message.topic, "is_topic_message": True}
    if message.edited_at is not None:
        shown["edit_date"] = int(message.edited_at.timestamp())
    return shown


def chat_json(chat: Chat) -> dict[str, Any]:
    if chat.id > 0:
        return {"id": chat.id, "type": "private", "first_name": chat.title}
    return {"id": chat.id, "type": "supergroup", "title": chat.title}


def _user(user: int, name: str) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": name}


def _checked(text: str, markup: Mapping[str, Any], *, html: bool) -> str:
    try:
        shown = plain_text(text) if html else text.strip()
    except EntityError as error:
        raise RefusedError(400, f"Bad Request: can't parse entities: {error}") from None
    if not shown:
        raise RefusedError(400, "Bad Request: message text is empty")
    if length(shown) > MAX_TEXT:
        raise RefusedError(400, "Bad Request: message is too long")
    for button in itertools.chain.from_iterable(markup.get("inline_keyboard", ())):
        _check_button(button)
    return shown


def _check_button(button: Mapping[str, Any]) -> None:
    data, url = button.get("callback_data"), button.get("url")
    if not button.get("text"):
        raise RefusedError(400, 'Bad Request: can\'t parse inline keyboard button: Field "text" must be non-empty')
    if (data is None) == (url is None):
        raise RefusedError(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
    if data is not None and not 1 <= len(str(data).encode()) <= MAX_DATA_BYTES:
        raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
    if url is not None and not str(url).startswith(("http://", "https://", "tg://")):
        raise RefusedError(
            400, f"Bad Request: inline keyboard button URL '{url}' is invalid: Unsupported URL protocol"
        )


def _chat_view(chat: Chat) -> dict[str, Any]:
    return {"id": chat.id, "title": chat.title, "messages": [_view(one) for one in chat.messages.values()]}


def _view(message: Message) -> dict[str, Any]:
    rows = message.markup.get("inline_keyboard", [])
    return {
        "id": message.id,
        "html": message.html,
        "buttons": [[_button_view(button) for button in row] for row in rows],
        "at": message.at.isoformat(),
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
    }


def _button_view(button: Mapping[str, Any]) -> dict[str, Any]:
    names = {"text": "label", "callback_data": "data", "url": "url", "style": "style"}
    return {names[key]: value for key, value in button.items() if key in names}
