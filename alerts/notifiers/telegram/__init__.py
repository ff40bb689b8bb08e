"""Telegram: cards, notes and prompts by the Bot API, presses by a long poll."""

from typing import Final

from domain.person import messenger_id

TELEGRAM: Final = messenger_id("telegram")
