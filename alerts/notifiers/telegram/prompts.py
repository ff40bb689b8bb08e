"""Questions in Telegram: a reply that is asked of one person, or a choice of buttons under the card."""

import logging
from datetime import datetime
from typing import Any, Final

from alerts.cards.prompt import Prompt
from alerts.notifiers.highlights import clean, cut
from alerts.notifiers.telegram import TELEGRAM
from alerts.notifiers.telegram.api import TelegramApi, TelegramError
from alerts.notifiers.telegram.markup import options_keyboard, render_prompt
from alerts.notifiers.telegram.refusals import notify_error
from alerts.notifiers.telegram.updates import Place, Query, Reply
from alerts.ports import Asked, PromptBook
from domain.person import Person

log = logging.getLogger(__name__)

MAX_HINT: Final = 64


class Prompts:
    """A text is answered by a reply, which names only the message that it answers: the book knows what that asked.

    A choice needs no book: its buttons carry everything. Replies to a bot reach it in privacy mode too
    (core.telegram.org/bots/features, «Privacy mode»).
    """

    def __init__(self, api: TelegramApi, book: PromptBook) -> None:
        self._api = api
        self._book = book

    async def ask(self, prompt: Prompt, by: Query | Reply, place: Place, at: datetime) -> None:
        """Ask whoever pressed or wrote. Raises TelegramError and what the book raises."""
        person = Person(id=by.user, name=by.user_name, role="operator", users={TELEGRAM: by.user})
        question = await self._api.call(
            "sendMessage",
            chat_id=place.chat,
            message_thread_id=place.topic,
            text=render_prompt(prompt, person),
            parse_mode="HTML",
            reply_parameters={"message_id": place.card, "allow_sending_without_reply": True},
            reply_markup=_markup(prompt),
        )
        number = question.get("message_id") if isinstance(question, dict) else None
        if not isinstance(number, int):
            raise TelegramError("sendMessage answers no message")
        if prompt.options:
            return
        asked = Asked(
            messenger=TELEGRAM,
            chat=str(place.chat),
            ref=str(number),
            user=by.user,
            case=prompt.case,
            action=prompt.action,
            at=at,
        )
        try:
            await self._book.remember(asked)
        except Exception:
            # A question that nobody remembers would only mislead.
            await self.take_away(place.chat, number)
            raise

    async def recall(self, reply: Reply) -> Asked | None:
        """What the answered message asked, or None when it asked nothing, or nobody remembers."""
        return await self._book.recall(TELEGRAM, str(reply.place.chat), str(reply.to))

    async def take_away(self, chat: int, message: int) -> None:
        """The question is settled. Telegram lets a bot delete its own messages for two days."""
        try:
            await self._api.call("deleteMessage", chat_id=chat, message_id=message)
        except TelegramError as error:
            log.info("a settled question in Telegram stays: %s", notify_error(error))


def _markup(prompt: Prompt) -> dict[str, Any]:
    if prompt.options:
        return {"inline_keyboard": options_keyboard(prompt)}
    hint = cut(clean(prompt.hint).strip(), MAX_HINT)
    return {"force_reply": True, "selective": True} | ({"input_field_placeholder": hint} if hint else {})
