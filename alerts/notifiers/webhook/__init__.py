"""Webhooks: how cases stand, told to other programs over signed requests, and what these ask in people's names."""

from typing import Final

from domain.person import messenger_id

WEBHOOK: Final = messenger_id("webhook")
