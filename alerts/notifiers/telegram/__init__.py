"""Telegram: cards, notes and prompts by the Bot API, presses by a long poll."""
