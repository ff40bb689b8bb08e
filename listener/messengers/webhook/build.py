"""The notifier and the inbox of webhooks, built from what is set for them."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import BaseConnector, TCPConnector

from alerts.notifiers.webhook.inbox import WebhookInbox
from alerts.notifiers.webhook.notifier import WebhookNotifier
from alerts.notifiers.webhook.resolver import CarefulResolver
from listener.messengers.webhook.options import WebhookOptions
from listener.proxies import Proxies


def build_webhook(
    options: WebhookOptions, now: Callable[[], datetime]
) -> tuple[WebhookNotifier, WebhookInbox] | None:
    """Nothing without a secret."""
    if not options.by_name:
        return None
    keys = options.keys()
    return WebhookNotifier(keys, now, connector_of(options)), WebhookInbox(keys, now)


def connector_of(options: WebhookOptions) -> Callable[[bool], BaseConnector]:
    """Behind a proxy it is the proxy that looks names up, and it stands where we cannot look."""
    proxies = Proxies("Webhook", options.road)

    def connect(private: bool) -> BaseConnector:  # noqa: FBT001 - which of two
        if proxies:
            return proxies.connector()
        context = proxies.tls()
        return TCPConnector(resolver=CarefulResolver(private=private), ssl=True if context is None else context)

    return connect
