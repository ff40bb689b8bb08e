"""Webhooks as the program sees them: settings, addresses, check-up; events are `alerts.notifiers.webhook`'s."""
