"""Slack's notifier and inbox, built from what is set for it."""

from collections.abc import Callable
from datetime import datetime

from alerts.notifiers.slack.inbox import SlackInbox
from alerts.notifiers.slack.notifier import SlackNotifier, slack_limits
from listener.messengers.slack.options import SlackOptions
from listener.proxies import Proxies


def build_slack(options: SlackOptions, now: Callable[[], datetime]) -> tuple[SlackNotifier, SlackInbox] | None:
    """Nothing without both tokens."""
    if options.bot_token is None or options.app_token is None:
        return None
    address, bot = options.api_url, options.bot_token.reveal()
    road = Proxies("Slack", options.road).connector
    inbox = SlackInbox(address, bot, options.app_token.reveal(), now, connector=road)
    return SlackNotifier(address, bot, connector=road, limits=slack_limits(options.per_minute)), inbox
