"""Cards in Telegram: HTML text, inline buttons, topics; edits bring a shown card up to date."""

from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramBadRequest
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions

from alerts.card import Card
from alerts.notifiers.telegram_bot import make_bot, notify_error
from alerts.notifiers.telegram_markup import keyboard, render
from alerts.ports import NotifyError
from alerts.routing import Chat

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramNotifier:
    """Telegram has no key against repeats: an ambiguous send cannot be looked up (it is not Searchable)."""

    def __init__(self, base_url: str, token: str, *, proxy: str | None = None, timeout: float = 10.0) -> None:
        self._bot = make_bot(base_url, token, proxy=proxy, timeout=timeout)

    async def send(self, chat: Chat, card: Card, key: str) -> str:  # noqa: ARG002 - Telegram takes no key
        try:
            message = await self._bot.send_message(
                _address(chat),
                render(card),
                message_thread_id=chat.topic,
                parse_mode="HTML",
                link_preview_options=NO_PREVIEW,
                reply_markup=_markup(card),
            )
        except ClientDecodeError as error:
            return _number_in(error)
        except AiogramError as error:
            raise notify_error(error) from None
        # aiogram lets an «ok» without a result through.
        number = getattr(message, "message_id", None)
        if number is None:
            raise NotifyError("Telegram's answer names no message", ambiguous=True)
        return str(number)

    async def edit(self, chat: Chat, ref: str, card: Card) -> None:
        if not ref.isdecimal():
            raise NotifyError(f"not a Telegram message: {ref!r}", gone=True)
        try:
            await _edit(self._bot, chat, int(ref), card)
        except ClientDecodeError as error:
            _number_in(error)
        except TelegramBadRequest as error:
            if "message is not modified" not in (error.message or ""):
                raise notify_error(error) from None
        except AiogramError as error:
            raise notify_error(error) from None

    async def close(self) -> None:
        await self._bot.session.close()


async def _edit(bot: Bot, chat: Chat, number: int, card: Card) -> None:
    await bot.edit_message_text(
        render(card),
        chat_id=_address(chat),
        message_id=number,
        parse_mode="HTML",
        link_preview_options=NO_PREVIEW,
        reply_markup=_markup(card),
    )


def _address(chat: Chat) -> int | str:
    """A number, or a public channel's @name."""
    digits = chat.chat.removeprefix("-")
    return int(chat.chat) if digits.isdecimal() else chat.chat


def _markup(card: Card) -> InlineKeyboardMarkup | None:
    rows = keyboard(card)
    return InlineKeyboardMarkup.model_validate({"inline_keyboard": rows}) if rows else None


def _number_in(error: ClientDecodeError) -> str:
    """The message's number in an answer that says «ok» but holds less than aiogram expects of a message."""
    answer: Any = error.data
    if isinstance(answer, dict) and answer.get("ok") is True:
        result = answer.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        if isinstance(number, int):
            return str(number)
    raise notify_error(error) from None
