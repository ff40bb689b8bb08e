"""Cards in Telegram: HTML text, inline buttons, topics; edits bring a shown card up to date."""

from typing import Any

from alerts.card import Card
from alerts.notifiers.telegram_api import Connect, TelegramApi, TelegramError
from alerts.notifiers.telegram_markup import keyboard, render
from alerts.notifiers.telegram_refusals import notify_error
from alerts.ports import NotifyError
from alerts.routing import Chat


class TelegramNotifier:
    """Telegram has no key against repeats: an ambiguous send cannot be looked up (it is not Searchable)."""

    def __init__(
        self, base_url: str, token: str, *, connector: Connect | None = None, timeout: float = 10.0
    ) -> None:
        self._api = TelegramApi(base_url, token, connector=connector, timeout=timeout)

    async def send(self, chat: Chat, card: Card, key: str) -> str:  # noqa: ARG002 - Telegram takes no key
        try:
            message = await self._api.call(
                "sendMessage", chat_id=_address(chat), message_thread_id=chat.topic, **_shown(card)
            )
        except TelegramError as error:
            raise notify_error(error) from None
        number = message.get("message_id") if isinstance(message, dict) else None
        if not isinstance(number, int):
            raise NotifyError("Telegram's answer names no message", ambiguous=True)
        return str(number)

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        if not ref.isdecimal():
            raise NotifyError(f"not a Telegram message: {ref!r}", gone=True)
        try:
            await self._api.call("editMessageText", chat_id=_address(chat), message_id=int(ref), **_shown(card))
        except TelegramError as error:
            if error.code != 400 or "message is not modified" not in error.description:
                raise notify_error(error) from None

    async def close(self) -> None:
        await self._api.close()


def _shown(card: Card) -> dict[str, Any]:
    """What both methods take of a card. Without a keyboard an edit removes the buttons."""
    rows = keyboard(card)
    return {
        "text": render(card),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": rows} if rows else None,
    }


def _address(chat: Chat) -> int | str:
    """A number, or a public channel's @name."""
    digits = chat.chat.removeprefix("-")
    return int(chat.chat) if digits.isdecimal() else chat.chat
