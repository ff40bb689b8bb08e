"""What Slack knows: channels, messages and ephemerals, and the envelopes that wait for an acknowledgement."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from simulator.faults import Faults
from simulator.slack_limits import block_mistakes
from simulator.slack_socket import Socket

MAX_TEXT: Final = 40_000
BOT_USER: Final = "UBOT00001"


class RefusedError(Exception):
    """`ok: false` with its error; `retry_after` makes it HTTP 429. `said` are the details."""

    def __init__(self, error: str, *, retry_after: int | None = None, said: tuple[str, ...] = ()) -> None:
        super().__init__(error)
        self.retry_after = retry_after
        self.said = said


@dataclass(slots=True, kw_only=True)
class Message:
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None
    at: datetime
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ephemeral:
    """A line that only `user` sees."""

    user: str
    text: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class Channel:
    id: str
    name: str
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)
    posted_at: datetime | None = None


class Workspace:
    """`per_second` bounds chat.postMessage in one channel; None takes everything."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        bot_token: str = "xoxb-simulated",  # noqa: S107 - the made-up token of a made-up bot
        app_token: str = "xapp-simulated",  # noqa: S107 - the same
        per_second: float | None = 1.0,
    ) -> None:
        self.clock = clock
        self.bot_token = bot_token
        self.app_token = app_token
        self.per_second = per_second
        self.faults = Faults()
        self.socket = Socket()
        self.channels: dict[str, Channel] = {}
        self._numbers = itertools.count(1)

    def add_channel(self, channel: str, name: str) -> None:
        """`channel` is an id like C01, `name` is without #."""
        self.channels[channel] = Channel(id=channel, name=name.removeprefix("#"))

    def archive(self, channel: str) -> None:
        self.channels[channel].archived = True

    def find_channel(self, name: str) -> Channel:
        """By id, or by name with or without #."""
        for channel in self.channels.values():
            if name in (channel.id, channel.name, f"#{channel.name}"):
                return channel
        raise RefusedError("channel_not_found")

    def by_id(self, channel: str) -> Channel:
        """By id alone, as every method but chat.postMessage wants it."""
        if channel not in self.channels:
            raise RefusedError("channel_not_found")
        return self.channels[channel]

    def post(
        self, name: str, text: str, blocks: object, metadata: dict[str, Any] | None
    ) -> tuple[Channel, Message]:
        channel = self.find_channel(name)
        if channel.archived:
            raise RefusedError("is_archived")
        good = _checked(text, blocks)
        self._within_rate(channel)
        message = Message(ts=self._ts(), text=text, blocks=good, metadata=metadata, at=self.clock())
        channel.messages[message.ts] = message
        return channel, message

    def update(self, channel_id: str, ts: str, text: str, blocks: object) -> Message:
        """Without blocks the old ones go, as in the real chat.update."""
        message = self.by_id(channel_id).messages.get(ts)
        if message is None:
            raise RefusedError("message_not_found")
        message.blocks = _checked(text, blocks)
        message.text, message.edited_at = text, self.clock()
        return message

    def whisper(self, channel_id: str, user: str, text: str) -> str:
        channel = self.by_id(channel_id)
        if not text:
            raise RefusedError("no_text")
        channel.ephemerals.append(Ephemeral(user=user, text=text, at=self.clock()))
        return self._ts()

    async def press(
        self, channel: str, ts: str, action_id: str, value: str | None, *, user: str, name: str
    ) -> None:
        """A person presses a button; returns when the bot has acknowledged it, or after five seconds.

        Raises LookupError when there is no such message.
        """
        place = self.channels[channel]
        message = place.messages[ts]
        action = {"action_id": action_id, "type": "button", "action_ts": self._ts(), "block_id": "b"}
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": name, "name": name, "team_id": "T01"},
            "team": {"id": "T01", "domain": "simulated"},
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False},
            "channel": {"id": channel, "name": place.name},
            "message": {"type": "message", "ts": ts, "text": message.text, "blocks": message.blocks},
            "actions": [action if value is None else {**action, "value": value}],
        }
        await self.socket.deliver(payload)

    def snapshot(self) -> dict[str, Any]:
        return {"channels": [_channel_view(channel) for channel in self.channels.values()]}

    def _ts(self) -> str:
        # The number keeps two messages of one moment apart, as Slack's microseconds do.
        return f"{int(self.clock().timestamp())}.{next(self._numbers):06d}"

    def _within_rate(self, channel: Channel) -> None:
        now = self.clock()
        if self.per_second is not None and channel.posted_at is not None:
            wait = 1 / self.per_second - (now - channel.posted_at).total_seconds()
            if wait > 0:
                raise RefusedError("ratelimited", retry_after=max(1, math.ceil(wait)))
        channel.posted_at = now


def message_json(message: Message, *, metadata: bool = False) -> dict[str, Any]:
    """The message as the Web API shows it; its metadata only to those who ask."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": BOT_USER,
        "bot_id": "B01",
        "ts": message.ts,
        "text": message.text,
        "blocks": message.blocks,
    }
    if message.edited_at is not None:
        shown["edited"] = {"user": BOT_USER, "ts": f"{message.edited_at.timestamp():.6f}"}
    if metadata and message.metadata is not None:
        shown["metadata"] = message.metadata
    return shown


def _checked(text: str, blocks: object) -> list[dict[str, Any]]:
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


def _channel_view(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "messages": [
            {
                "ts": message.ts,
                "text": message.text,
                "blocks": message.blocks,
                "metadata": message.metadata,
                "at": message.at.isoformat(),
                "edited_at": message.edited_at.isoformat() if message.edited_at else None,
            }
            for message in channel.messages.values()
        ],
        "ephemerals": [
            {"user": line.user, "text": line.text, "at": line.at.isoformat()} for line in channel.ephemerals
        ],
    }
