"""Telegram as the program sees it: settings, addresses, check-up; cards are `alerts.notifiers.telegram`'s."""
