"""Cards and notes in Slack: Block Kit with a plain text, found again by the key in their metadata."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from alerts.bucket import Limit
from alerts.cards.card import Card
from alerts.cards.digest import Sheet
from alerts.cards.note import Note
from alerts.notifiers.answers import object_of, objects_of, text_of
from alerts.notifiers.slack.api import Connect, SlackApi, UnreadableError
from alerts.notifiers.slack.markup import blocks, fallback, note_blocks, note_text, sheet_blocks, sheet_text
from alerts.ports import Limits, NotifyError
from alerts.routing import Chat

CARD_EVENT: Final = "otklik_card"
DIGEST_EVENT: Final = "otklik_digest"
NOTE_EVENT: Final = "otklik_note"
PER_MINUTE: Final = 60
"""What a channel takes; edits have a quota of their own, and are counted with the messages all the same."""
PAGE: Final = 100
PAGES: Final = 5
METADATA_ERRORS: Final = ("invalid_metadata", "metadata_")
"""A server that takes no metadata gets the card without: it is only for looking up ambiguous sends."""
PERSON: Final = re.compile(r"[UW][A-Z0-9]+")
"""A person's code. What is posted there is in the app's talk with him, which has an id of its own."""
NO_THREAD_ERRORS: Final = ("cannot_reply_to_message", "message_not_found", "thread_not_found")
"""The card is gone: a note is said in the channel then."""


def slack_limits(per_minute: int = PER_MINUTE) -> Limits:
    """The limits where a channel takes so many a minute: of the usual sixty one by one."""
    channel = Limit(burst=max(1, per_minute // PER_MINUTE), every=60.0 / per_minute)
    return Limits(chat=lambda _chat: channel)


LIMITS: Final = slack_limits()


class SlackNotifier:
    """A message's reference is `<channel id>:<ts>`: chat.update takes no channel names."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout: float = 10.0,
        limits: Limits = LIMITS,
        connector: Connect | None = None,
    ) -> None:
        self.limits = limits
        self._api = SlackApi(base_url, token, timeout=timeout, connector=connector)
        self._ids: dict[str, str] = {}

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        metadata = {"event_type": CARD_EVENT, "event_payload": {"key": key, "case": card.case}}
        return await self._say(chat, metadata, text=fallback(card), blocks=blocks(card))

    async def note(self, chat: Chat, card_ref: str | None, note: Note, key: str) -> str:
        """In the card's thread, and in the channel too when it is loud."""
        metadata = {"event_type": NOTE_EVENT, "event_payload": {"key": key}}
        words = {"text": note_text(note), "blocks": note_blocks(note)}
        if card_ref is None:
            return await self._say(chat, metadata, **words)
        channel, _, ts = card_ref.rpartition(":")
        place = replace(chat, chat=channel or chat.chat)
        try:
            return await self._say(place, metadata, thread_ts=ts, reply_broadcast=note.loud, **words)
        except NotifyError as error:
            if not _has_no_thread(error):
                raise
        return await self._say(place, metadata, **words)

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        await self._update(chat, ref, text=fallback(card), blocks=blocks(card))

    async def send_digest(self, chat: Chat, sheet: Sheet, key: str) -> str:
        metadata = {"event_type": DIGEST_EVENT, "event_payload": {"key": key}}
        return await self._say(chat, metadata, text=sheet_text(sheet), blocks=sheet_blocks(sheet))

    async def edit_digest(self, chat: Chat, ref: str, sheet: Sheet) -> None:
        await self._update(chat, ref, text=sheet_text(sheet), blocks=sheet_blocks(sheet))

    async def ping(self) -> None:
        await self._api.ask(self._api.web.auth_test())

    async def find(self, chat: Chat, key: str, since: datetime, *, under: str | None = None) -> str | None:
        """Look through the channel's history, for a note through the thread of its card, as long as it is there.

        A history that cannot be read is a permanent NotifyError.
        """
        try:
            if under is not None:
                return await self._find(under.rpartition(":")[0], key, since, thread=under.rpartition(":")[2])
        except NotifyError as error:
            if not _has_no_thread(error):
                raise
        return await self._find(await self._channel_id(chat), key, since)

    async def close(self) -> None:
        await self._api.close()

    async def _update(self, chat: Chat, ref: str, **message: Any) -> None:
        channel, _, ts = ref.rpartition(":")
        await self._api.ask(self._api.web.chat_update(channel=channel or chat.chat, ts=ts, **message))

    async def _say(self, chat: Chat, metadata: Mapping[str, Any], **message: Any) -> str:
        try:
            answer = await self._post(chat, metadata=dict(metadata), **message)
        except NotifyError as error:
            if not any(sign in str(error) for sign in METADATA_ERRORS):
                raise
            answer = await self._post(chat, **message)
        ts, channel = answer.get("ts"), answer.get("channel")
        if not isinstance(ts, str):
            raise NotifyError("Slack's answer names no message", ambiguous=True)
        channel = channel if isinstance(channel, str) else chat.chat
        self._ids[chat.chat] = channel
        return f"{channel}:{ts}"

    async def _post(self, chat: Chat, **message: Any) -> Mapping[str, Any]:
        return await self._api.ask(
            self._api.web.chat_postMessage(channel=chat.chat, unfurl_links=False, unfurl_media=False, **message)
        )

    async def _find(self, channel: str, key: str, since: datetime, *, thread: str | None = None) -> str | None:
        try:
            async for message in self._history(channel, since, thread):
                if _key_of(message) == key:
                    return f"{channel}:{message.get('ts')}"
        except UnreadableError as error:
            raise NotifyError(str(error), permanent=True) from None
        return None

    async def _channel_id(self, chat: Chat) -> str:
        """The id behind a channel's name, as an earlier post or the list of channels tells it."""
        if PERSON.fullmatch(chat.chat) and chat.chat not in self._ids:
            return await self._talk_with(chat)
        if not chat.chat.startswith("#"):
            return self._ids.get(chat.chat, chat.chat)
        cursor: str | None = None
        for _ in range(PAGES):
            if chat.chat in self._ids:
                break
            answer = await self._api.ask(
                self._api.web.conversations_list(
                    types="public_channel,private_channel", limit=1000, cursor=cursor, exclude_archived=True
                ),
            )
            for channel in objects_of(answer, "channels"):
                self._ids[f"#{channel.get('name')}"] = str(channel.get("id"))
            cursor = _next_cursor(answer)
            if not cursor:
                break
        return self._ids.get(chat.chat, chat.chat)

    async def _talk_with(self, chat: Chat) -> str:
        """Slack answers the talk that is there, or opens it (docs.slack.dev, conversations.open)."""
        answer = await self._api.ask(self._api.web.conversations_open(users=chat.chat))
        talk = text_of(object_of(answer, "channel"), "id")
        if not talk:
            raise NotifyError("Slack names no talk with this person", permanent=True)
        self._ids[chat.chat] = talk
        return talk

    async def _history(
        self, channel: str, since: datetime, thread: str | None
    ) -> AsyncIterator[Mapping[str, Any]]:
        """The channel's messages, or those under one of them: the channel's own history leaves them out."""
        read: Any = self._api.web.conversations_history
        where = {"channel": channel}
        if thread is not None:
            read, where = self._api.web.conversations_replies, {**where, "ts": thread}
        cursor: str | None = None
        for _ in range(PAGES):
            answer = await self._api.ask(
                read(
                    **where,
                    # A little earlier: Slack's clock is not ours.
                    oldest=f"{since.timestamp() - 60:.6f}",
                    limit=PAGE,
                    include_all_metadata=True,
                    cursor=cursor,
                ),
            )
            if not isinstance(answer.get("messages"), list):
                raise NotifyError("Slack's history lists no messages", permanent=True)
            for message in objects_of(answer, "messages"):
                yield message
            cursor = _next_cursor(answer)
            if not cursor:
                return
        raise NotifyError("too many messages in the Slack channel to look through", permanent=True)


def _has_no_thread(error: NotifyError) -> bool:
    return any(sign in str(error) for sign in NO_THREAD_ERRORS)


def _key_of(message: Mapping[str, Any]) -> str | None:
    return text_of(object_of(object_of(message, "metadata"), "event_payload"), "key") or None


def _next_cursor(answer: Mapping[str, Any]) -> str | None:
    return text_of(object_of(answer, "response_metadata"), "next_cursor") or None
