"""Cards and notes in Telegram: HTML text, inline buttons, topics; edits bring a shown card up to date."""

import logging
from typing import Any, Final

from alerts.bucket import Limit, spread
from alerts.cards.card import Card
from alerts.cards.digest import Sheet
from alerts.cards.note import Note
from alerts.notifiers.telegram.api import Connect, TelegramApi, TelegramError
from alerts.notifiers.telegram.markup import (
    keyboard,
    note_keyboard,
    render,
    render_note,
    render_sheet,
    sheet_keyboard,
)
from alerts.notifiers.telegram.refusals import notify_error
from alerts.ports import Limits, NotifyError
from alerts.routing import Chat

log = logging.getLogger(__name__)

GENERAL: Final = 1
"""The number of a forum's first topic; Telegram refuses it and wants none."""
PER_MINUTE: Final = 20
"""What a group takes, sends and edits and all topics together (tdlib#2592, #3034)."""
PER_SECOND: Final = 30
"""What all chats of a bot take."""
PRIVATE: Final = Limit(burst=1, every=1.0)
_SUPERGROUP: Final = "-100"
"""With what the ids of supergroups and channels begin."""
_PLAIN: Final[dict[str, Any]] = {"parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}


def telegram_limits(per_minute: int = PER_MINUTE) -> Limits:
    """The limits where a group takes so many a minute: a Bot API server of one's own may be more generous."""
    group = spread(per_minute, 60.0)
    whole = spread(max(PER_SECOND, per_minute // 60), 1.0)
    return Limits(chat=lambda chat: PRIVATE if chat.chat.isdecimal() else group, whole=whole)


LIMITS: Final = telegram_limits()


class TelegramNotifier:
    """Telegram has no key against repeats: an ambiguous send cannot be looked up (it is not Searchable)."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        connector: Connect | None = None,
        timeout: float = 10.0,
        limits: Limits = LIMITS,
    ) -> None:
        self.limits = limits
        self._api = TelegramApi(base_url, token, connector=connector, timeout=timeout)
        self._lost_topics: set[Chat] = set()

    async def send(self, chat: Chat, card: Card, key: str) -> str:  # noqa: ARG002 - Telegram takes no key
        return await self._say(chat, **_shown(card))

    async def note(self, chat: Chat, card_ref: str | None, note: Note, key: str) -> str:  # noqa: ARG002 - as above
        """As an answer to the card's message; where that is gone, as a message of its own."""
        under = int(card_ref) if card_ref is not None and card_ref.isdecimal() else None
        answered = {"message_id": under, "allow_sending_without_reply": True} if under is not None else None
        rows = note_keyboard(note)
        return await self._say(
            chat,
            text=render_note(note),
            reply_parameters=answered,
            reply_markup={"inline_keyboard": rows} if rows else None,
            **_PLAIN,
        )

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        await self._edit(chat, ref, _shown(card))

    async def send_digest(self, chat: Chat, sheet: Sheet, key: str) -> str:  # noqa: ARG002 - as above
        return await self._say(chat, **_listed(sheet))

    async def edit_digest(self, chat: Chat, ref: str, sheet: Sheet) -> None:
        await self._edit(chat, ref, _listed(sheet))

    def link(self, chat: Chat, ref: str) -> str | None:
        """Only messages of supergroups and channels have addresses, for their members."""
        if not chat.chat.startswith(_SUPERGROUP):
            return f"https://t.me/{chat.chat[1:]}/{ref}" if chat.chat.startswith("@") else None
        return f"https://t.me/c/{chat.chat.removeprefix(_SUPERGROUP)}/{ref}"

    async def ping(self) -> None:
        try:
            await self._api.call("getMe")
        except TelegramError as error:
            raise notify_error(error) from None

    async def close(self) -> None:
        await self._api.close()

    async def _edit(self, chat: Chat, ref: str, message: dict[str, Any]) -> None:
        if not ref.isdecimal():
            raise NotifyError(f"not a Telegram message: {ref!r}", gone=True)
        try:
            await self._api.call("editMessageText", chat_id=_address(chat), message_id=int(ref), **message)
        except TelegramError as error:
            if error.code != 400 or "message is not modified" not in error.description:
                raise notify_error(error) from None

    async def _say(self, chat: Chat, **message: Any) -> str:
        try:
            sent = await self._in_topic(chat, message)
        except TelegramError as error:
            raise notify_error(error) from None
        number = sent.get("message_id") if isinstance(sent, dict) else None
        if not isinstance(number, int):
            raise NotifyError("Telegram's answer names no message", ambiguous=True)
        return str(number)

    async def _in_topic(self, chat: Chat, message: dict[str, Any]) -> Any:
        """A topic that was deleted never comes back: what was meant for it goes into the group itself."""
        topic = None if chat.topic == GENERAL or chat in self._lost_topics else chat.topic
        address = _address(chat)
        try:
            return await self._api.call("sendMessage", chat_id=address, message_thread_id=topic, **message)
        except TelegramError as error:
            if topic is None or "thread not found" not in error.description.lower():
                raise
        log.error("topic %s of Telegram's chat %s is gone: its cards go into the group", topic, chat.chat)
        self._lost_topics.add(chat)
        return await self._api.call("sendMessage", chat_id=address, **message)


def _shown(card: Card) -> dict[str, Any]:
    """What both methods take of a card. Without a keyboard an edit removes the buttons."""
    rows = keyboard(card)
    return {
        "text": render(card),
        "reply_markup": {"inline_keyboard": rows} if rows else None,
        **_PLAIN,
    }


def _listed(sheet: Sheet) -> dict[str, Any]:
    rows = sheet_keyboard(sheet)
    return {"text": render_sheet(sheet), "reply_markup": {"inline_keyboard": rows} if rows else None, **_PLAIN}


def _address(chat: Chat) -> int | str:
    """A number, or a public channel's @name."""
    digits = chat.chat.removeprefix("-")
    return int(chat.chat) if digits.isdecimal() else chat.chat
