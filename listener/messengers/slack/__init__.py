"""Slack as the program sees it: settings, addresses, check-up; cards are `alerts.notifiers.slack`'s."""
