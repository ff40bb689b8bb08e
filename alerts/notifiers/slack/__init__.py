"""Slack: cards, notes and modals by the Web API, presses over Socket Mode."""

from typing import Final

from domain.person import messenger_id

SLACK: Final = messenger_id("slack")
