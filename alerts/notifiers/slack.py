"""Cards in Slack: Block Kit with a plain text, found again by the key in their metadata."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

from alerts.card import Card
from alerts.notifiers.slack_api import Connect, SlackApi, UnreadableError
from alerts.notifiers.slack_blocks import blocks, fallback
from alerts.ports import NotifyError
from alerts.routing import Chat

EVENT: Final = "otklik_card"
PAGE: Final = 100
PAGES: Final = 5
METADATA_ERRORS: Final = ("invalid_metadata", "metadata_")
"""A server that takes no metadata gets the card without: it is only for looking up ambiguous sends."""


class SlackNotifier:
    """A message's reference is `<channel id>:<ts>`: chat.update takes no channel names."""

    def __init__(
        self, base_url: str, token: str, *, timeout: float = 10.0, connector: Connect | None = None
    ) -> None:
        self._api = SlackApi(base_url, token, timeout=timeout, connector=connector)
        self._ids: dict[str, str] = {}

    async def send(self, chat: Chat, card: Card, key: str) -> str:
        metadata = {"event_type": EVENT, "event_payload": {"key": key, "case": card.case}}
        try:
            answer = await self._post(chat, card, metadata)
        except NotifyError as error:
            if not any(sign in str(error) for sign in METADATA_ERRORS):
                raise
            answer = await self._post(chat, card, None)
        ts, channel = answer.get("ts"), answer.get("channel")
        if not isinstance(ts, str):
            raise NotifyError("Slack's answer names no message", ambiguous=True)
        channel = channel if isinstance(channel, str) else chat.chat
        self._ids[chat.chat] = channel
        return f"{channel}:{ts}"

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        channel, _, ts = ref.rpartition(":")
        update = self._api.web.chat_update(
            channel=channel or chat.chat,
            ts=ts,
            text=fallback(card),
            blocks=blocks(card),
        )
        await self._api.ask(update)

    async def find(self, chat: Chat, key: str, since: datetime) -> str | None:
        """Look through the channel's history. A history that cannot be read is a permanent NotifyError."""
        try:
            channel = await self._channel_id(chat)
            async for message in self._history(channel, since):
                if _key_of(message) == key:
                    return f"{channel}:{message.get('ts')}"
        except UnreadableError as error:
            raise NotifyError(str(error), permanent=True) from None
        return None

    async def close(self) -> None:
        await self._api.close()

    async def _post(self, chat: Chat, card: Card, metadata: Mapping[str, Any] | None) -> Mapping[str, Any]:
        return await self._api.ask(
            self._api.web.chat_postMessage(
                channel=chat.chat,
                text=fallback(card),
                blocks=blocks(card),
                metadata=dict(metadata) if metadata is not None else None,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )

    async def _channel_id(self, chat: Chat) -> str:
        """The id behind a channel's name, as an earlier post or the list of channels tells it."""
        if not chat.chat.startswith("#"):
            return chat.chat
        cursor: str | None = None
        for _ in range(PAGES):
            if chat.chat in self._ids:
                break
            answer = await self._api.ask(
                self._api.web.conversations_list(
                    types="public_channel,private_channel", limit=1000, cursor=cursor, exclude_archived=True
                ),
            )
            for channel in _objects(answer, "channels"):
                self._ids[f"#{channel.get('name')}"] = str(channel.get("id"))
            cursor = _next_cursor(answer)
            if not cursor:
                break
        return self._ids.get(chat.chat, chat.chat)

    async def _history(self, channel: str, since: datetime) -> AsyncIterator[Mapping[str, Any]]:
        cursor: str | None = None
        for _ in range(PAGES):
            answer = await self._api.ask(
                self._api.web.conversations_history(
                    channel=channel,
                    # A little earlier: Slack's clock is not ours.
                    oldest=f"{since.timestamp() - 60:.6f}",
                    limit=PAGE,
                    include_all_metadata=True,
                    cursor=cursor,
                ),
            )
            for message in _objects(answer, "messages"):
                yield message
            cursor = _next_cursor(answer)
            if not cursor:
                return
        raise NotifyError("too many messages in the Slack channel to look through", permanent=True)


def _key_of(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    key = payload.get("key") if isinstance(payload, dict) else None
    return key if isinstance(key, str) else None


def _objects(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = answer.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _next_cursor(answer: Mapping[str, Any]) -> str | None:
    more = answer.get("response_metadata")
    cursor = more.get("next_cursor") if isinstance(more, dict) else None
    return cursor if isinstance(cursor, str) and cursor else None
