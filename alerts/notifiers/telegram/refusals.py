"""What a TelegramError means for a card."""

import logging
import re
from typing import Final

from alerts.notifiers.telegram.api import LONGEST_WAIT, TelegramError
from alerts.ports import NotifyError

log = logging.getLogger(__name__)

TOKEN_PAUSE: Final = 60.0
"""Seconds until the next try with a token that was refused: a person has to give a new one."""
SHORT_PAUSE: Final = 5.0
"""Seconds when Telegram asks to wait and does not say how long."""

_MESSAGE_GONE: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")
_CLOSED: Final = (
    "chat not found",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
    "group chat was deleted",
    "peer_id_invalid",
    "topic_closed",
    "topic_deleted",
    "user is deactivated",
)
"""What Telegram says of the chat; after any 403 too, nothing we send is taken there."""
_WAIT: Final = re.compile(r"retry after (\d{1,9})", re.IGNORECASE)


def notify_error(error: TelegramError) -> NotifyError:
    """The error in the delivery's terms. A refused token is logged: only a person can help."""
    failed = error.code is None or error.code >= 500
    if error.retry_after is not None:
        # A server that fails may have carried it out all the same.
        return NotifyError("Telegram asks to wait", retry_after=error.retry_after, ambiguous=failed and error.sent)
    if error.migrate_to_chat_id is not None:
        return NotifyError("the group became a supergroup", moved_to=str(error.migrate_to_chat_id))
    if failed:
        return NotifyError(f"Telegram: {error.description}", ambiguous=error.sent)
    if error.code in (401, 404):
        log.error("Telegram does not know the bot's token: check LISTENER_TELEGRAM_TOKEN")
        return NotifyError("Telegram does not know the bot's token", retry_after=TOKEN_PAUSE, everywhere=True)
    return _refusal(error)


def _refusal(error: TelegramError) -> NotifyError:
    description = error.description
    words = f"Telegram refuses: {description}"
    if error.code == 400 and any(gone in description.lower() for gone in _MESSAGE_GONE):
        return NotifyError(words, gone=True)
    if error.code == 403 or any(closed in description.lower() for closed in _CLOSED):
        return NotifyError(words, closed=True)
    if error.code == 400:
        # The same card would be refused again, whatever the reason.
        return NotifyError(words, permanent=True)
    found = _WAIT.search(description)
    if found or "too many requests" in description.lower():
        pause = float(min(int(found[1]), LONGEST_WAIT)) if found else SHORT_PAUSE
        return NotifyError("Telegram asks to wait", retry_after=pause)
    return NotifyError(words)
