"""Slack's channels, people and messages as values, as the Web API shows them, and as the page does."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from simulator.slack_limits import block_mistakes

MAX_TEXT: Final = 40_000
BOT_USER: Final = "UBOT00001"
BOT: Final = {"user": BOT_USER, "bot_id": "B01", "app_id": "A01", "team": "T01"}


class RefusedError(Exception):
    """`ok: false` with its error; `retry_after` makes it HTTP 429. `said` are the details."""

    def __init__(self, error: str, *, retry_after: int | None = None, said: tuple[str, ...] = ()) -> None:
        super().__init__(error)
        self.retry_after = retry_after
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    name: str


@dataclass(slots=True, kw_only=True)
class Message:
    """`thread` is the ts of the message that this one answers; `author` is None for the bot.

    `broadcast`: the answer is shown in the channel too. `tombstone`: deleted, but answers hang on it.
    """

    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None
    at: datetime
    edited_at: datetime | None = None
    author: Person | None = None
    thread: str | None = None
    broadcast: bool = False
    tombstone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ephemeral:
    """A line that only `user` sees."""

    user: str
    text: str
    at: datetime
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread: str | None = None


@dataclass(slots=True, kw_only=True)
class Channel:
    """`joined`: the bot is in it. `of` is whose private chat with the bot it is, None for a channel."""

    id: str
    name: str
    archived: bool = False
    joined: bool = True
    of: str | None = None
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)
    posted_at: datetime | None = None

    def replies(self, ts: str) -> list[Message]:
        """The answers in a thread, oldest first."""
        return [message for message in self.messages.values() if message.thread == ts]

    def top(self) -> list[Message]:
        """What stands in the channel itself, oldest first."""
        return [message for message in self.messages.values() if message.thread is None or message.broadcast]


def message_json(channel: Channel, message: Message, *, metadata: bool = False) -> dict[str, Any]:
    """The message as the Web API shows it; its metadata only to those who ask."""
    who: dict[str, Any] = {"user": message.author.id, "team": "T01"} if message.author else BOT
    shown: dict[str, Any] = {"type": "message", "ts": message.ts, "text": message.text, **who}
    if message.tombstone:
        shown |= {"subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    if message.broadcast:
        shown["subtype"] = "thread_broadcast"
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.edited_at is not None:
        shown["edited"] = {"user": BOT_USER, "ts": f"{message.edited_at.timestamp():.6f}"}
    if metadata and message.metadata is not None:
        shown["metadata"] = message.metadata
    return shown | _thread(channel, message)


def channel_json(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.of is None,
        "is_im": channel.of is not None,
        "is_private": False,
        "is_archived": channel.archived,
        "is_member": channel.joined,
    }


def channel_view(channel: Channel) -> dict[str, Any]:
    """The channel for the page and for tests."""
    return {
        "id": channel.id,
        "name": channel.name,
        "of": channel.of,
        "messages": [_view(message) for message in channel.messages.values()],
        "ephemerals": [
            {
                "user": line.user,
                "text": line.text,
                "blocks": line.blocks,
                "thread": line.thread,
                "at": line.at.isoformat(),
            }
            for line in channel.ephemerals
        ],
    }


def pressed(message: Message, action_id: str, value: str | None) -> dict[str, Any]:
    """The pressed element as the payload has it: a button with its value, a menu with the chosen option."""
    for block in message.blocks:
        for element in [*block.get("elements", ()), block.get("accessory", {})]:
            if element.get("action_id") == action_id and element.get("type") == "static_select":
                chosen = next(option for option in element["options"] if option["value"] == value)
                return {"action_id": action_id, "type": "static_select", "selected_option": chosen} | {
                    "block_id": block.get("block_id", "b")
                }
    button = {"action_id": action_id, "type": "button", "block_id": "b"}
    return button if value is None else {**button, "value": value}


def checked(text: str, blocks: object) -> list[dict[str, Any]]:
    if not text and not blocks:
        raise RefusedError("no_text")
    if len(text) > MAX_TEXT:
        raise RefusedError("msg_too_long")
    if not blocks:
        return []
    mistakes = block_mistakes(blocks)
    if mistakes or not isinstance(blocks, list):
        raise RefusedError("invalid_blocks", said=tuple(mistakes))
    return blocks


def _view(message: Message) -> dict[str, Any]:
    return {
        "ts": message.ts,
        "text": message.text,
        "blocks": message.blocks,
        "metadata": message.metadata,
        "at": message.at.isoformat(),
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
        "author": {"id": message.author.id, "name": message.author.name} if message.author else None,
        "thread": message.thread,
        "broadcast": message.broadcast,
        "tombstone": message.tombstone,
    }


def _thread(channel: Channel, message: Message) -> dict[str, Any]:
    if message.thread is not None:
        parent = channel.messages.get(message.thread)
        who = parent.author.id if parent and parent.author else BOT_USER
        return {"thread_ts": message.thread, "parent_user_id": who}
    replies = channel.replies(message.ts)
    if not replies:
        return {}
    users = list(dict.fromkeys(one.author.id if one.author else BOT_USER for one in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "subscribed": False,
    }
