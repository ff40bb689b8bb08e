"""What Telegram knows: chats, messages, a bot's updates, and the people who press its buttons and answer it."""

import itertools
from collections.abc import Callable, Iterable
from datetime import datetime
from html import escape
from typing import Any

from simulator.faults import Faults
from simulator.telegram_chats import BOT_ID, Chat, Message, Person, Standing, chat_view, message_json, user_json
from simulator.telegram_checks import (
    NOT_MODIFIED,
    Pace,
    RefusedError,
    check_markup,
    check_topic,
    checked,
    editable,
    shut_out,
)
from simulator.telegram_entities import Parsed
from simulator.telegram_queries import Queries, Toast
from simulator.telegram_updates import Updates


class Messenger:
    """`per_minute` bounds the messages and edits of one group, `per_second` those of the bot; None: no bound.

    With `privacy` the bot hears commands and answers to its own messages alone, as a bot is set up by default;
    an administrator hears everything.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        token: str = "1:simulated",  # noqa: S107 - the made-up token of a made-up bot
        per_minute: int | None = 20,
        per_second: int | None = None,
        privacy: bool = True,
    ) -> None:
        self.clock = clock
        self.token = token
        self.privacy = privacy
        self.pace = Pace(per_minute=per_minute, per_second=per_second)
        self.faults = Faults()
        self.updates = Updates()
        self.chats: dict[int, Chat] = {}
        self._numbers = itertools.count(1)
        self._queries = Queries(clock)

    # ------------------------------------------------------------ the world around the bot

    def add_chat(
        self, chat: int, title: str, *, topics: frozenset[int] | None = None, people: Iterable[Person] = ()
    ) -> None:
        """A group (below zero) with its people, or the talk with one person."""
        self.chats[chat] = Chat(id=chat, title=title, topics=topics, people={one.id: one.name for one in people})

    def stand(self, chat: int, standing: Standing) -> None:
        """The bot becomes something else in the chat: taken back in, muted, thrown out, made administrator."""
        self.chats[chat].standing = standing

    def kick(self, chat: int) -> None:
        """The bot is thrown out of the chat; in a talk with one person: it is blocked."""
        self.stand(chat, "kicked")

    def migrate(self, chat: int, to: int) -> None:
        """The group becomes a supergroup with another id."""
        self.chats[chat].moved_to = to
        self.add_chat(to, self.chats[chat].title)

    def close_topic(self, chat: int, topic: int, *, closed: bool = True) -> None:
        """Only administrators may write there now; `closed=False` opens it again."""
        place = self.chats[chat]
        place.closed_topics = place.closed_topics | {topic} if closed else place.closed_topics - {topic}

    def lose(self, chat: int, message: int) -> None:
        """Somebody deletes a message of the bot's."""
        del self.chats[chat].messages[message]

    def delete_topic(self, chat: int, topic: int) -> None:
        """The topic goes, with all that is written in it."""
        place = self.chats[chat]
        place.topics = (place.topics or frozenset()) - {topic}
        place.messages = {number: one for number, one in place.messages.items() if one.topic != topic}

    # ------------------------------------------------------------ what the bot does

    def send(
        self,
        chat_id: int,
        text: str,
        *,
        markup: dict[str, Any],
        topic: int | None,
        html: bool,
        reply_to: int | None = None,
        or_without: bool = False,
    ) -> Message:
        """`or_without`: when the message to be answered is gone, the text is sent without it."""
        chat = self._writable(chat_id)
        answered = chat.messages.get(reply_to) if reply_to is not None else None
        if reply_to is not None and answered is None and not or_without:
            raise RefusedError(400, "Bad Request: message to be replied not found")
        topic = answered.topic if topic is None and answered is not None else topic
        check_topic(chat, topic)
        parsed = checked(text, markup, html=html)
        self.pace.count(chat.id, self.clock())
        message = Message(
            id=next(self._numbers),
            html=text,
            text=parsed.text,
            parsed=parsed,
            markup=markup,
            topic=topic,
            at=self.clock(),
            reply_to=answered,
        )
        chat.messages[message.id] = message
        return message

    def edit(self, chat_id: int, number: int, text: str, *, markup: dict[str, Any], html: bool) -> Message:
        chat = self.chat(chat_id)
        message = editable(chat, number)
        parsed = checked(text, markup, html=html)
        if (message.html, message.markup) == (text, markup):
            raise RefusedError(400, NOT_MODIFIED)
        self.pace.count(chat.id, self.clock())
        message.html, message.text, message.parsed = text, parsed.text, parsed
        message.markup, message.edited_at = markup, self.clock()
        return message

    def edit_markup(self, chat_id: int, number: int, markup: dict[str, Any]) -> Message:
        """Only the keyboard; the text stays."""
        chat = self.chat(chat_id)
        message = editable(chat, number)
        check_markup(markup)
        if message.markup == markup:
            raise RefusedError(400, NOT_MODIFIED)
        self.pace.count(chat.id, self.clock())
        message.markup, message.edited_at = markup, self.clock()
        return message

    def delete(self, chat_id: int, number: int) -> None:
        """What others wrote only an administrator may delete."""
        chat = self.chat(chat_id)
        message = chat.messages.get(number)
        if message is None:
            raise RefusedError(400, "Bad Request: message to delete not found")
        if message.author is not None and chat.standing != "administrator":
            raise RefusedError(400, "Bad Request: message can't be deleted")
        del chat.messages[number]

    def answer_query(self, query_id: str, text: str | None, *, alert: bool = False) -> None:
        self._queries.answer(query_id, Toast(text=text, alert=alert))

    def chat(self, chat_id: int) -> Chat:
        """The chat as getChat sees it. Raises RefusedError when the bot is not in it."""
        chat = self.chats.get(chat_id)
        if chat is None:
            raise RefusedError(400, "Bad Request: chat not found")
        if chat.moved_to is not None:
            raise RefusedError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            )
        if chat.standing in ("kicked", "left"):
            raise RefusedError(403, f"Forbidden: {shut_out(chat)}")
        return chat

    def member(self, chat_id: int, user: int) -> tuple[Person | None, Standing]:
        """Who that is (None: the bot itself) and what it is in the chat. Raises RefusedError."""
        chat = self.chat(chat_id)
        if user == BOT_ID:
            return None, chat.standing
        if user in chat.people:
            return Person(id=user, name=chat.people[user]), "member"
        known = {number: name for other in self.chats.values() for number, name in other.people.items()}
        if user not in known:
            raise RefusedError(400, "Bad Request: member not found")
        return Person(id=user, name=known[user]), "left"

    # ------------------------------------------------------------ what people do

    async def press(self, chat: int, message_id: int, data: str, *, user: int, name: str) -> str | None:
        toast = await self.press_and_see(chat, message_id, data, user=user, name=name)
        return toast.text if toast else None

    async def press_and_see(self, chat: int, message_id: int, data: str, *, user: int, name: str) -> Toast | None:
        """A person presses a button; returns what the bot answers within five seconds, else None.

        Raises LookupError when there is no such message.
        """
        message = self.chats[chat].messages[message_id]
        person = self._known(chat, user, name)
        query_id, answer = self._queries.ask()
        asked = {
            "id": query_id,
            "from": user_json(person),
            "message": message_json(self.chats[chat], message),
            "chat_instance": str(chat),
            "data": data,
        }
        self.updates.add("callback_query", asked)
        return await answer()

    def write(
        self,
        chat: int,
        text: str,
        *,
        user: int,
        name: str,
        reply_to: int | None = None,
        topic: int | None = None,
    ) -> int:
        """A person writes into the chat, or answers the message `reply_to` there; returns the new message's id.

        Raises LookupError when there is no such message.
        """
        place = self.chats[chat]
        answered = place.messages[reply_to] if reply_to is not None else None
        message = Message(
            id=next(self._numbers),
            html=escape(text, quote=False),
            text=text,
            parsed=Parsed(text=text),
            markup={},
            topic=answered.topic if answered else topic,
            at=self.clock(),
            author=self._known(chat, user, name),
            reply_to=answered,
        )
        place.messages[message.id] = message
        if answered is not None:
            answered.answered.add(user)
        if self._hears(place, message):
            self.updates.add("message", message_json(place, message))
        return message.id

    def prompt_for(self, chat: int, user: int) -> int | None:
        """The latest prompt that waits for this person's answer in the chat."""
        waiting = [one.id for one in self.chats[chat].messages.values() if one.asks(user)]
        return waiting[-1] if waiting else None

    def answer_prompt(self, chat: int, text: str, *, user: int, name: str) -> int:
        """A person types into the answer that a prompt has opened. Raises LookupError when none has."""
        prompt = self.prompt_for(chat, user)
        if prompt is None:
            raise LookupError(f"вопрос бота к {name}")
        return self.write(chat, text, user=user, name=name, reply_to=prompt)

    def snapshot(self) -> dict[str, Any]:
        return {"chats": [chat_view(chat) for chat in self.chats.values()]}

    def _writable(self, chat_id: int) -> Chat:
        chat = self.chat(chat_id)
        if chat.standing == "restricted":
            raise RefusedError(400, "Bad Request: not enough rights to send text messages to the chat")
        return chat

    def _known(self, chat: int, user: int, name: str) -> Person:
        self.chats[chat].people[user] = name
        return Person(id=user, name=name)

    def _hears(self, chat: Chat, message: Message) -> bool:
        if chat.standing in ("kicked", "left"):
            return False
        if not self.privacy or chat.standing == "administrator" or chat.id > 0:
            return True
        to_bot = message.reply_to is not None and message.reply_to.author is None
        return to_bot or message.text.startswith("/")
