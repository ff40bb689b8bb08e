"""Telegram's notifier and inbox, built from what is set for it."""

from collections.abc import Callable
from datetime import datetime

from alerts.notifiers.telegram.inbox import TelegramInbox
from alerts.notifiers.telegram.notifier import TelegramNotifier, telegram_limits
from alerts.ports import PromptBook
from listener.messengers.telegram.options import TelegramOptions
from listener.proxies import Proxies


def build_telegram(
    options: TelegramOptions, now: Callable[[], datetime], prompts: PromptBook
) -> tuple[TelegramNotifier, TelegramInbox] | None:
    """Nothing without the token."""
    if options.token is None:
        return None
    address, token = options.api_url, options.token.reveal()
    road = Proxies("Telegram", options.road).connector
    inbox = TelegramInbox(address, token, now, prompts, connector=road)
    return TelegramNotifier(address, token, connector=road, limits=telegram_limits(options.per_minute)), inbox
