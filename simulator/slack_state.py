"""What Slack knows: channels, threads, modals, and the people who press, write and fill in."""

import itertools
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from simulator.faults import Faults
from simulator.slack_channels import (
    Channel,
    Ephemeral,
    Message,
    Person,
    RefusedError,
    channel_view,
    checked,
    message_json,
    pressed,
)
from simulator.slack_modals import Modals, Submitted, modal_view
from simulator.slack_socket import Socket

_MEMBER: Final = re.compile(r"U\d+")


class Workspace:
    """`per_second` bounds chat.postMessage in one channel; None takes everything.

    `events` are the message events that the app has subscribed to, such as `message.channels`; none by default.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        bot_token: str = "xoxb-simulated",  # noqa: S107 - the made-up token of a made-up bot
        app_token: str = "xapp-simulated",  # noqa: S107 - the same
        per_second: float | None = 1.0,
        events: frozenset[str] = frozenset(),
    ) -> None:
        self.clock = clock
        self.bot_token = bot_token
        self.app_token = app_token
        self.per_second = per_second
        self.events = events
        self.faults = Faults()
        self.socket = Socket()
        self.channels: dict[str, Channel] = {}
        self._numbers = itertools.count(1)
        self.modals = Modals(clock, self._numbers)

    # ------------------------------------------------------------ the world around the app

    def add_channel(self, channel: str, name: str) -> None:
        """`channel` is an id like C01, `name` is without #."""
        self.channels[channel] = Channel(id=channel, name=name.removeprefix("#"))

    def talk_with(self, user: str) -> Channel:
        """The app's private talk with somebody of the workspace, opened when it is first wanted."""
        talk = f"D{user[1:]}"
        return self.channels.setdefault(talk, Channel(id=talk, name="лично", of=user))

    def archive(self, channel: str, *, archived: bool = True) -> None:
        self.channels[channel].archived = archived

    def rename(self, channel: str, name: str) -> None:
        self.channels[channel].name = name.removeprefix("#")

    def join(self, channel: str, *, joined: bool = True) -> None:
        """The app is invited into the channel, or taken out of it."""
        self.channels[channel].joined = joined

    def lose(self, channel: str, ts: str) -> None:
        """An administrator deletes a message of the app's."""
        del self.channels[channel].messages[ts]

    # ------------------------------------------------------------ what the app does

    def find_channel(self, name: str) -> Channel:
        """By id, or by name with or without #; a person's code opens the app's private talk with him."""
        if _MEMBER.fullmatch(name):
            return self.talk_with(name)
        for channel in self.channels.values():
            if name == channel.id or (channel.of is None and name in (channel.name, f"#{channel.name}")):
                return channel
        raise RefusedError("channel_not_found")

    def open_talk(self, user: str) -> Channel:
        if not _MEMBER.fullmatch(user):
            raise RefusedError("user_not_found")
        return self.talk_with(user)

    def by_id(self, channel: str) -> Channel:
        """By id alone, as every method but chat.postMessage wants it."""
        if channel not in self.channels:
            raise RefusedError("channel_not_found")
        return self.channels[channel]

    def post(
        self,
        name: str,
        text: str,
        blocks: object,
        metadata: dict[str, Any] | None,
        *,
        thread: str | None = None,
        broadcast: bool = False,
    ) -> tuple[Channel, Message]:
        """In the channel, or in the thread under the message `thread`; `broadcast` shows it in both."""
        channel = self.find_channel(name)
        if channel.archived:
            raise RefusedError("is_archived")
        if not channel.joined:
            raise RefusedError("not_in_channel")
        if thread is not None and (thread not in channel.messages or channel.messages[thread].thread is not None):
            raise RefusedError("cannot_reply_to_message")
        good = checked(text, blocks)
        self._within_rate(channel)
        message = Message(
            ts=self._ts(),
            text=text,
            blocks=good,
            metadata=metadata,
            at=self.clock(),
            thread=thread,
            broadcast=broadcast and thread is not None,
        )
        channel.messages[message.ts] = message
        return channel, message

    def update(self, channel_id: str, ts: str, text: str, blocks: object) -> Message:
        """Without blocks the old ones go, as in the real chat.update."""
        message = self._own(channel_id, ts, "cant_update_message")
        message.blocks = checked(text, blocks)
        message.text, message.edited_at = text, self.clock()
        return message

    def delete(self, channel_id: str, ts: str) -> None:
        """A message with answers leaves a tombstone, so that they hang on something."""
        message = self._own(channel_id, ts, "cant_delete_message")
        channel = self.channels[channel_id]
        if channel.replies(ts):
            message.tombstone, message.text, message.blocks = True, "This message was deleted.", []
        else:
            del channel.messages[ts]

    def whisper(
        self, channel_id: str, user: str, text: str, *, blocks: object = None, thread: str | None = None
    ) -> str:
        channel = self.by_id(channel_id)
        good = checked(text, blocks)
        line = Ephemeral(user=user, text=text, at=self.clock(), blocks=good, thread=thread)
        channel.ephemerals.append(line)
        return self._ts()

    # ------------------------------------------------------------ what people do

    async def press(
        self, channel: str, ts: str, action_id: str, value: str | None, *, user: str, name: str
    ) -> None:
        """A person presses a button, or chooses `value` in a menu; returns when the bot has acknowledged it, or
        after five seconds.

        Raises LookupError when there is no such message.
        """
        place = self.channels[channel]
        message = place.messages[ts]
        payload = {
            "type": "block_actions",
            **self._who(Person(id=user, name=name)),
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False},
            "channel": {"id": channel, "name": place.name},
            "message": {"blocks": [], **message_json(place, message)},
            "state": {"values": {}},
            "actions": [pressed(message, action_id, value) | {"action_ts": self._ts()}],
        }
        await self.socket.deliver(payload)

    async def command(self, channel: str, command: str, text: str, *, user: str, name: str) -> None:
        """A person types a slash command into the channel; only the app sees it. In a thread Slack knows none."""
        place = self.channels[channel]
        who = self._who(Person(id=user, name=name))
        payload = {
            "command": command,
            "text": text,
            "channel_id": channel,
            "channel_name": place.name,
            "user_id": user,
            "user_name": name,
            "team_id": "T01",
            "team_domain": "simulated",
            "api_app_id": "A01",
            "is_enterprise_install": "false",
            "response_url": "",
            "trigger_id": who["trigger_id"],
        }
        await self.socket.deliver(payload, kind="slash_commands", answerable=True)

    async def shortcut(self, channel: str, ts: str, callback: str, *, user: str, name: str) -> None:
        """A person chooses an action in the menu of a message, also in a thread. Raises LookupError."""
        place = self.channels[channel]
        payload = {
            "type": "message_action",
            "callback_id": callback,
            **self._who(Person(id=user, name=name)),
            "channel": {"id": channel, "name": place.name},
            "message_ts": ts,
            "message": message_json(place, place.messages[ts]),
            "response_url": "",
        }
        await self.socket.deliver(payload)

    async def submit(self, user: str, values: Mapping[str, str]) -> Submitted:
        """A person fills in the open modal, by label or by block_id, and sends it.

        Raises LookupError when none is open or a field is not there, ValueError where Slack would not let it go.
        """
        modal = self.modals.of(user)
        modal.fill(values)
        modal.errors = {}
        payload = {
            "type": "view_submission",
            **self._who(modal.person),
            "view": modal.json(),
            "response_urls": [],
        }
        envelope = await self.socket.deliver(payload, answerable=True)
        if not envelope.acked.is_set():
            return "unanswered"
        try:
            return self.modals.answered(modal, envelope.answer or {})
        except RefusedError:
            # Slack tells the person that something went wrong, as when nobody answers.
            return "unanswered"

    async def close(self, user: str, *, all_views: bool = False) -> None:
        """A person closes the modal; the app hears of it if it asked to. Raises LookupError when none is open."""
        modal = self.modals.close(user, whole=all_views)
        if modal.view.get("notify_on_close"):
            who = self._who(modal.person)
            who.pop("trigger_id")
            payload = {"type": "view_closed", **who, "view": modal.json(), "is_cleared": all_views}
            await self.socket.deliver(payload)

    async def write(self, channel: str, text: str, *, user: str, name: str, thread: str | None = None) -> str:
        """A person writes into the channel or into a thread; returns the message's ts.

        The app hears of it only with the event `message.channels`. Raises LookupError.
        """
        place = self.channels[channel]
        parent = place.messages[thread] if thread is not None else None
        message = Message(
            ts=self._ts(),
            text=text,
            blocks=[],
            metadata=None,
            at=self.clock(),
            author=Person(id=user, name=name),
            thread=(parent.thread or parent.ts) if parent else None,
        )
        place.messages[message.ts] = message
        if "message.channels" in self.events:
            event = message_json(place, message) | {"channel": channel, "channel_type": "channel"}
            callback = {"type": "event_callback", "team_id": "T01", "api_app_id": "A01", "event": event}
            await self.socket.deliver(callback | {"event_id": f"Ev{message.ts}"}, kind="events_api")
        return message.ts

    def snapshot(self) -> dict[str, Any]:
        return {
            "channels": [channel_view(channel) for channel in self.channels.values()],
            "modals": [modal_view(modal) for modal in self.modals.all()],
        }

    # ------------------------------------------------------------ private

    def _who(self, person: Person) -> dict[str, Any]:
        return {
            "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": "T01"},
            "team": {"id": "T01", "domain": "simulated"},
            "api_app_id": "A01",
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self.modals.trigger(person),
        }

    def _own(self, channel_id: str, ts: str, refusal: str) -> Message:
        message = self.by_id(channel_id).messages.get(ts)
        if message is None or message.tombstone:
            raise RefusedError("message_not_found")
        if message.author is not None:
            raise RefusedError(refusal)
        return message

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
